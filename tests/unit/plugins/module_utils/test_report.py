# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of many targets as one table."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._report import (
    Target,
    something_left,
    summarise,
    table,
)

Row = dict[str, t.Any]
NOT_WORKING: Row = {"failed": True, "msg": "some connectors failed", "error": {"code": "connector_failed"}}
GROUPS = ("to_create", "to_update", "to_remove", "not_syncable", "blocked", "extra")


def objects(*names: str, **more: t.Any) -> list[Row]:
    return [{"type": "DOMAIN", "name": name, **more} for name in names]


def result(*, create: list[Row] | None = None, update: list[Row] | None = None, in_sync: int = 0, **more: t.Any) -> Row:
    """A result of masking_sync in check mode; ``more`` adds to it or to its plan."""
    plan: Row = {**{name: [] for name in GROUPS}, "to_create": create or [], "to_update": update or []}
    plan.update({name: more.pop(name) for name in list(more) if name in plan})
    plan["summary"] = {**{name: len(rows) for name, rows in plan.items()}, "in_sync": in_sync}
    plan["new_environments"] = more.pop("new_environments", [])
    return {"changed": False, "plan": plan, "stats": {"seconds": 1.5}, **more}


def applied(created: list[Row] | None = None, updated: list[Row] | None = None, **more: list[Row]) -> Row:
    return {"environments": [], "created": created or [], "updated": updated or [], "removed": [], "imports": 1, **more}


def connector(name: str, action: str = "unchanged", tested: str = "ok", words: str | None = None) -> Row:
    return {
        "environment": "Payments",
        "name": name,
        "type": "database",
        "tested": tested,
        "action": action,
        "words": words,
    }


def looked_at(*connectors: Row, **more: t.Any) -> Row:
    """A result of masking_connector_credentials."""
    return {"connectors": list(connectors), "stats": {"seconds": 0.5}, **more}


def lines_of(**parts: Row) -> list[str]:
    """The lines of one target below the table."""
    return [line.removeprefix("qa: ") for line in table({"qa": Target(**parts)})[2:]]


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
        # Nothing but an environment, or nothing but a removal, is a change too.
        (result(new_environments=[{"name": "E"}]), {"environments": 1, "result": "would change"}),
        (result(applied=applied(environments=[{"name": "E"}])), {"environments": 1, "result": "changed"}),
        (result(to_remove=objects("A")), {"removed": 1, "result": "would change"}),
        (result(to_remove=objects("A"), applied=applied(removed=objects("A"))), {"removed": 1, "result": "changed"}),
        # It was to be removed, but the engine would not.
        (result(to_remove=objects("A"), applied=applied()), {"removed": 0, "result": "unchanged"}),
    ],
)
def test_the_numbers_of_a_sync(given: Row, expected: Row) -> None:
    numbers = summarise(Target(given))
    assert {name: numbers[name] for name in expected} == expected
    assert set(numbers) == {
        "environments",
        "created",
        "updated",
        "removed",
        "in_sync",
        "not_syncable",
        "blocked",
        "refused",
        "extra",
        "connectors_tested",
        "connectors_failed",
        "credentials_set",
        "users",
        "seconds",
        "result",
    }


DONE = result(applied=applied())


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"connectors": looked_at(connector("a"), connector("b", "set"))},
            {"connectors_tested": 2, "connectors_failed": 0, "credentials_set": 1, "result": "changed", "seconds": 2.0},
        ),
        ({"connectors": looked_at(connector("a"))}, {"credentials_set": 0, "result": "unchanged"}),
        (
            {"connectors": looked_at(connector("a", "failed", "failed"), connector("b"), failed=True, msg="x")},
            {"connectors_tested": 2, "connectors_failed": 1, "result": "failed"},
        ),
        (
            {"users": {"applied": {"created": [{"type": "user", "name": "u"}], "updated": []}}},
            {"users": 1, "result": "changed"},
        ),
        ({"users": {"applied": {"created": [], "updated": []}}}, {"users": 0, "result": "unchanged"}),
        ({"users": {"failed": True, "msg": "x"}}, {"result": "failed"}),
        ({"left": result()}, {"result": "unchanged"}),
        ({"left": result(update=objects("A"))}, {"result": "failed"}),
        ({"left": {"failed": True, "msg": "x"}}, {"result": "failed"}),
    ],
)
def test_the_numbers_of_what_follows_a_sync(parts: Row, expected: Row) -> None:
    numbers = summarise(Target(DONE, **parts))
    assert {name: numbers[name] for name in expected} == expected


def test_users_that_would_be_carried_are_counted_in_check_mode() -> None:
    numbers = summarise(Target(result(), users={"plan": {"to_create": [{"type": "user", "name": "u"}]}}))
    assert (numbers["users"], numbers["result"]) == (1, "would change")


