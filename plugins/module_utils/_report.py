# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of many targets as one table. Pure. Private to this collection."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ConnectorError,
)

Row = dict[str, t.Any]

# Names, reasons and failures in a line of the report; the results have them all.
_NAMED = 5
# Columns by the number that they show. Some are left out when no target has anything to show there.
_COLUMNS = (
    ("environments", "environments"),
    ("created", "created"),
    ("updated", "updated"),
    ("removed", "removed"),
    ("in sync", "in_sync"),
    ("not syncable", "not_syncable"),
    ("blocked", "blocked"),
    ("refused", "refused"),
    ("extra", "extra"),
    ("connectors", "connectors"),
    ("users", "users"),
)
_WHEN_NOT_ZERO = frozenset({"environments", "removed", "refused", "connectors", "users"})


@dataclasses.dataclass(frozen=True)
class Target:
    """What a run did to one target: results of masking_sync, masking_connector_credentials and masking_users.

    A result is empty when that was not done. ``left`` is the plan of a second look, empty without one.
    """

    sync: Row = dataclasses.field(default_factory=dict)
    connectors: Row = dataclasses.field(default_factory=dict)
    users: Row = dataclasses.field(default_factory=dict)
    left: Row = dataclasses.field(default_factory=dict)

    @property
    def only_planned(self) -> bool:
        """Whether this was check mode."""
        return self.sync.get("applied") is None

    @property
    def connectors_told(self) -> bool:
        """Whether it is single connectors that failed, each told of in its row."""
        return (self.connectors.get("error") or {}).get("code") == ConnectorError.code

    @property
    def failed(self) -> bool:
        """Whether any part failed, or a second look found something left to do.

        In check mode a connector may be missing as what would bring it is only planned too.
        """
        parts = [self.sync, self.users, self.left]
        if not (self.only_planned and self.connectors_told):
            parts.append(self.connectors)
        return any(part.get("failed") for part in parts) or bool(something_left(self.left))


def summarise(target: Target) -> Row:
    """The numbers of one target: objects by what happened to them, connectors, users, seconds, and ``result``.

    What really moved counts as created, updated or removed once the sync was carried out; before that
    (check mode) the plan does. A failed result keeps the numbers that it has.
    """
    plan = target.sync.get("plan") or {}
    planned = plan.get("summary") or {}
    applied = target.sync.get("applied")
    if applied is not None:
        moved = {name: len(applied.get(name) or ()) for name in ("environments", "created", "updated", "removed")}
    else:
        moved = {name: planned.get(f"to_{verb}", 0) for name, verb in _VERBS.items()}
        moved["environments"] = len(plan.get("new_environments") or ())
    tested = collections.Counter(row["tested"] for row in target.connectors.get("connectors") or ())
    actions = collections.Counter(row["action"] for row in target.connectors.get("connectors") or ())
    users = _users_moved(target.users)
    parts = (target.sync, target.connectors, target.users, target.left)
    return {
        **moved,
        **{name: planned.get(name, 0) for name in ("in_sync", "not_syncable", "blocked", "extra")},
        "refused": len((applied or {}).get("refused") or ()),
        "connectors_tested": tested["ok"] + tested["failed"],
        "connectors_failed": 0 if target.only_planned else actions["failed"],
        "credentials_set": actions["set"],
        "users": sum(len(rows) for _verb, rows in users),
        "seconds": round(sum(float((part.get("stats") or {}).get("seconds", 0.0)) for part in parts), 3),
        "result": _outcome(target, bool(actions["set"] or users or any(moved.values()))),
    }


_VERBS = {"created": "create", "updated": "update", "removed": "remove"}


def _outcome(target: Target, changed: bool) -> str:
    if target.failed:
        return "failed"
    if not changed:
        return "unchanged"
    return "would change" if target.only_planned else "changed"


def something_left(result: Row) -> str:
    """What a second look, a plan after a sync, finds not in sync; empty when there is nothing."""
    plan = result.get("plan") or {}
    groups = (
        ("to create", "to_create"),
        ("to update", "to_update"),
        ("to remove", "to_remove"),
        ("blocked", "blocked"),
    )
    found = [f"{words} {_names(plan[group])}" for words, group in groups if plan.get(group)]
    if plan.get("new_environments"):
        found.append(f"environments to make {_listed([row['name'] for row in plan['new_environments']])}")
    return "; ".join(found)


