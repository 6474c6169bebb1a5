# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles and users are carried, and why the others are not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError
from ansible_collections.maskops.delphix.plugins.module_utils._users_plan import (
    Action,
    Choice,
    Entry,
    Plan,
    Reader,
    Side,
    make_plan,
)
from hypothesis import given
from hypothesis import strategies as st

Row = dict[str, t.Any]
ALL = {"view": True, "run": True, "update": True}


def role(name: str = "Operator", number: int = 2, **objects: Row) -> Row:
    return {"roleId": number, "roleName": name, "maskingJob": {"view": True, "run": True}, **objects}


def user(name: str = "jane", number: int = 7, **fields: t.Any) -> Row:
    """Not an administrator, with role 2 in environment 1."""
    return {
        "userId": number,
        "userName": name,
        "firstName": "Jane",
        "lastName": "Köln",
        "email": "jane@example.com",
        "isAdmin": False,
        "showWelcome": True,
        "userStatus": "ACTIVE",
        "apiAccess": True,
        "nonAdminProperties": {"roleId": 2, "environmentIds": [1]},
        **fields,
    }


def limits(role_number: int, *environments: int) -> Row:
    return {"nonAdminProperties": {"roleId": role_number, "environmentIds": list(environments)}}


ADMIN = {"userId": 1, "userName": "admin", "firstName": "A", "isAdmin": True, "userStatus": "ACTIVE", "apiAccess": True}
EVERYTHING = role("All Privileges", 1, maskingJob=ALL, ruleset=ALL)
SOURCE = Side("source", [EVERYTHING, role()], [ADMIN, user()], {1: "DEV", 2: "QA", 3: "Spare"})
#: the same with other numbers
TARGET = Side(
    "target",
    [{**EVERYTHING, "roleId": 101}, role(number=102)],
    [{**ADMIN, "userId": 101}, user(number=107, **limits(102, 11))],
    {11: "DEV", 12: "QA", 1: "Other"},
)
EMPTY = Side("target", TARGET.roles[:1], TARGET.users[:1], TARGET.environments)


def planned(
    source: Side = SOURCE,
    target: Side = TARGET,
    choice: Choice | None = None,
    *,
    same_release: bool = True,
    **environment_map: str,
) -> Plan:
    reader = Reader(source, target, same_release=same_release, environment_map=environment_map)
    return make_plan(reader, choice or Choice())


def actions(plan: Plan) -> dict[str, Action]:
    return {f"{entry.type} {entry.name}": entry.action for entry in plan.entries}


def of(plan: Plan, name: str) -> Entry:
    (found,) = [entry for entry in plan.entries if entry.name == name]
    return found


def with_user(side: Side, **fields: t.Any) -> Side:
    """The side with another user jane."""
    jane = {**side.users[1], **fields}
    return Side(side.engine, side.roles, [side.users[0], jane], side.environments)


def with_role(side: Side, **objects: Row) -> Side:
    """The side with another role Operator."""
    return Side(side.engine, [side.roles[0], {**side.roles[1], **objects}], side.users, side.environments)


def test_numbers_do_not_matter() -> None:
    plan = planned()
    assert actions(plan) == {
        "role All Privileges": Action.IN_SYNC,
        "role Operator": Action.IN_SYNC,
        "user admin": Action.SKIPPED,
        "user jane": Action.IN_SYNC,
    }
    assert not plan.needed


def test_an_empty_target_gets_roles_before_users() -> None:
    plan = planned(target=EMPTY)
    assert [(entry.type, entry.name, entry.action) for entry in plan.needed] == [
        ("role", "Operator", Action.CREATE),
        ("user", "jane", Action.CREATE),
    ]
    assert of(plan, "jane").after == {
        "firstName": "Jane",
        "lastName": "Köln",
        "email": "jane@example.com",
        "apiAccess": True,
        "role": "Operator",
        "environments": ["DEV"],
    }
    assert of(plan, "Operator").after == {"maskingJob": ["run", "view"]}


# Roles


@pytest.mark.parametrize(
    ("objects", "action"),
    [
        ({"maskingJob": {"view": True}}, Action.UPDATE),
        ({"maskingJob": {"view": True, "run": True, "copy": False}}, Action.IN_SYNC),
        ({"ruleset": {"view": False}}, Action.IN_SYNC),
        ({"ruleset": {"view": True}}, Action.UPDATE),
        ({"ruleset": None}, Action.IN_SYNC),
    ],
)
def test_a_role_is_what_it_allows(objects: Row, action: Action) -> None:
    assert of(planned(with_role(SOURCE, **objects)), "Operator").action is action
    assert of(planned(target=with_role(TARGET, **objects)), "Operator").action is action