def test_a_table_has_a_row_for_each_target_by_name() -> None:
    lines = table({name: Target(result(in_sync=n)) for name, n in (("qa", 7), ("dev", 12), ("a-long-name", 0))})
    assert [line.split()[0] for line in lines] == ["target", "a-long-name", "dev", "qa"]
    column = lines[0].index("in sync") + len("in sync")
    assert [line[:column].split()[-1] for line in lines[1:]] == ["0", "12", "7"]
    assert all(line == line.rstrip() for line in lines)
    assert lines[3].split()[-2:] == ["1.5", "unchanged"]


def test_columns_of_what_is_seldom_are_there_when_needed() -> None:
    plain = table({"qa": Target(result())})[0]
    assert plain.split("  ") == [
        "target",
        "created",
        "updated",
        "in sync",
        "not syncable",
        "blocked",
        "extra",
        "seconds",
        "result",
    ]
    full = Target(
        result(applied=applied(environments=[{"name": "E"}], removed=objects("A"))),
        looked_at(connector("a"), connector("b")),
        {"applied": {"created": [{"type": "user", "name": "u"}], "updated": []}},
    )
    lines = table({"qa": Target(result()), "prod": full})
    for column in ("environments", "removed", "connectors", "users"):
        assert column in lines[0]
    end = lines[0].index("connectors") + len("connectors")
    assert [line[:end].split("  ")[-1].strip() for line in lines[1:3]] == ["2 ok", "0"]


def test_connectors_that_failed_are_counted_in_their_column() -> None:
    target = Target(DONE, looked_at(connector("a", "failed", "failed"), connector("b")))
    assert "1 of 2 failed" in table({"qa": target})[1]


def test_what_moved_or_would_is_named() -> None:
    planned = lines_of(sync=result(create=objects("A"), update=objects("B"), to_remove=objects("C")))
    assert planned == ["would create DOMAIN A", "would update DOMAIN B", "would remove DOMAIN C"]
    done = lines_of(
        sync=result(create=objects("A"), update=objects("B"), applied=applied(objects("A"), [], removed=objects("C")))
    )
    assert done == ["created DOMAIN A", "removed DOMAIN C"]


def test_objects_are_named_with_their_environment_on_the_target() -> None:
    lines = lines_of(
        sync=result(
            create=objects("A", environment="Payments"),
            update=objects("B", environment="Payments", target_environment="Payments QA"),
        )
    )
    assert lines == ["would create DOMAIN Payments/A", "would update DOMAIN Payments QA/B"]


def test_environments_that_were_made_are_named() -> None:
    rows = [{"name": name} for name in "ABCDEFG"]
    assert lines_of(sync=result(new_environments=rows[:1])) == ["would make environment A"]
    assert lines_of(sync=result(applied=applied(environments=rows))) == ["made environments A, B, C, D, E and 2 more"]


def test_reasons_are_given_once() -> None:
    lines = lines_of(
        sync=result(
            blocked=[*objects("A", "B", reason="differs"), *objects("C", reason="doubled")],
            not_syncable=objects("D", reason="mapping"),
            extra=[*objects("F", "G"), *objects("H", reason="in use")],
            unverified=objects("E"),
            failed=True,
            msg="the engine stayed busy",
            applied=applied(),
        )
    )
    assert lines == [
        "not syncable: DOMAIN D (mapping)",
        "blocked: DOMAIN A, DOMAIN B (differs)",
        "blocked: DOMAIN C (doubled)",
        "extra: DOMAIN F, DOMAIN G",
        "extra: DOMAIN H (in use)",
        "imported, but not with the source's hash: DOMAIN E",
        "failed: the engine stayed busy",
    ]


def test_what_the_source_refuses_to_export_is_told() -> None:
    refused = applied(refused=objects("A", reason="a loop"))
    assert lines_of(sync=result(applied=refused)) == ["refused: DOMAIN A (a loop)"]
    lines = table({"qa": Target(result(applied=refused)), "prod": Target(result(applied=applied()))})
    end = lines[0].index("refused") + len("refused")
    assert [line[:end].split()[-1] for line in lines[1:3]] == ["0", "1"]
    assert summarise(Target(result(applied=refused)))["refused"] == 1


def test_many_reasons_are_counted() -> None:
    blocked = [row for number in range(40) for row in objects("A", "B", reason=f"no environment {number}")]
    lines = lines_of(sync=result(blocked=blocked))
    assert lines[:5] == [f"blocked: DOMAIN A, DOMAIN B (no environment {number})" for number in range(5)]
    assert lines[5:] == ["blocked: 70 more, for 35 other reasons"]


def test_a_long_list_is_cut_short_and_counted() -> None:
    assert lines_of(sync=result(create=objects(*"ABCDEFGH"))) == [
        "would create DOMAIN A, DOMAIN B, DOMAIN C, DOMAIN D, DOMAIN E and 3 more"
    ]