def table(targets: t.Mapping[str, Target]) -> list[str]:
    """Lines of a table with one row for each target, by name, and below it the objects concerned."""
    numbers = {name: summarise(target) for name, target in sorted(targets.items())}
    shown = [
        (title, field)
        for title, field in _COLUMNS
        if field not in _WHEN_NOT_ZERO or any(_cell(row, field) != "0" for row in numbers.values())
    ]
    rows = [("target", *(title for title, _field in shown), "seconds", "result")]
    for name, row in numbers.items():
        rows.append((name, *(_cell(row, field) for _title, field in shown), f"{row['seconds']:.1f}", row["result"]))
    last = len(rows[0]) - 1
    widths = [max(len(row[index]) for row in rows) for index in range(last + 1)]
    lines = [
        "  ".join(
            cell.ljust(width) if index in (0, last) else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    for name, target in sorted(targets.items()):
        lines += [f"{name}: {line}" for line in _details(target)]
    return lines


def _cell(numbers: Row, field: str) -> str:
    if field != "connectors":
        return str(numbers[field])
    tested, failed = numbers["connectors_tested"], numbers["connectors_failed"]
    worked_on = max(tested, failed)
    if failed:
        return f"{failed} of {worked_on} failed"
    return f"{worked_on} ok" if worked_on else "0"


def _details(target: Target) -> list[str]:
    """What moved or would move, what could not, and why a target failed."""
    lines = [*_of_sync(target.sync), *_of_connectors(target), *_of_users(target)]
    left = something_left(target.left)
    if left:
        lines.append(f"failed: the second look does not find both engines equal: {left}")
    # Connectors that do not work are told of one by one above.
    connectors = {} if target.connectors_told else target.connectors
    parts = (("", target.sync), ("connectors: ", connectors), ("users: ", target.users), ("second look: ", target.left))
    return lines + [f"failed: {kind}{part.get('msg')}" for kind, part in parts if part.get("failed")]


def _of_sync(result: Row) -> list[str]:
    plan = result.get("plan") or {}
    applied = result.get("applied")
    if applied is not None:
        environments, verb = applied.get("environments"), "made"
        moved = [(name, applied.get(name)) for name in _VERBS]
    else:
        environments, verb = plan.get("new_environments"), "would make"
        moved = [(f"would {verb}", plan.get(f"to_{verb}")) for verb in _VERBS.values()]
    lines = []
    if environments:
        noun = "environment" if len(environments) == 1 else "environments"
        lines.append(f"{verb} {noun} {_listed([row['name'] for row in environments])}")
    lines += [f"{verb} {_names(objects)}" for verb, objects in moved if objects]
    for verb, group in (("not syncable", "not_syncable"), ("blocked", "blocked")):
        lines += _by_reason(verb, plan.get(group) or (), "no reason given")
    lines += _by_reason("refused", (applied or {}).get("refused") or (), "no reason given")
    lines += _by_reason("extra", plan.get("extra") or (), "")
    if result.get("unverified"):
        lines.append(f"imported, but not with the source's hash: {_names(result['unverified'])}")
    return lines


def _by_reason(verb: str, rows: t.Iterable[Row], without: str) -> list[str]:
    """One line for each of the first few reasons, and one that counts the rest."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(row.get("reason") or without, []).append(_name(row))
    reasons = list(by_reason.items())
    lines = [f"{verb}: {_listed(names)}{f' ({reason})' if reason else ''}" for reason, names in reasons[:_NAMED]]
    more = reasons[_NAMED:]
    if more:
        noun = "reason" if len(more) == 1 else "reasons"
        lines.append(f"{verb}: {sum(len(names) for _reason, names in more)} more, for {len(more)} other {noun}")
    return lines


def _of_connectors(target: Target) -> list[str]:
    rows = target.connectors.get("connectors") or ()
    lines = []
    set_now = [_connector(row) for row in rows if row["action"] == "set"]
    if set_now:
        verb = "would set" if target.only_planned else "set"
        lines.append(f"{verb} the credentials of {_listed(set_now)}")
    open_ones = [_connector(row) for row in rows if row["action"] == "unknown"]
    if open_ones:
        lines.append(f"would test, and set if that fails, the credentials of {_listed(open_ones)}")
    failed = [row for row in rows if row["action"] == "failed"]
    verb = "connector not found yet" if target.only_planned else "connector failed"
    lines += [f"{verb}: {_connector(row)}: {row.get('words')}" for row in failed[:_NAMED]]
    if len(failed) > _NAMED:
        lines.append(f"{verb}: {len(failed) - _NAMED} more")
    # One that was tested is told of above.
    looked_at = {_connector(row) for row in rows}
    new = [_connector(row) for row in target.sync.get("connectors") or () if row["created"]]
    bare = [label for label in new if label not in looked_at]
    if bare and not target.only_planned:
        lines.append(f"new, and so without credentials: {_listed(bare)}")
    return lines


def _of_users(target: Target) -> list[str]:
    result, plan = target.users, target.sync.get("plan") or {}
    verbs = ("created", "updated") if result.get("applied") is not None else ("would create", "would update")
    names = dict(zip(("created", "updated"), verbs, strict=True))
    lines = [f"{names[verb]} {_names(rows)}" for verb, rows in _users_moved(result)]
    if result.get("unverified"):
        lines.append(f"saved, but not shown as it was sent: {_names(result['unverified'])}")
    # In check mode environments that would be made are not there yet.
    verb = "blocked for now" if target.only_planned and plan.get("new_environments") else "blocked"
    return lines + _by_reason(verb, (result.get("plan") or {}).get("blocked") or (), "no reason given")


def _users_moved(result: Row) -> list[tuple[str, list[Row]]]:
    applied, plan = result.get("applied"), result.get("plan") or {}
    if applied is not None:
        pairs = [(verb, applied.get(verb)) for verb in ("created", "updated")]
    else:
        pairs = [("created", plan.get("to_create")), ("updated", plan.get("to_update"))]
    return [(verb, rows) for verb, rows in pairs if rows]


def _connector(row: Row) -> str:
    return f"{row['environment']}/{row['name']}" + (f" ({row['type']})" if row.get("type") else "")


def _names(objects: t.Sequence[Row]) -> str:
    """The first few objects; of more of them, how many there are of each type and in how many environments."""
    text = _listed([_name(row) for row in objects])
    if len(objects) <= _NAMED:
        return text
    types = collections.Counter(row["type"] for row in objects)
    environments = {_environment(row) for row in objects} - {None}
    if len(types) == 1 and len(environments) < 2:
        return text
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(types.items()))
    where = f" in {len(environments)} environments" if len(environments) > 1 else ""
    return f"{text} (in all {counts}{where})"


def _name(row: Row) -> str:
    environment = _environment(row)
    return f"{row['type']} {f'{environment}/' if environment else ''}{row['name']}"


def _environment(row: Row) -> str | None:
    """Where an object is on the target."""
    return row.get("target_environment") or row.get("environment")


def _listed(names: t.Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
