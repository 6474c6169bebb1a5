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
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    SyncableObject,
)
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
from ansible_collections.maskops.delphix.plugins.module_utils._inside import Inside
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
from ansible_collections.maskops.delphix.plugins.module_utils._types import FORMAT_TYPES
from ansible_collections.maskops.delphix.plugins.module_utils._versions import comparable
from ansible_collections.maskops.delphix.plugins.module_utils._view import View

# The hash that each object had when it was exported, None when that is not told.
Expected = dict[ObjectKey, "str | None"]

# With which statuses engines refuse objects that cannot be exported, or not together (seen, and inferred).
_ABOUT_OBJECTS = (400, 404, 409)
# So many refusals of one export are not about single objects any more.
_MOST_REFUSALS = 32
# Of the engine, but the documentation shows them as if they were inside environments.
_PERHAPS_INSIDE = FORMAT_TYPES | {"MOUNT_INFORMATION"}


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
    #: what the source refuses to export, in its own words
    refused: dict[ObjectKey, str] = dataclasses.field(default_factory=dict)
    #: what the target has taken, as it was exported
    arrived: dict[ObjectKey, SyncableObject] = dataclasses.field(default_factory=dict)
    _formats_take_environment: bool = False

    def move(self, items: t.Iterable[Item], view: View) -> Expected:
        """Export and import objects. ``view`` is how the target was before.

        What the source refuses to export is left in ``refused``, and the rest goes on.
        """
        items = list(items)
        # A job that says the same is equal as soon as what it needs is: importing it would only undo that.
        alike = {item.key for item in items if view.same_job(item.key)}
        needed = dict.fromkeys(one for key in sorted(alike) for one in view.source.carried(key)[1:])
        if needed:
            view = self._bring(needed, view)
        expected: Expected = {}
        for part in parts_of([item for item in items if item.key not in alike], view.source, view.naming):
            expected |= self._move(part, view, [])
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

    def _point_at_once(self, part: Part, view: View) -> bool:
        """Point jobs that were just moved without a look at the whole target; False when that is not enough."""
        inside = Inside(self.target)
        found: list[tuple[SyncableObject, SyncableObject]] = []
        for item in part.items:
            wanted = view.source.on_the_fly[item.key].source
            mine = view.source.objects.get(wanted) if wanted else None
            if mine is None:
                return False
            place = view.naming.on_target(mine.key)
            came = self.arrived.get(place)
            if not view.same(mine) and (came is None or came.hash != mine.hash):
                return False
            job, connector = (_numbered(inside, key) for key in (item.target_key, place))
            if job is None or connector is None:
                return False
            found.append((job, connector))
        for job, connector in found:
            point(self.target, job, connector)
        return True

    def _move(self, part: Part, view: View, refusals: list[MaskingError]) -> Expected:
        try:
            path = self._bundle(part)
        except (ApiError, TaskFailedError, SharedError) as refused:
            refusals.append(refused)
            return self._move_apart(part, view, refusals)
        expected = self._hashes_in(path, part)
        try:
            self._import(path, part)
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
        for item in part.items:
            self.arrived[item.target_key] = item.source._replace(key=item.target_key, hash=expected[item.key])
        if part.takes_staging:
            # At once, so that a failure of a later part leaves no job that reads from the temporary environment,
            # and that part finds no connectors of this one there.
            if not self._point_at_once(part, view):
                self.point_jobs(part.items, self.look())
            self.destination.clear()
        return expected

    def _move_apart(self, part: Part, view: View, refusals: list[MaskingError]) -> Expected:
        """Move what the source does not export as a whole by halves, to find what it refuses.

        Raises the first refusal when there are too many, or when objects are not what it is about.
        """
        last = refusals[-1]
        only = part.items[0]
        failed = last.code == TaskFailedError.code
        if len(part.items) == 1 and cannot_be_exported(only.key, view.source) and (failed or _about_objects(last)):
            self._build(only, view)
            return {only.key: None}
        if not _about_objects(last):
            raise last
        if len(refusals) > _MOST_REFUSALS:
            raise refusals[0]
        if len(part.items) == 1:
            self.refused[only.key] = last.to_result()["error"].get("engine_message") or last.message
            return {}
        middle = len(part.items) // 2
        expected: Expected = {}
        for items in (part.items[:middle], part.items[middle:]):
            expected |= self._move(dataclasses.replace(part, items=items), view, refusals)
        return expected

    def _import(self, path: str, part: Part) -> None:
        """Import a bundle. Whether an engine wants formats and mounts in an environment is not documented."""
        goal = self._goal(part)
        perhaps = part.environment is None and any(item.key.type in _PERHAPS_INSIDE for item in part.items)
        elsewhere = dataclasses.replace(goal, environment_id=self.destination.any_number) if perhaps else goal
        if perhaps and self._formats_take_environment:
            goal = elsewhere
        try:
            import_bundle(self.target, path, goal, self.options.transfer)
        except ImportFailedError as refused:
            if goal == elsewhere:
                raise
            try:
                # Nothing of the first attempt has stayed, so it can be made again.
                import_bundle(self.target, path, elsewhere, self.options.transfer)
            except ImportFailedError:
                raise refused from None
            self._formats_take_environment = True

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
                words = self.refused.get(item.key)
                raise MaskingError(
                    f"{item.target_key} was imported, but is not there"
                    if words is None
                    else f"{item.key} is needed, and the source refuses to export it: {words}",
                    engine=self.target.name if words is None else self.source.name,
                    subject=str(item.key),
                )
        return view


def _numbered(inside: Inside, key: ObjectKey) -> SyncableObject | None:
    """An object inside an environment, known by its number alone; None when it is not there."""
    rows = inside.of(key.type, key.environment or "")
    number = next((row.id for row in rows if row.name == key.name), None)
    return None if number is None else SyncableObject(key, {"id": number}, None)


def _about_objects(refused: MaskingError) -> bool:
    """Whether it may be single objects that an export was refused for."""
    return refused.code == ApiError.code and refused.http_status in _ABOUT_OBJECTS
