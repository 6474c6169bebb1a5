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
    import_diff,
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
    import_bundle,
    look_after_lost_answer,
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
    different = differing(rows, before)
    result: Row = {
        "changed": False,
        "differing": len(different),
        "engine": {"name": engine.name, "release": str(engine.release)},
    }
    # A layout that does not tell its objects can only be tried.
    if rows and not different:
        return result if run.check_mode else {**result, "objects": [], "moved": []}
    goal = request.goal(engine)
    if run.diff_mode:
        result["diff"] = import_diff(different, before)
    if run.check_mode:
        return {**result, "changed": True}

    statuses: list[Row] | None = None

    def now() -> Catalog:
        return read_catalog(engine, object_types=types or None)

    def settle() -> None:
        """What is true on the engine, put into the result."""
        moves = moves_between(before, now())
        result["changed"] = bool(moves)
        result["moved"] = [move.to_result() for move in moves]

    try:
        statuses = import_bundle(engine, request.path, goal, request.transfer)
    except AnswerLostError as lost:
        if not rows or not look_after_lost_answer(engine, lambda: not differing(rows, now())):
            _settle_after(settle, result, run)
            lost.hint = "The import was not sent again, and the engine does not show it. Run again when it is in order."
            raise
        run.warn(f"{lost}; the engine shows that the import has arrived")
    except MaskingError:
        _settle_after(settle, result, run)
        raise
    settle()
    if statuses is None:
        run.warn(
            f"engine {engine.name}: it gave no import status of the objects; what is reported comes from their hashes"
        )
    result["objects"] = [status_to_result(row) for row in statuses or []]
    if request.purge:
        purge(engine, "import", run.warn)
    return result


def _settle_after(settle: t.Callable[[], None], result: Row, run: Run) -> None:
    """Say in a failure what the engine shows, if it still can be asked."""
    try:
        settle()
    except MaskingError as error:
        run.warn(f"after the failure the engine could not be read: {error}")
    run.partial = {key: value for key, value in result.items() if key != "diff"}
