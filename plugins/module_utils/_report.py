# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of many targets as one table. Pure. Private to this collection."""

from __future__ import annotations

import typing as t

Row = dict[str, t.Any]

# Names in a line of the report; the result has them all.
_NAMED = 5
_COLUMNS = ("target", "created", "updated", "in sync", "not syncable", "blocked", "extra", "seconds", "result")


def summarise(result: Row) -> Row:
    """The numbers of one masking_sync result: objects by what happened to them, seconds, and ``result``.

    What really moved counts as created or updated once the sync was carried out; before that
    (check mode) the plan does. A failed result keeps the numbers that it has.
    """
    plan = result.get("plan") or {}
    planned = plan.get("summary") or {}
    applied = result.get("applied")
    failed = bool(result.get("failed"))
    if applied is not None:
        created, updated = len(applied["created"]), len(applied["updated"])
    else:
        created, updated = planned.get("to_create", 0), planned.get("to_update", 0)
    moved = created + updated if applied is not None else 0
    if failed:
        outcome = "failed"
    elif applied is not None:
        outcome = "changed" if moved else "unchanged"
    else:
        outcome = "would change" if created + updated else "unchanged"
    return {
        "created": created,
        "updated": updated,
        "in_sync": planned.get("in_sync", 0),
        "not_syncable": planned.get("not_syncable", 0),
        "blocked": planned.get("blocked", 0),
        "extra": planned.get("extra", 0),
        "seconds": float((result.get("stats") or {}).get("seconds", 0.0)),
        "result": outcome,
    }


def table(results: t.Mapping[str, Row]) -> list[str]:
    """Lines of a table with one row for each target, by name, and below it the objects concerned."""
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for name, result in sorted(results.items()):
        numbers = summarise(result)
        cells = [str(numbers[column.replace(" ", "_")]) for column in _COLUMNS[1:-2]]
        rows.append((name, *cells, f"{numbers['seconds']:.1f}", numbers["result"]))
    widths = [max(len(row[index]) for row in rows) for index in range(len(_COLUMNS))]
    last = len(_COLUMNS) - 1
    lines = [
        "  ".join(
            cell.ljust(width) if index in (0, last) else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    for name, result in sorted(results.items()):
        lines += [f"{name}: {line}" for line in _details(result)]
    return lines


def _details(result: Row) -> list[str]:
    """What moved or would move, what could not, and why a target failed."""
    plan = result.get("plan") or {}
    applied = result.get("applied")
    if applied is not None:
        moved = [("created", applied["created"]), ("updated", applied["updated"]), ("removed", applied["removed"])]
    else:
        moved = [("would create", plan.get("to_create")), ("would update", plan.get("to_update"))]
    lines = [f"{verb} {_names(objects)}" for verb, objects in moved if objects]
    for verb, group in (("not syncable", "not_syncable"), ("blocked", "blocked")):
        by_reason: dict[str, list[Row]] = {}
        for entry in plan.get(group) or ():
            by_reason.setdefault(entry.get("reason") or "no reason given", []).append(entry)
        lines += [f"{verb}: {_names(objects)} ({reason})" for reason, objects in by_reason.items()]
    if plan.get("extra"):
        lines.append(f"extra: {_names(plan['extra'])}")
    if result.get("unverified"):
        lines.append(f"imported, but not with the source's hash: {_names(result['unverified'])}")
    if result.get("failed"):
        lines.append(f"failed: {result.get('msg')}")
    return lines


def _names(objects: t.Sequence[Row]) -> str:
    shown = ", ".join(f"{entry['type']} {entry['name']}" for entry in objects[:_NAMED])
    more = len(objects) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
