# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of many targets as one table."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._report import (
    summarise,
    table,
)

Row = dict[str, t.Any]


def objects(*names: str, **more: t.Any) -> list[Row]:
    return [{"type": "DOMAIN", "name": name, **more} for name in names]


def result(*, create: list[Row] | None = None, update: list[Row] | None = None, in_sync: int = 0, **more: t.Any) -> Row:
    """A result of masking_sync in check mode; ``more`` adds to it or to its plan."""
    plan: Row = {"to_create": create or [], "to_update": update or [], "not_syncable": [], "blocked": [], "extra": []}
    plan.update({name: more.pop(name) for name in list(more) if name in plan})
    plan["summary"] = {**{name: len(rows) for name, rows in plan.items()}, "in_sync": in_sync}
    return {"changed": False, "plan": plan, "stats": {"seconds": 1.5}, **more}


def applied(created: list[Row] | None = None, updated: list[Row] | None = None) -> Row:
    return {"created": created or [], "updated": updated or [], "removed": [], "imports": 1}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(in_sync=7), {"in_sync": 7, "result": "unchanged"}),
        (result(create=objects("A"), update=objects("B", "C")), {"created": 1, "updated": 2, "result": "would change"}),
        (
            result(create=objects("A"), update=objects("B", "C"), applied=applied(objects("A"), objects("B"))),
            {"created": 1, "updated": 1, "result": "changed"},
        ),
        # Sent but nothing moved: the engine had it already.
        (result(update=objects("B"), applied=applied()), {"updated": 0, "result": "unchanged"}),
        (
            result(blocked=objects("A"), not_syncable=objects("B", "C"), extra=objects("D")),
            {"blocked": 1, "not_syncable": 2, "extra": 1, "result": "unchanged"},
        ),
        (
            result(update=objects("B", "C"), applied=applied(updated=objects("B")), failed=True, msg="x"),
            {"updated": 1, "result": "failed"},
        ),
        ({"failed": True, "msg": "unreachable"}, {"in_sync": 0, "seconds": 0.0, "result": "failed"}),
    ],
)
def test_the_numbers_of_a_result(given: Row, expected: Row) -> None:
    numbers = summarise(given)
    assert {name: numbers[name] for name in expected} == expected
    assert set(numbers) == {
        "created",
        "updated",
        "in_sync",
        "not_syncable",
        "blocked",
        "extra",
        "seconds",
        "result",
    }


def test_a_table_has_a_row_for_each_target_by_name() -> None:
    lines = table({"qa": result(in_sync=7), "dev": result(in_sync=12), "a-long-name": result()})
    assert [line.split()[0] for line in lines] == ["target", "a-long-name", "dev", "qa"]
    column = lines[0].index("in sync") + len("in sync")
    assert [line[:column].split()[-1] for line in lines[1:]] == ["0", "12", "7"]
    assert all(line == line.rstrip() for line in lines)
    assert lines[3].split()[-2:] == ["1.5", "unchanged"]


def test_what_moved_or_would_is_named() -> None:
    planned = table({"qa": result(create=objects("A"), update=objects("B"))})
    assert "qa: would create DOMAIN A" in planned
    assert "qa: would update DOMAIN B" in planned
    done = table({"qa": result(create=objects("A"), update=objects("B"), applied=applied(objects("A")))})
    assert "qa: created DOMAIN A" in done
    assert not [line for line in done if "would" in line or "DOMAIN B" in line]


def test_reasons_are_given_once() -> None:
    lines = table(
        {
            "qa": result(
                blocked=[*objects("A", "B", reason="differs"), *objects("C", reason="doubled")],
                not_syncable=objects("D", reason="mapping"),
                unverified=objects("E"),
                failed=True,
                msg="the engine stayed busy",
                applied=applied(),
            )
        }
    )
    assert "qa: blocked: DOMAIN A, DOMAIN B (differs)" in lines
    assert "qa: blocked: DOMAIN C (doubled)" in lines
    assert "qa: not syncable: DOMAIN D (mapping)" in lines
    assert "qa: failed: the engine stayed busy" in lines
    assert [line for line in lines if "DOMAIN E" in line]


def test_a_long_list_is_cut_short_and_counted() -> None:
    (line,) = table({"qa": result(create=objects(*"ABCDEFGH"))})[2:]
    assert "DOMAIN E and 3 more" in line
    assert "DOMAIN F" not in line


def test_no_target_is_a_header() -> None:
    assert len(table({})) == 1
