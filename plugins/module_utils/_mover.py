# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects from the source into the target, part by part. Private to this collection."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._batches import (
    Part,
    cannot_be_exported,
    parts_of,
)
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    identity,
    read_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._destination import (
    Destination,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    ImportFailedError,
    MaskingError,
    NotFoundError,
    TaskFailedError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import (
    Exchange,
    SharedError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._on_the_fly import (
    build,
    point,
)
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Action, Item
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    TransferOptions,
    arrived_after_all,
    export_bundle,
    import_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import comparable
from ansible_collections.maskops.delphix.plugins.module_utils._view import View

# The hash that each object had when it was exported, None when that is not told.
Expected = dict[ObjectKey, "str | None"]


@dataclasses.dataclass(frozen=True)
class SyncOptions:
    """How a sync works. ``purge``: drop the engines' documents afterwards."""

    selection: Selection
    policy: Policy
    transfer: TransferOptions
    purge: bool = False


@dataclasses.dataclass
class Mover:
    """Moves objects between two engines. ``look`` reads the target anew; ``imports`` counts imported bundles."""

    source: Engine
    target: Engine
    options: SyncOptions
    exchange: Exchange
    destination: Destination
    look: t.Callable[[], View]
    warn: t.Callable[[str], None]
    imports: int = 0

    def move(self, items: t.Iterable[Item], view: View) -> Expected:
        """Export and import objects. ``view`` is how the target was before."""
        expected: Expected = {}
        for part in parts_of(items, view.source, view.naming):
            expected |= self._move(part, view)
        return expected

    def point_jobs(self, items: t.Iterable[Item], view: View) -> bool:
        """Make on-the-fly jobs of the target read from where they read on the source. Whether any did not."""
        changed = False
        for item in items:
            job = view.target.objects.get(item.target_key)
            wanted = view.source.on_the_fly[item.key].source if item.key in view.source.on_the_fly else None
            if job is None or wanted is None or view.rightly_placed(item.key):
                continue
            view = self._bring([wanted], view)
            point(self.target, job, view.target.objects[view.naming.on_target(wanted)])
            changed = True
        return changed

    def _move(self, part: Part, view: View) -> Expected:
        try:
            path = self._bundle(part)
        except (ApiError, TaskFailedError, SharedError) as refused:
            only = part.items[0]
            refusals = (ApiError.code, TaskFailedError.code)
            if refused.code not in refusals or not cannot_be_exported(only.key, view.source):
                raise
            self._build(only, view)
            return {only.key: None}
        expected = self._hashes_in(path, part)
        goal = self._goal(part)
        try:
            import_bundle(self.target, path, goal, self.options.transfer)
        except ImportFailedError as refused:
            if refused.subject == path:
                # A file of the exchange means nothing to a user.
                more = f" and {len(part.items) - 1} more" if len(part.items) > 1 else ""
                refused.subject = f"{part.items[0].target_key}{more}"
            raise
        except AnswerLostError as lost:
            if not arrived_after_all(self.target, lost, lambda: self._arrived(expected, view)):
                lost.hint = (
                    "The import was not sent again, and the target does not show it. The next run does the rest."
                )
                raise
            self.warn(f"{lost}; the target shows that the import has arrived")
        self.imports += 1
        if part.takes_staging:
            # At once, so that a failure of a later part leaves no job that reads from the temporary environment,
            # and that part finds no connectors of this one there.
            self.point_jobs(part.items, self.look())
            self.destination.clear()
        return expected

    def _goal(self, part: Part) -> ImportGoal:
        numbers: list[int | None] = [None, None]
        if part.environment is not None:
            numbers[0] = self.destination.number(part.environment)
        if part.source_environment is not None:
            number = self.destination.staging if part.takes_staging else self.destination.number
            numbers[1] = number(part.source_environment)
        return ImportGoal(self.options.policy.overwrite, *numbers)

    def _bundle(self, part: Part) -> str:
        transfer = self.options.transfer
        content = json.dumps(
            [[list(item.key), item.source.hash] for item in part.items] + [transfer.passphrase, transfer.structure]
        )
        requests = [item.source.request for item in part.items]
        return self.exchange.bundle(self.source.name, content, lambda path: self._export(requests, path))

    def _export(self, requests: list[Row], path: str) -> None:
        # A purge by another target must not drop this document before it is downloaded.
        alone = self.exchange.alone_on(self.source.name) if self.options.purge else contextlib.nullcontext()
        with alone:
            export_bundle(self.source, requests, path, self.options.transfer)

    def _hashes_in(self, path: str, part: Part) -> Expected:
        """Hashes at the time of the export; an object can change between list and export."""
        requested = read_bundle(path).requested or []
        told = {identity(row): row.get("revisionHash") for row in requested}
        expected: Expected = {}
        for item in part.items:
            now = told.get(identity(item.source.request)) or item.source.hash
            if now != item.source.hash:
                self.warn(
                    f"engine {self.source.name}: {item.key} changed after it was listed; its newer state was moved"
                )
            expected[item.key] = now
        return expected

    def _arrived(self, expected: Expected, before: View) -> bool:
        now = self.look()
        same_release = comparable(now.source.release, now.target.release)
        for key, value in expected.items():
            there, was = now.there(key), before.there(key)
            if there is None or (
                there.hash != value and (same_release or (was is not None and there.hash == was.hash))
            ):
                return False
        return True

    def _build(self, item: Item, view: View) -> None:
        """Make a job that cannot be exported on the target, from its settings."""
        ruleset, job = view.source.parents.get(item.key), view.source.on_the_fly[item.key]
        if ruleset is None or job.source is None:
            raise NotFoundError(f"the source does not tell what {item.key} hangs on", engine=self.source.name)
        view = self._bring([ruleset, job.source], view)
        if view.same(item.source):
            # It differed by what has just been brought; a save would give it another hash for nothing.
            return
        there = view.target.objects
        build(
            self.target,
            item.target_key,
            job,
            there.get(item.target_key),
            there[view.naming.on_target(ruleset)],
            there[view.naming.on_target(job.source)],
        )

    def _bring(self, keys: t.Iterable[ObjectKey], view: View) -> View:
        """Move what is not the same on the target. Returns how the target is then."""
        items = []
        for key in keys:
            mine = view.source.objects.get(key)
            if mine is None:
                raise NotFoundError(f"it does not list {key}", engine=self.source.name, subject=str(key))
            if not view.same(mine):
                there = view.there(key)
                action = Action.CREATE if there is None else Action.UPDATE
                items.append(Item(action, mine, there, place=view.naming.on_target(key)))
        if not items:
            return view
        self.move(items, view)
        view = self.look()
        for item in items:
            if view.there(item.key) is None:
                raise MaskingError(f"{item.target_key} was imported, but is not there", engine=self.target.name)
        return view