def test_a_long_list_tells_the_types_and_how_many_environments() -> None:
    rows = [
        {"type": kind, "name": "A", "environment": f"E{number}"}
        for number in range(40)
        for kind in ("FILE_RULESET", "FILE_CONNECTOR")
    ]
    (line,) = lines_of(sync=result(create=rows))
    assert line.endswith("and 75 more (in all 40 FILE_CONNECTOR, 40 FILE_RULESET in 40 environments)")


def test_connectors_are_told_of() -> None:
    rows = [
        connector("works"),
        connector("given", "set"),
        connector("broken", "failed", "failed", "Connection Failed: no route"),
    ]
    new = [
        {"environment": "Payments", "name": name, "type": "database", "created": name != "old"}
        for name in ("given", "bare", "old")
    ]
    lines = lines_of(
        sync=result(applied=applied(), connectors=new),
        connectors=looked_at(*rows, **NOT_WORKING),
    )
    assert lines == [
        "set the credentials of Payments/given (database)",
        "connector failed: Payments/broken (database): Connection Failed: no route",
        "new, and so without credentials: Payments/bare (database)",
    ]


def test_connectors_that_are_only_planned_lack_nothing_yet() -> None:
    new = [{"environment": "Payments", "name": "bare", "type": "database", "created": True}]
    assert lines_of(sync=result(connectors=new)) == []


def test_many_failed_connectors_are_counted() -> None:
    rows = [connector(f"c{number}", "failed", "failed", "refused") for number in range(8)]
    lines = lines_of(sync=DONE, connectors=looked_at(*rows, **NOT_WORKING))
    assert lines[-1] == "connector failed: 3 more"
    assert len(lines) == 6


def test_a_failure_that_no_connector_tells_of_is_told() -> None:
    row = connector("a", "failed", "not tested", "the engine could not be worked with any more")
    ended = looked_at(row, failed=True, msg="login refused", error={"code": "authentication_failed"})
    assert lines_of(sync=DONE, connectors=ended)[-1] == "failed: connectors: login refused"
    assert lines_of(sync=DONE, connectors={"failed": True, "msg": "gone"}) == ["failed: connectors: gone"]


def test_check_mode_tells_what_would_be_tried() -> None:
    rows = [connector("a", "unknown", "not tested"), connector("b", "set", "not tested")]
    assert lines_of(sync=result(), connectors=looked_at(*rows)) == [
        "would set the credentials of Payments/b (database)",
        "would test, and set if that fails, the credentials of Payments/a (database)",
    ]


def test_a_connector_that_check_mode_does_not_find_may_be_planned() -> None:
    missing = looked_at(connector("a", "failed", "not tested", "it has no environment named QA"), **NOT_WORKING)
    told = lines_of(sync=result(), connectors=missing)
    assert told == ["connector not found yet: Payments/a (database): it has no environment named QA"]
    numbers = summarise(Target(result(), missing))
    assert (numbers["connectors_failed"], numbers["result"]) == (0, "unchanged")
    assert summarise(Target(DONE, missing))["result"] == "failed"
    refused = {"failed": True, "msg": "login refused", "error": {"code": "authentication_failed"}}
    assert summarise(Target(result(), refused))["result"] == "failed"


def test_users_are_told_of() -> None:
    user, role = {"type": "user", "name": "u"}, {"type": "role", "name": "r"}
    planned = {"plan": {"to_create": [user], "to_update": [role], "blocked": [{**user, "reason": "no environment"}]}}
    assert lines_of(sync=result(), users=planned) == [
        "would create user u",
        "would update role r",
        "blocked: user u (no environment)",
    ]
    making = lines_of(sync=result(new_environments=[{"name": "QA"}]), users=planned)
    assert making[-1] == "blocked for now: user u (no environment)"
    done = {**planned, "applied": {"created": [user], "updated": []}, "failed": True, "msg": "refused"}
    done["unverified"] = [user]
    assert lines_of(sync=DONE, users=done) == [
        "created user u",
        "saved, but not shown as it was sent: user u",
        "blocked: user u (no environment)",
        "failed: users: refused",
    ]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({}, ""),
        ({"create": objects("A")}, "to create DOMAIN A"),
        ({"update": objects("A")}, "to update DOMAIN A"),
        ({"to_remove": objects("A")}, "to remove DOMAIN A"),
        ({"blocked": objects("A")}, "blocked DOMAIN A"),
        ({"new_environments": [{"name": "E"}]}, "environments to make E"),
        ({"extra": objects("A"), "not_syncable": objects("B")}, ""),
    ],
)
def test_what_a_second_look_finds(plan: Row, expected: str) -> None:
    left = result(**plan)
    assert something_left(left) == expected
    found = [line for line in lines_of(sync=DONE, left=left) if line.startswith("failed: ")]
    assert len(found) == bool(expected)
    assert all(line.endswith(f": {expected}") for line in found)


def test_no_target_is_a_header() -> None:
    assert len(table({})) == 1
