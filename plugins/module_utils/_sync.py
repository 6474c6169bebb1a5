# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One target brought in sync with its source: read both, decide, move, prove. Private to this collection."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._batches import next_batch
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import make_plan, replaced
from ansible_collections.maskops.delphix.plugins.module_utils._destination import (
    STAGING,
    Destination,
    to_result,
)
from ansible_collections.maskops.delphix.plugins.module_utils._environments import (
    Environment,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    FileError,
    MaskingError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._mover import (
    Expected,
    Mover,
    SyncOptions,
)
from ansible_collections.maskops.delphix.plugins.module_utils._moves import (
    Move,
    moves_between,
)
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Action, Item, Plan, to_diff
from ansible_collections.maskops.delphix.plugins.module_utils._prune import (
    not_to_remove,
    remove,
)
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import (
    Receipt,
    Receipts,
)
from ansible_collections.maskops.delphix.plugins.module_utils._references import (
    References,
    read_references,
)
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run
from ansible_collections.maskops.delphix.plugins.module_utils._selection import sort_key
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import purge
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    ENVIRONMENT_TYPES,
    FORMAT_TYPES,
    GLOBAL_TYPES,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import comparable
from ansible_collections.maskops.delphix.plugins.module_utils._view import View

_CONNECTOR_WORDS = {
    "DATABASE_CONNECTOR": "database",
    "FILE_CONNECTOR": "file",
    "DATASET_CONNECTOR": "mainframe_dataset",
}


@dataclasses.dataclass
class Outcome:
    """What a sync decided and did.

    ``plan`` is what was decided first. ``moves`` is what really changed on the target.
    ``unverified`` are objects that were imported but are not equal to the source's. ``refused`` are
    objects that the source does not export, with its words.
    ``connectors`` of the target were moved, or are used by what was moved, with whether they are new;
    before the sync was carried out these are the ones that would be.
    """

    plan: Plan
    moves: list[Move] = dataclasses.field(default_factory=list)
    environments: list[Environment] = dataclasses.field(default_factory=list)
    connectors: dict[ObjectKey, bool] = dataclasses.field(default_factory=dict)
    unverified: list[ObjectKey] = dataclasses.field(default_factory=list)
    refused: dict[ObjectKey, str] = dataclasses.field(default_factory=dict)
    imports: int = 0

    @property
    def changed(self) -> bool:
        """Whether the target is another than before."""
        return bool(self.moves or self.environments)

    def to_result(self) -> Row:
        """As result keys ``applied``, ``connectors`` and ``unverified``."""
        return {
            "applied": {
                "environments": [to_result(environment) for environment in self.environments],
                "created": [move.to_result() for move in self.moves if move.before is None],
                "updated": [
                    move.to_result() for move in self.moves if move.before is not None and move.after is not None
                ],
                "removed": [move.to_result() for move in self.moves if move.after is None],
                "refused": [
                    {**key.to_result(), "reason": self.refused[key]} for key in sorted(self.refused, key=sort_key)
                ],
                "imports": self.imports,
            },
            "connectors": self.connectors_to_result(),
            "unverified": [key.to_result() for key in self.unverified],
        }

    def connectors_to_result(self) -> list[Row]:
        """The connectors as result rows."""
        return [
            {"environment": key.environment, "name": key.name, "type": _CONNECTOR_WORDS[key.type], "created": new}
            for key, new in self.connectors.items()
        ]


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
        naming: Naming | None = None,
    ) -> None:
        if source.name == target.name:
            raise OptionError("source and target are the same engine", engine=target.name)
        self._source = source
        self._target = target
        self._options = options
        self._exchange = exchange
        self._receipts = receipts
        self._warn = warn
        self._naming = naming or Naming()
        self._destination = Destination(source, target, exchange, self._naming)
        self._mover = Mover(source, target, options, exchange, self._destination, self._look, warn)
        selection = options.selection
        # What selected objects need may be of other types, and comes along with them.
        self._inside = selection.inside_environments
        whole = self._inside or not selection.limits_types
        self._types = None if whole else selection.types | GLOBAL_TYPES
        self._scope = ",".join(sorted(self._types)) if self._types else "all"
        self._references: References | None = None

    @property
    def source_release(self) -> str:
        """The source's release, known once it was listed."""
        return str(self._source_catalog.release)

    @property
    def same_release(self) -> bool:
        """Whether hashes of the two engines compare."""
        return comparable(self._source_catalog.release, self._target.release)

    @property
    def unknown_types(self) -> list[str]:
        """Selected types that are not known and that the source does not have."""
        return self._options.selection.unknown_types(self._source_catalog)

    @property
    def unknown_environments(self) -> list[str]:
        """Environments that are to have another name on the target, but that the source does not have."""
        return self._naming.unknown(self._source_catalog.environments) if self._inside else []

    def decide(self) -> Outcome:
        """Read both engines and plan."""
        self._source_catalog = self._exchange.catalog(
            self._source.name, self._scope, lambda: read_catalog(self._source, object_types=self._types)
        )
        view = self._look()
        self._before = view.target
        outcome = Outcome(self._plan(view))
        used = self._touched(outcome, [item.key for item in outcome.plan.needed])
        outcome.connectors = {key: key not in view.target.objects for key in used}
        return outcome

    def describe_environments(self, plan: Plan) -> list[Row]:
        """What environments the plan makes on the target, as result rows."""
        return [to_result(self._destination.wanted(name)) for name, _theirs in plan.new_environments]

    def apply(self, outcome: Outcome) -> None:
        """Move what the plan needs in as few batches as dependencies allow, prove it, and remove what is to go."""
        self._receipts.prepare()
        tried: set[ObjectKey] = set()
        plan, view = outcome.plan, View(self._source_catalog, self._before, self._naming, self._receipts.get)
        try:
            # First of all, as some engines may want one for formats and mounts.
            for name, _theirs in plan.new_environments:
                outcome.environments.append(self._destination.make(name))
            self._compare_environments(plan)
            while batch := next_batch(plan, tried):
                tried |= {item.key for item in batch}
                expected = self._mover.move([item for item in batch if not item.misplaced], view)
                view = self._look()
                if self._mover.point_jobs(batch, view):
                    view = self._look()
                outcome.unverified += self._verify(batch, expected, view)
                plan = self._plan(view, tried)
            self._warn_of_blocked(outcome.plan, plan)
            cleared = self._inside and self._may_be_staging(outcome) and self._destination.clear()
            if self._remove(plan, outcome.plan) or cleared:
                view = self._look()
        except MaskingError:
            self._clear_after_failure()
            outcome.imports, outcome.refused = self._mover.imports, self._mover.refused
            outcome.moves = moves_between(self._before, self._last_look(view.target))
            outcome.connectors = self._touched(outcome, tried)
            with contextlib.suppress(FileError):
                self._receipts.save()
            raise
        outcome.imports = self._mover.imports
        # What something else has brought along is there all the same.
        outcome.refused = {
            key: words for key, words in self._mover.refused.items() if not view.same(view.source.objects[key])
        }
        outcome.moves = moves_between(self._before, view.target)
        outcome.connectors = self._touched(outcome, tried)
        self._receipts.save()
        self._finish(outcome)

    def _warn_of_blocked(self, first: Plan, last: Plan) -> None:
        """Tell what was to move, but refers to something that the source refused to export."""
        wanted = {item.key for item in first.needed}
        blocked = [item for item in last.by_action[Action.BLOCKED] if item.key in wanted]
        if blocked:
            self._warn(
                f"engine {self._target.name}: {len(blocked)} object(s) were not moved after all, "
                f"such as {blocked[0].key}: {blocked[0].reason}"
            )

    def _may_be_staging(self, outcome: Outcome) -> bool:
        """Whether the temporary environment may be there, be it of an earlier run."""
        return bool(outcome.plan.needed) or STAGING in self._before.environments

    def _finish(self, outcome: Outcome) -> None:
        if outcome.refused:
            example, words = next(iter(outcome.refused.items()))
            text = f"{len(outcome.refused)} object(s) were not moved, as it refuses to export them, such as {example}"
            if self._options.selection.names:
                # What somebody names must be there afterwards.
                raise ApiError(text, engine=self._source.name, subject=str(example), detail=words)
            self._warn(f"engine {self._source.name}: {text}: {words}")
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

    def _look(self) -> View:
        """The source as it was listed, and the target as it is now."""
        return View(
            self._source_catalog,
            read_catalog(self._target, object_types=self._types),
            self._naming,
            self._receipts.get,
            refused=self._mover.refused.keys(),
        )

    def _plan(self, view: View, tried: t.Collection[ObjectKey] = frozenset()) -> Plan:
        """The plan, with what was moved before; what it takes to be sure is read only when it matters."""
        selection, policy = self._options.selection, self._options.policy
        plan = make_plan(selection, view, policy=policy, tried=tried)
        more = view
        if any(item.key.environment for item in plan.needed) or self._lacks_environments(view):
            more = dataclasses.replace(more, environments=self._destination.names)
        referring = [item.key for item in plan.needed if item.key.type in ENVIRONMENT_TYPES | FORMAT_TYPES]
        coming = {item.key for item in plan.needed}.difference(view.refused)
        if referring and view.differing_globals() - coming:
            more = dataclasses.replace(more, references=self._read_references())
        removable = [one.target.key for one in plan.to_remove]
        if any(key.environment is None for key in removable):
            # What uses them can be of types that are not selected.
            there = read_catalog(self._target) if self._types else view.target
            gone = replaced([item for item in plan.needed if item.key not in tried], view)
            more = dataclasses.replace(more, kept=not_to_remove(self._target, there, removable, gone))
        return plan if more is view else make_plan(selection, more, policy=policy, tried=tried)

    def _lacks_environments(self, view: View) -> bool:
        selection, naming = self._options.selection, self._naming
        return any(
            naming.environment(name) not in view.target.environments
            for name in view.source.environments
            if selection.means_environment(name)
        )

    def _read_references(self) -> References:
        if self._references is None:
            rows = self._exchange.value(
                f"references {self._scope}",
                self._source.name,
                lambda: [
                    [list(key), [list(one) for one in found]]
                    for key, found in read_references(self._source, self._source_catalog).items()
                ],
                f"the inventory of {self._source.name}",
            )
            self._references = {ObjectKey(*key): [ObjectKey(*one) for one in found] for key, found in rows}
        return self._references

    def _compare_environments(self, plan: Plan) -> None:
        for name in sorted({item.key.environment for item in plan.needed if item.key.environment is not None}):
            unlike = self._destination.unlike(name)
            if unlike:
                self._warn(f"engine {self._target.name}: {unlike}; an import does not change that")

    def _verify(self, batch: list[Item], expected: Expected, after: View) -> list[ObjectKey]:
        """Keys that cannot be proved. Between releases the engine's word counts and gives a receipt."""
        unverified = []
        same_release = comparable(after.source.release, after.target.release)
        for item in batch:
            if item.key in self._mover.refused:
                continue
            # Built from the settings that were listed, an object has no hash of an export.
            wanted = expected.get(item.key) or item.source.hash
            there = after.there(item.key)
            if there is not None and there.hash is not None and after.rightly_placed(item.key):
                if there.hash == wanted or (same_release and after.same(item.source)):
                    continue
                if not same_release and wanted is not None:
                    self._receipts.put(item.key, Receipt(wanted, there.hash))
                    continue
            unverified.append(item.key)
        return unverified

    def _remove(self, plan: Plan, first: Plan) -> bool:
        """Remove what the first plan names and nothing has come up against since. Whether anything was."""
        named = {one.target.key for one in first.to_remove}
        removed = False
        for one in plan.extra:
            if one.target.key in named:
                self._warn(f"engine {self._target.name}: {one.target.key} was left: {one.kept}")
        # Users of an object go before it.
        for one in plan.to_remove:
            if one.target.key not in named:
                continue
            words = remove(self._target, one.target)
            if words is None:
                removed = True
            else:
                self._warn(f"engine {self._target.name}: {one.target.key} was left, the engine says: {words}")
        return removed

    def _touched(self, outcome: Outcome, tried: t.Iterable[ObjectKey]) -> dict[ObjectKey, bool]:
        """Connectors of the target that were moved, or that what was moved uses, and whether they are new."""
        keys = {self._naming.on_target(one) for key in tried for one in self._source_catalog.carried(key)}
        keys |= {move.key for move in outcome.moves if move.after is not None}
        created = {move.key for move in outcome.moves if move.before is None}
        return {key: key in created for key in sorted(keys) if key.type in _CONNECTOR_WORDS}

    def _clear_after_failure(self) -> None:
        try:
            if self._inside:
                self._destination.clear()
        except MaskingError as error:
            self._warn(f"the temporary environment was left: {error}")

    def _last_look(self, known: Catalog) -> Catalog:
        """The target after a failure, or what is known of it when it cannot be asked any more."""
        try:
            return self._look().target
        except MaskingError as error:
            self._warn(f"after the failure the target could not be read, so what moved last may be missing: {error}")
            # An engine of another release gives what it has taken a hash of its own.
            arrived = self._mover.arrived if self.same_release else {}
            return dataclasses.replace(known, objects={**known.objects, **arrived})


