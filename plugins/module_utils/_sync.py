# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One target brought in sync with its source: read both, decide, move, prove. Private to this collection."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    identity,
    read_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    FileError,
    ImportFailedError,
    MaskingError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._moves import (
    Move,
    moves_between,
)
from ansible_collections.maskops.delphix.plugins.module_utils._plan import (
    Action,
    Item,
    Plan,
    Policy,
    make_plan,
    next_batch,
    split_names,
    to_diff,
)
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import (
    Receipt,
    Receipts,
)
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    TransferOptions,
    arrived_after_all,
    export_bundle,
    import_bundle,
    purge,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import GLOBAL_TYPES
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    Release,
    comparable,
)


@dataclasses.dataclass
class Outcome:
    """What a sync decided and did.

    ``plan`` is what was decided first. ``moves`` is what really changed on the target.
    ``unverified`` are objects that were imported but do not have the source's hash.
    """

    plan: Plan
    moves: list[Move] = dataclasses.field(default_factory=list)
    unverified: list[ObjectKey] = dataclasses.field(default_factory=list)
    imports: int = 0

    def to_result(self) -> Row:
        """As result keys ``applied`` and ``unverified``."""
        return {
            "applied": {
                "created": [move.to_result() for move in self.moves if move.before is None],
                "updated": [
                    move.to_result() for move in self.moves if move.before is not None and move.after is not None
                ],
                "removed": [move.to_result() for move in self.moves if move.after is None],
                "imports": self.imports,
            },
            "unverified": [key.to_result() for key in self.unverified],
        }


@dataclasses.dataclass(frozen=True)
class SyncOptions:
    """How a sync works. ``purge``: drop the engines' documents afterwards."""

    selection: Selection
    policy: Policy
    transfer: TransferOptions
    purge: bool = False


class Sync:
    """One source, one target, one selection.

    ``decide`` only reads. ``apply`` moves what the plan needs; what it raises carries the
    outcome so far, so that a caller can tell the truth about a run that stopped half-way.
    """

    def __init__(
        self,
        source: Engine,
        target: Engine,
        options: SyncOptions,
        exchange: Exchange,
        receipts: Receipts,
        warn: t.Callable[[str], None],
    ) -> None:
        if source.name == target.name:
            raise OptionError("source and target are the same engine", engine=target.name)
        self._source = source
        self._target = target
        self._options = options
        self._exchange = exchange
        self._receipts = receipts
        self._warn = warn
        # What selected objects need may be of other types, and comes along with them.
        self._types = options.selection.types | GLOBAL_TYPES if options.selection.types else None

    @property
    def source_release(self) -> Release:
        """The source's release, known once it was listed."""
        return self._source_catalog.release

    @property
    def unknown_types(self) -> list[str]:
        """Selected types that are not known and that the source does not have."""
        return self._options.selection.unknown_types(self._source_catalog)

    def decide(self) -> Outcome:
        """Read both engines and plan."""
        scope = ",".join(sorted(self._types)) if self._types else "all"
        self._source_catalog = self._exchange.catalog(
            self._source.name, scope, lambda: read_catalog(self._source, object_types=self._types)
        )
        self._before = self._read_target()
        return Outcome(self._plan(self._before))

    def apply(self, outcome: Outcome) -> None:
        """Move what the plan needs in as few batches as dependencies allow, then prove it."""
        self._receipts.prepare()
        tried: set[ObjectKey] = set()
        plan, after = outcome.plan, self._before
        try:
            while batch := next_batch(plan, tried):
                tried |= {item.key for item in batch}
                expected: dict[ObjectKey, str | None] = {}
                for part in split_names(batch):
                    expected |= self._move(part)
                    outcome.imports += 1
                after = self._read_target()
                outcome.unverified += self._verify(batch, expected, after)
                plan = self._plan(after)
        except MaskingError:
            outcome.moves = moves_between(self._before, self._last_look(after))
            with contextlib.suppress(FileError):
                self._receipts.save()
            raise
        if outcome.imports:
            outcome.moves = moves_between(self._before, after)
        self._receipts.save()
        if outcome.unverified:
            first = ", ".join(str(key) for key in outcome.unverified[:5])
            self._warn(
                f"engine {self._target.name}: {len(outcome.unverified)} object(s) were imported with success but "
                f"do not have the source's hash, such as {first}. They were changed meanwhile, or this release does "
                "not carry hashes over."
            )
        if self._options.purge and self._options.transfer.background and outcome.imports:
            purge(self._target, "import", self._warn)
            with self._exchange.alone_on(self._source.name):
                purge(self._source, "export", self._warn)

    def _read_target(self) -> Catalog:
        return read_catalog(self._target, object_types=self._types)

    def _plan(self, target: Catalog) -> Plan:
        return make_plan(
            self._options.selection,
            self._source_catalog,
            target,
            policy=self._options.policy,
            receipt_of=self._receipts.get,
        )

    def _move(self, batch: list[Item]) -> dict[ObjectKey, str | None]:
        """Export and import one batch. Returns the hash that each object had when it was exported."""
        options = self._options
        content = json.dumps(
            [[list(item.key), item.source.hash] for item in batch]
            + [options.transfer.passphrase, options.transfer.structure]
        )
        requests = [item.source.request for item in batch]
        path = self._exchange.bundle(
            self._source.name,
            content,
            lambda path: self._export(requests, path),
        )
        expected = self._hashes_in(path, batch)
        goal = ImportGoal(force_overwrite=options.policy.overwrite)
        try:
            import_bundle(self._target, path, goal, options.transfer)
        except ImportFailedError as refused:
            if refused.subject == path:
                # A file of the exchange means nothing to a user.
                more = f" and {len(batch) - 1} more" if len(batch) > 1 else ""
                refused.subject = f"{batch[0].key}{more}"
            raise
        except AnswerLostError as lost:
            if not arrived_after_all(self._target, lost, lambda: self._arrived(expected)):
                lost.hint = (
                    "The import was not sent again, and the target does not show it. The next run does the rest."
                )
                raise
            self._warn(f"{lost}; the target shows that the import has arrived")
        return expected

    def _export(self, requests: list[Row], path: str) -> None:
        # A purge by another target must not drop this document before it is downloaded.
        alone = self._exchange.alone_on(self._source.name) if self._options.purge else contextlib.nullcontext()
        with alone:
            export_bundle(self._source, requests, path, self._options.transfer)

    def _hashes_in(self, path: str, batch: list[Item]) -> dict[ObjectKey, str | None]:
        """Hashes at the time of the export; an object can change between list and export."""
        requested = read_bundle(path).requested or []
        told = {identity(row): row.get("revisionHash") for row in requested}
        expected: dict[ObjectKey, str | None] = {}
        for item in batch:
            now = told.get(identity(item.source.request)) or item.source.hash
            if now != item.source.hash:
                self._warn(
                    f"engine {self._source.name}: {item.key} changed after it was listed; its newer state was moved"
                )
            expected[item.key] = now
        return expected

    def _arrived(self, expected: t.Mapping[ObjectKey, str | None]) -> bool:
        now = self._read_target()
        same_release = comparable(self._source_catalog.release, now.release)
        for key, value in expected.items():
            there, before = now.objects.get(key), self._before.objects.get(key)
            if there is None or (
                there.hash != value and (same_release or (before is not None and there.hash == before.hash))
            ):
                return False
        return True

    def _verify(self, batch: list[Item], expected: t.Mapping[ObjectKey, str | None], after: Catalog) -> list[ObjectKey]:
        """Keys that cannot be proved by hash. Between releases the engine's word counts and gives a receipt."""
        unverified = []
        same_release = comparable(self._source_catalog.release, after.release)
        for item in batch:
            wanted = expected[item.key]
            there = after.objects.get(item.key)
            if wanted is not None and there is not None and there.hash is not None:
                if there.hash == wanted:
                    continue
                if not same_release:
                    self._receipts.put(item.key, Receipt(wanted, there.hash))
                    continue
            unverified.append(item.key)
        return unverified

    def _last_look(self, known: Catalog) -> Catalog:
        """The target after a failure, or what was known of it when it cannot be asked any more."""
        try:
            return self._read_target()
        except MaskingError as error:
            self._warn(f"after the failure the target could not be read, so what moved last may be missing: {error}")
            return known