def test_what_differs_is_named() -> None:
    plan = planned(with_role(SOURCE, ruleset={"view": True}, maskingJob={}))
    assert of(plan, "Operator").to_result() == {
        "type": "role",
        "name": "Operator",
        "differs": ["maskingJob", "ruleset"],
    }


def test_the_built_in_role_is_not_changed() -> None:
    source = Side("source", [{**EVERYTHING, "ruleset": {}}, role()], [ADMIN], {})
    entry = of(planned(source), "All Privileges")
    assert (entry.action, entry.reason) == (Action.SKIPPED, "it is built in")


def test_objects_of_another_release_do_not_count() -> None:
    source = with_role(SOURCE, scheduler={"run": True})
    target = with_role(TARGET, plugin={"view": True})
    assert of(planned(source, target, same_release=False), "Operator").action is Action.IN_SYNC
    assert of(planned(source, target, same_release=True), "Operator").action is Action.UPDATE


def test_a_role_is_sent_whole() -> None:
    theirs = {**TARGET.roles[1], "ruleset": {"view": True, "update": True}, "plugin": {"view": True}}
    reader = Reader(SOURCE, with_role(TARGET, **theirs), same_release=False)
    assert reader.role_body(SOURCE.roles[1], theirs) == {
        "roleName": "Operator",
        "maskingJob": {"view": True, "run": True},
        "ruleset": {"view": False, "update": False},
        "plugin": {"view": True},
    }
    assert reader.role_body(SOURCE.roles[1], None) == {
        "roleName": "Operator",
        "maskingJob": {"view": True, "run": True},
    }


# Users


@pytest.mark.parametrize(
    "fields",
    [
        {"firstName": "Joan"},
        {"lastName": "Bonn"},
        {"email": "other@example.com"},
        {"apiAccess": False},
        {"principal": "jane@corp"},
        limits(1, 1),
        limits(2),
        limits(2, 1, 2),
        limits(2, 2),
    ],
)
def test_a_user_who_is_different_is_updated(fields: Row) -> None:
    entry = of(planned(with_user(SOURCE, **fields)), "jane")
    assert entry.action is Action.UPDATE
    assert len(entry.to_result()["differs"]) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"userId": 99},
        {"password": "hidden"},
        {"showWelcome": False},
        {"userStatus": "LOCKED"},
        {"disableReason": "left"},
        {"isLocked": True},
        {"lastLoginTime": "2026-01-01"},
        {"createdDate": "2026-01-01"},
        {"failedLoginAttempts": 2},
        {"apiToken": "hidden"},
        {"groups": ["a"]},
        {"principal": None},
        limits(2, 1, 1),
        limits(2, 1, 404),
    ],
)
def test_what_is_of_one_engine_only_does_not_count(fields: Row) -> None:
    plan = planned(with_user(SOURCE, **fields))
    assert of(plan, "jane").action is Action.IN_SYNC
    assert "hidden" not in str(plan)


def test_settings_that_the_source_does_not_show_stay() -> None:
    target = with_user(TARGET, principal="jane@corp")
    assert of(planned(target=target), "jane").action is Action.IN_SYNC
    others = Side("source", SOURCE.roles, [*SOURCE.users, user("joe", 8, principal="joe@corp")], SOURCE.environments)
    assert of(planned(others, target), "jane").action is Action.IN_SYNC
    entry = of(planned(with_user(SOURCE, firstName="Joan"), with_user(target, apiAccess=False)), "jane")
    assert entry.to_result()["differs"] == ["apiAccess", "firstName"]


def test_settings_of_another_release_do_not_count() -> None:
    source = with_user(SOURCE, principal="jane@corp")
    assert of(planned(source, same_release=False), "jane").action is Action.IN_SYNC
    known = Side("target", TARGET.roles, [{**ADMIN, "principal": "x"}, TARGET.users[1]], TARGET.environments)
    assert of(planned(source, known, same_release=False), "jane").action is Action.UPDATE


def test_names_and_e_mail_count_between_all_releases() -> None:
    bare = {field: value for field, value in TARGET.users[1].items() if field != "email"}
    target = Side("target", TARGET.roles, [bare], TARGET.environments)
    assert of(planned(target=target, same_release=False), "jane").to_result()["differs"] == ["email"]


