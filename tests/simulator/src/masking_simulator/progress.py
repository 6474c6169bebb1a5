# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far an execution is at a moment: its counters, components and events.

The fields and their values are documented. Invented: the first fifth of a run counts the rows,
the rest masks the tables one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from masking_simulator.clock import api_time

Execution = dict[str, Any]
Row = dict[str, Any]
_COUNTING = 0.2
_ROWS_PER_UNMASKED = 1000


def counters(execution: Execution, now: float) -> Row:
    """rowsMasked and rowsTotal (-1 while counting), and bytes for files; nothing before it has begun."""
    if "_began" not in execution:
        return {}
    share = _share(execution, now)
    if share is None:
        return {"rowsMasked": 0, "rowsTotal": -1}
    total = sum(part["rows"] for part in execution["_components"])
    size = sum(part["size"] for part in execution["_components"])
    row: Row = {"rowsMasked": int(total * share), "rowsTotal": total}
    if size:
        row.update(bytesProcessed=int(size * share), bytesTotal=size)
    return row


def components(execution: Execution, now: float) -> Iterator[Row]:
    """The tables and files of an execution."""
    share = _share(execution, now) if "_began" in execution else None
    counts = execution["_counts"]
    weights = [part["rows"] if counts else 1 for part in execution["_components"]]
    whole = sum(weights)
    done = int(whole * share) if share is not None and counts else whole * (share or 0.0)
    before = 0
    for part, weight in zip(execution["_components"], weights, strict=True):
        here = min(max(done - before, 0), weight)
        status = _status(execution, share is not None, done, before, weight)
        row: Row = {
            "executionComponentId": part["id"],
            "componentName": part["name"],
            "executionId": execution["executionId"],
            "status": status,
        }
        if "_began" in execution:
            row["rowsMasked"] = int(here) if counts else 0
            row["rowsTotal"] = part["rows"] if share is not None else -1
        if counts and execution.get("_seconds") is not None and (here or status in ("RUNNING", "FAILED")):
            row["startTime"] = api_time(_reached(execution, before / whole))
        if status == "SUCCEEDED" and execution.get("_seconds") is not None:
            row["endTime"] = api_time(_reached(execution, (before + weight) / whole))
        elif status in ("SUCCEEDED", "FAILED"):
            row["endTime"] = api_time(execution["_ended"])
        before += weight
        yield row


def aborted(execution: Execution, number: int, reason: str) -> Row:
    """The event of an execution that failed."""
    row: Row = {
        "id": number,
        "eventType": "JOB_ABORTED",
        "severity": "CRITICAL",
        "cause": "UNHANDLED_EXCEPTION",
        "count": 1,
        "timeStamp": execution["endTime"],
        "exceptionType": "java.lang.IllegalStateException",
        "exceptionDetail": reason,
    }
    failed = [item for item in components(execution, execution["_ended"]) if item["status"] == "FAILED"]
    if failed:
        row["executionComponentId"] = failed[0]["executionComponentId"]
    return row


def unmasked(execution: Execution, number: int, part: Row) -> Row:
    """The event of a table or file with data that its algorithm could not mask."""
    name, algorithm = part["masks"]
    return {
        "id": number,
        "eventType": "UNMASKED_DATA",
        "severity": "WARNING",
        "cause": "PATTERN_MATCH_FAILURE",
        "count": 1 + part["rows"] // _ROWS_PER_UNMASKED,
        "timeStamp": execution["endTime"],
        "executionComponentId": part["id"],
        "maskedObjectName": name,
        "maskedObjectParentName": part["name"],
        "algorithmName": algorithm,
    }


def event(execution: Execution, found: Row) -> Row:
    """An event as the API shows it."""
    shown = {name: value for name, value in found.items() if name != "id"}
    return {"executionEventId": found["id"], "executionId": execution["executionId"], **shown}


def _share(execution: Execution, now: float) -> float | None:
    """How much of the masking is done, from 0 to 1; None while rows are counted."""
    if execution["status"] == "SUCCEEDED":
        return 1.0
    seconds = execution["_seconds"]
    if seconds is None:
        return None
    passed = execution.get("_ended", now) - execution["_began"] - seconds * _COUNTING
    if passed < 0:
        return None
    return min(1.0, passed / (seconds * (1 - _COUNTING))) if seconds else 1.0


def _reached(execution: Execution, share: float) -> float:
    """When so much of the masking was done."""
    seconds: float = execution["_seconds"]
    began: float = execution["_began"]
    reached = began + seconds * (_COUNTING + (1 - _COUNTING) * share)
    return min(reached, execution["_ended"]) if "_ended" in execution else reached


def _status(execution: Execution, counted: bool, done: float, before: int, weight: int) -> str:
    status: str = execution["status"]
    if status == "SUCCEEDED" or (counted and done >= before + weight):
        return "SUCCEEDED"
    reached = done >= before
    if status == "FAILED":
        return "FAILED" if reached else "CANCELLED"
    if status == "CANCELLED":
        return "CANCELLED"
    return "RUNNING" if status == "RUNNING" and counted and reached else "WAITING"