def sync(source: Engine, target: Engine, options: SyncOptions, exchange: Exchange, receipts: Receipts, run: Run) -> Row:
    """Plan and, outside check mode, carry it out. Returns module result keys.

    Raises MaskingError; ``run.partial`` then says what was decided and what has moved.
    """
    work = Sync(source, target, options, exchange, receipts, run.warn)
    outcome = work.decide()
    plan = outcome.plan
    result: Row = {
        "changed": bool(plan.needed),
        "plan": plan.to_result(),
        "source": {"name": source.name, "release": str(work.source_release)},
        "engine": {"name": target.name, "release": str(target.release)},
    }
    if work.unknown_types:
        run.warn(
            f"engine {source.name}: it has no objects of type {', '.join(work.unknown_types)}; is that the right name?"
        )
    blocked = plan.by_action[Action.BLOCKED]
    if blocked:
        run.warn(
            f"engine {target.name}: {len(blocked)} object(s) are blocked, such as {blocked[0].key}: {blocked[0].reason}"
        )
    if plan.may_come_along:
        then = "come along" if options.policy.overwrite else "make the engine refuse the import"
        run.warn(
            f"engine {target.name}: {len(plan.may_come_along)} object(s) outside the selection differ and {then} "
            f"if a selected one needs them, such as {plan.may_come_along[0]}"
        )
    if plan.needed and run.diff_mode:
        result["diff"] = to_diff(plan)
    if run.check_mode:
        if any(item.target for item in plan.needed) and not comparable(work.source_release, target.release):
            run.warn(
                f"engine {target.name}: its release is not the source's, so that hashes do not compare; "
                "objects to update may turn out to be equal"
            )
        return result
    try:
        work.apply(outcome)
    except MaskingError:
        run.partial = {**result, "changed": bool(outcome.moves), **outcome.to_result()}
        raise
    return {**result, "changed": bool(outcome.moves), **outcome.to_result()}