@pytest.mark.parametrize("target", [TARGET, EMPTY], ids=["there", "new"])
def test_environments_may_have_other_names(target: Side) -> None:
    entry = of(planned(target=target, DEV="QA"), "jane")
    assert entry.after is not None
    assert entry.after["environments"] == ["QA"]


@pytest.mark.parametrize("target", [TARGET, EMPTY], ids=["there", "new"])
def test_a_user_whose_environment_is_missing_is_blocked(target: Side) -> None:
    entry = of(planned(with_user(SOURCE, **limits(2, 1, 3)), target), "jane")
    assert (entry.action, entry.reason) == (Action.BLOCKED, "the target has no environment Spare")


@pytest.mark.parametrize("target", [TARGET, EMPTY], ids=["there", "new"])
def test_a_user_whose_role_is_missing_is_blocked(target: Side) -> None:
    source = Side("source", [*SOURCE.roles, role("Night", 3)], SOURCE.users, SOURCE.environments)
    entry = of(planned(with_user(source, **limits(3, 1)), target, Choice(exclude=["Night"])), "jane")
    assert (entry.action, entry.reason) == (Action.BLOCKED, "the target has no role Night")


def test_a_user_without_a_known_role_is_blocked() -> None:
    assert of(planned(with_user(SOURCE, **limits(404, 1))), "jane").action is Action.BLOCKED


def test_administrators_are_skipped_on_both_sides() -> None:
    source = with_user(SOURCE, firstName="Joan")
    plan = planned(source, with_user(TARGET, isAdmin=True))
    assert of(plan, "jane").action is Action.SKIPPED
    assert of(plan, "jane").reason == "it is an administrator on the target"
    plan = planned(with_user(source, isAdmin=True))
    assert of(plan, "jane").action is Action.SKIPPED
    assert not plan.needed


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ({"userStatus": "LOCKED"}, "locked"),
        ({"userStatus": "DISABLED"}, "disabled"),
        ({"userStatus": None, "isLocked": True}, "locked"),
    ],
)
def test_nobody_is_let_in_whom_the_source_keeps_out(closed: Row, why: str) -> None:
    entry = of(planned(with_user(SOURCE, **closed), EMPTY), "jane")
    assert entry.action is Action.SKIPPED
    assert f"it is {why} on the source" in str(entry.reason)
    assert of(planned(with_user(SOURCE, firstName="Joan", **closed)), "jane").action is Action.UPDATE


@pytest.mark.parametrize(
    ("closed", "action"),
    [
        ({"userStatus": "LOCKED"}, Action.BLOCKED),
        ({"userStatus": None, "isLocked": True}, Action.BLOCKED),
        ({"userStatus": "DISABLED"}, Action.UPDATE),
        ({"userStatus": None, "isLocked": False}, Action.UPDATE),
    ],
)
def test_a_locked_user_of_the_target_is_left_alone(closed: Row, action: Action) -> None:
    assert of(planned(with_user(SOURCE, firstName="Joan"), with_user(TARGET, **closed)), "jane").action is action
    assert of(planned(target=with_user(TARGET, **closed)), "jane").action is Action.IN_SYNC


# Choice

MANY = Side(
    "source",
    [EVERYTHING, role(), role("Night", 3), role("Analyst", 4)],
    [ADMIN, user(), user("op_1", 8, **limits(3)), user("op_2", 9, **limits(3)), user("boss", 10, isAdmin=True)],
    SOURCE.environments,
)


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        (Choice(users=["op_*"]), {"role Night", "user op_1", "user op_2"}),
        (Choice(users=["op_?"], exclude=["op_2"]), {"role Night", "user op_1"}),
        (Choice(users=["jane"], roles=["Analyst"]), {"role Analyst", "user jane"}),
        (Choice(roles=["*"], exclude=["All*"]), {"role Operator", "role Night", "role Analyst"}),
        (Choice(users=[]), set()),
        (Choice(users=[], roles=["Night"]), {"role Night"}),
        (Choice(users=["nobody*"]), set()),
        (Choice(users=["boss"]), {"user boss"}),
        (Choice(users=["op_1"], exclude=["Night"]), {"user op_1"}),
    ],
)
def test_who_is_meant(choice: Choice, meant: set[str]) -> None:
    assert set(actions(planned(MANY, EMPTY, choice))) == meant