def sync(
    source: Engine,
    target: Engine,
    options: SyncOptions,
    exchange: Exchange,
    receipts: Receipts,
    run: Run,
    naming: Naming | None = None,
) -> Row:
    """Plan and, outside check mode, carry it out. Returns module result keys.

    Raises MaskingError; ``run.partial`` then says what was decided and what has moved.
    """
    work = Sync(source, target, options, exchange, receipts, run.warn, naming)
    outcome = work.decide()
    plan = outcome.plan
    result: Row = {
        "changed": plan.changes,
        "plan": {**plan.to_result(), "new_environments": work.describe_environments(plan)},
        "source": {"name": source.name, "release": work.source_release},
        "engine": {"name": target.name, "release": str(target.release)},
    }
    if work.unknown_types:
        run.warn(
            f"engine {source.name}: it has no objects of type {', '.join(work.unknown_types)}; is that the right name?"
        )
    if work.unknown_environments:
        run.warn(
            f"engine {source.name}: it has no environment named {', '.join(work.unknown_environments)}, which "
            "'environment_map' names, or nothing in it can be synced; names are compared letter by letter"
        )
    _warn_of(plan, options, run)
    if plan.changes and run.diff_mode:
        result["diff"] = to_diff(plan)
    if run.check_mode:
        if any(item.target for item in plan.needed) and not work.same_release:
            run.warn(
                f"engine {target.name}: its release is not the source's, so that hashes do not compare; "
                "objects to update may turn out to be equal"
            )
        return {**result, "connectors": outcome.connectors_to_result()}
    try:
        work.apply(outcome)
    except MaskingError:
        run.partial = {**result, "changed": outcome.changed, **outcome.to_result()}
        raise
    return {**result, "changed": outcome.changed, **outcome.to_result()}


def _warn_of(plan: Plan, options: SyncOptions, run: Run) -> None:
    blocked = plan.by_action[Action.BLOCKED]
    if blocked:
        run.warn(
            f"engine {plan.target}: {len(blocked)} object(s) are blocked, such as {blocked[0].key}: {blocked[0].reason}"
        )
    if plan.may_come_along:
        then = "come along" if options.policy.overwrite else "make the engine refuse the import"
        run.warn(
            f"engine {plan.target}: {len(plan.may_come_along)} object(s) outside the selection differ and {then} "
            f"if a selected one needs them, such as {plan.may_come_along[0]}"
        )
