# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle file into an engine: compare, import, prove. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import read_bundle
from ansible_collections.maskops.delphix.plugins.module_utils._bundle_file import (
    contents,
    differing,
    environment_name,
    goes_into_an_environment,
    import_diff,
    same_name,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    MaskingError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._moves import moves_between
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    TransferOptions,
    arrived_after_all,
    describe,
    import_bundle,
    purge,
    status_to_result,
)


@dataclasses.dataclass(frozen=True)
class ImportRequest:
    """A bundle file and how to import it. ``purge``: drop the engine's import documents afterwards."""

    path: str
    goal: t.Callable[[Engine], ImportGoal]
    transfer: TransferOptions
    purge: bool = False


def import_file(engine: Engine, request: ImportRequest, run: Run) -> Row:
    """Import a bundle unless the engine holds all of it already. Returns module result keys.

    ``changed`` is whether hashes on the engine have moved; in check mode, whether some
    object of the bundle is missing or different there. Raises MaskingError.
    """
    bundle = read_bundle(request.path)
    rows = contents(bundle)
    types = {row["objectType"] for row in rows}
    before = read_catalog(engine, object_types=types or None)
    environment = None
    if goes_into_an_environment(rows):
        number = request.goal(engine).environment_id
        environment = environment_name(engine, number) if number is not None else None
    different = differing(rows, before, environment)
    result: Row = {
        "changed": False,
        "differing": len(different),
        "engine": {"name": engine.name, "release": str(engine.release)},
    }
    # A layout that does not tell its objects can only be tried.
    if rows and not different:
        return result if run.check_mode else {**result, "objects": [], "moved": []}
    goal = request.goal(engine)
    standing = [row for row in different if same_name(row, before)]
    if run.check_mode and standing and not goal.force_overwrite:
        run.warn(
            f"engine {engine.name}: {len(standing)} object(s) of the bundle are there with another hash, such as "
            f"{describe(standing[0])}; without 'force_overwrite' the engine refuses the import if their content differs"
        )
    if run.diff_mode:
        result["diff"] = import_diff(different, before)
    if run.check_mode:
        return {**result, "changed": True}

    look = _Look(engine, types, before, rows, environment, result)
    statuses = _import(engine, request, goal, look, run)
    look.settle()
    if statuses is None:
        run.warn(f"engine {engine.name}: it gave no status of the objects; what is reported comes from their hashes")
    result["objects"] = [status_to_result(row) for row in statuses or []]
    if request.purge:
        purge(engine, "import", run.warn)
    return result


def _import(engine: Engine, request: ImportRequest, goal: ImportGoal, look: _Look, run: Run) -> list[Row] | None:
    """Import; whatever goes wrong, ``run.partial`` tells what the engine shows afterwards."""
    try:
        return import_bundle(engine, request.path, goal, request.transfer)
    except AnswerLostError as lost:
        if not look.can_tell or not arrived_after_all(engine, lost, look.arrived):
            look.settle_after_failure(run)
            lost.hint = "The import was not sent again, and the engine does not show it. Run again when it is in order."
            raise
        run.warn(f"{lost}; the engine shows that the import has arrived")
        return None
    except MaskingError:
        look.settle_after_failure(run)
        raise


@dataclasses.dataclass
class _Look:
    """What an engine shows of a bundle's objects."""

    engine: Engine
    types: set[str]
    before: Catalog
    rows: list[Row]
    environment: str | None
    result: Row

    @property
    def can_tell(self) -> bool:
        """Whether the bundle says what it holds."""
        return bool(self.rows)

    def arrived(self) -> bool:
        """Whether the engine now holds the bundle."""
        return not differing(self.rows, self._now(), self.environment)

    def settle(self) -> None:
        """Put what has moved into the result."""
        moves = moves_between(self.before, self._now())
        self.result["changed"] = bool(moves)
        self.result["moved"] = [move.to_result() for move in moves]

    def settle_after_failure(self, run: Run) -> None:
        """The same, if the engine still can be asked, for the result of a failure."""
        try:
            self.settle()
        except MaskingError as error:
            run.warn(f"after the failure the engine could not be read: {error}")
        run.partial = {key: value for key, value in self.result.items() if key != "diff"}

    def _now(self) -> Catalog:
        return read_catalog(self.engine, object_types=self.types or None)