@pytest.mark.parametrize("choice", [Choice(users=["jane", "jean"]), Choice(roles=["Pilot"])])
def test_a_name_that_nothing_bears(choice: Choice) -> None:
    with pytest.raises(NotFoundError, match=r"(user jean|role Pilot)"):
        planned(choice=choice)


@pytest.mark.parametrize(
    ("choice", "extra"),
    [
        (Choice(), {"role Local", "user local"}),
        (Choice(users=["*"]), {"user local"}),
        (Choice(users=["j*"]), set()),
        (Choice(roles=["*"]), {"role Local"}),
        (Choice(exclude=["[lL]ocal", "loca?"]), {"role Local"}),
    ],
)
def test_extras_are_reported_within_the_choice(choice: Choice, extra: set[str]) -> None:
    theirs = Side(
        "target",
        [*TARGET.roles, role("Local", 109)],
        [*TARGET.users, user("local", 109), {**ADMIN, "userName": "root"}],
        TARGET.environments,
    )
    found = {name for name, action in actions(planned(target=theirs, choice=choice)).items() if action is Action.EXTRA}
    assert found == extra


# Result


def test_the_plan_as_a_result() -> None:
    plan = planned(with_user(SOURCE, firstName="Joan"))
    assert plan.to_result() == {
        "to_create": [],
        "to_update": [{"type": "user", "name": "jane", "differs": ["firstName"]}],
        "blocked": [],
        "skipped": [{"type": "user", "name": "admin", "reason": "administrators are not carried"}],
        "extra": [],
        "summary": {"to_create": 0, "to_update": 1, "in_sync": 2, "blocked": 0, "skipped": 1, "extra": 0},
    }


def test_the_diff_shows_what_moves() -> None:
    diff = planned(with_user(SOURCE, firstName="Joan"), with_role(TARGET, maskingJob={})).to_diff()
    before = "role Operator: \nuser jane: apiAccess=True, email=jane@example.com, environments=[DEV], firstName=Jane"
    assert diff["before"].startswith(before)
    assert "role Operator: maskingJob=[run, view]\n" in diff["after"]
    assert "firstName=Joan, lastName=Köln, role=Operator\n" in diff["after"]
    assert planned().to_diff()["after"] == ""


# Properties

NAMES = st.sampled_from(["a", "b", "c"])
ROLES = st.builds(
    role,
    NAMES,
    st.integers(1, 3),
    maskingJob=st.dictionaries(st.sampled_from(["view", "run"]), st.booleans()),
)
USERS = st.builds(
    user,
    NAMES,
    isAdmin=st.booleans(),
    firstName=NAMES,
    userStatus=st.sampled_from(["ACTIVE", "LOCKED", "DISABLED"]),
    nonAdminProperties=st.builds(
        lambda number, inside: {"roleId": number, "environmentIds": inside},
        st.integers(1, 3),
        st.lists(st.integers(1, 3)),
    ),
)


def sides(name: str) -> st.SearchStrategy[Side]:
    return st.builds(
        Side,
        st.just(name),
        st.lists(ROLES, unique_by=lambda row: row["roleName"]),
        st.lists(USERS, unique_by=lambda row: row["userName"]),
        st.dictionaries(st.integers(1, 3), NAMES),
    )


@given(sides("source"), sides("target"), st.booleans())
def test_everything_of_the_source_has_one_place_in_the_plan(source: Side, target: Side, same: bool) -> None:
    plan = make_plan(Reader(source, target, same_release=same), Choice())
    names = [(entry.type, entry.name) for entry in plan.entries]
    assert len(set(names)) == len(names)
    ours = {("role", row["roleName"]) for row in source.roles} | {("user", row["userName"]) for row in source.users}
    assert ours == {(entry.type, entry.name) for entry in plan.entries if entry.action is not Action.EXTRA}


@given(sides("source"), sides("target"), st.booleans())
def test_no_administrator_is_touched(source: Side, target: Side, same: bool) -> None:
    plan = make_plan(Reader(source, target, same_release=same), Choice())
    admins = {row["userName"] for row in (*source.users, *target.users) if row["isAdmin"]}
    mine = {row["userName"] for row in source.users}
    assert not {entry.name for entry in plan.needed if entry.type == "user"} & admins & mine


@given(sides("source"))
def test_an_engine_is_in_sync_with_itself(source: Side) -> None:
    plan = make_plan(Reader(source, source, same_release=True), Choice())
    assert not plan.needed
    assert not plan.of(Action.EXTRA)
