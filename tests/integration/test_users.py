# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and users carried from one engine to others, of its release and of a newer one."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
import requests
from harness.lab import NEW_RELEASE, Engine, Lab
from harness.person import Person
from harness.playbook import Ansible, Run
from harness.tasks import HERE, INVENTORY, between, play, task

Row = dict[str, t.Any]
LOOK: Row = {"check_mode": True, "diff": True}
TIMES = ("look", "do", "again", "look again")
MAP = {"DEV": "QA", "Köln": "Köln"}
OPERATE = {"maskingJob": {"view": True, "run": True}, "environment": {"view": True}}
#: releases of source and target: of one release; a lock told in the old way and in the new one
RELEASES = {"equal": (NEW_RELEASE, NEW_RELEASE), "different": ("6.0.6.0", "20.0.0.0")}


def rows(engine: Engine, what: str) -> dict[str, Row]:
    """Roles, users or environments of an engine by name."""
    name = {"roles": "roleName", "users": "userName", "environments": "environmentName"}[what]
    listed = engine.person.call("GET", f"/{what}", params={"page_size": 100}).json()["responseList"]
    return {row[name]: row for row in listed}


def make_role(engine: Engine, name: str, **objects: Row) -> None:
    engine.person.call("POST", "/roles", json={"roleName": name, **objects})


def make_user(engine: Engine, name: str, role: str, *environments: str, **fields: t.Any) -> None:
    places, roles = rows(engine, "environments"), rows(engine, "roles")
    status = "isLocked" if "isLocked" in rows(engine, "users")["admin"] else "userStatus"
    body = {
        "userName": name,
        "firstName": name.capitalize(),
        "lastName": "Müller",
        "email": f"{name}@example.com",
        "isAdmin": False,
        status: False if status == "isLocked" else "ACTIVE",
        "password": "Source-only-1",
        "nonAdminProperties": {
            "roleId": roles[role]["roleId"],
            "environmentIds": [places[place]["environmentId"] for place in environments],
        },
        **fields,
    }
    if body["isAdmin"]:
        del body["nonAdminProperties"]
    engine.person.call("POST", "/users", json=body)


def change(engine: Engine, what: str, name: str, **fields: t.Any) -> None:
    """Save a role or user with other fields."""
    row = rows(engine, what)[name]
    engine.person.call("PUT", f"/{what}/{row[what[:-1] + 'Id']}", json={**row, **fields})


def furnish(source: Engine, target: Engine) -> None:
    """Roles and users: some to carry, and one of each sort that is not."""
    for name in ("DEV", "Köln", "only here"):
        source.person.create_environment(name)
    for name in ("Spare", "QA", "Köln"):
        target.person.create_environment(name)
    make_role(source, "Night operators", **OPERATE)
    make_role(source, "Prüfer", inventory={"view": True})
    make_role(target, "Prüfer", inventory={"view": True, "update": True})
    make_role(target, "Local", domain={"view": True})
    make_user(source, "operator", "Night operators", "DEV")
    make_user(source, "anna", "Prüfer", "DEV", "Köln")
    make_user(source, "blocked", "Prüfer", "only here")
    locked = "isLocked" if "isLocked" in rows(source, "users")["admin"] else "userStatus"
    make_user(source, "shut out", "Prüfer", "Köln", **{locked: True if locked == "isLocked" else "LOCKED"})
    make_user(source, "chief", "Prüfer", isAdmin=True)
    make_user(source, "promoted", "Prüfer", "Köln")
    make_user(target, "anna", "Local", "Spare", email="old@example.com")
    make_user(target, "promoted", "Local", isAdmin=True)
    make_user(target, "local", "Local", "Spare")


@dataclasses.dataclass
class Story:
    """One pair of engines, and the runs of the module for it."""

    source: Engine
    target: Engine
    password: str
    first: Run
    drift: Run

    def data(self, name: str) -> Row:
        """The result of a task that went well."""
        run = self.drift if name.startswith("drift") else self.first
        result = run.result(HERE, name)
        assert not result.failed, result.data["msg"]
        return result.data


def four_times(source: Engine, target: Engine, name: str, **options: t.Any) -> list[Row]:
    tasks = []
    for time in TIMES:
        mode = LOOK if "look" in time else {"diff": True}
        tasks.append(task(f"{name}, {time}", "masking_users", between(source, target, **options), **mode))
    return tasks


@pytest.fixture(scope="module", params=RELEASES)
def story(request: pytest.FixtureRequest, ansible: Ansible, shared_lab: Lab) -> Story:
    """Carried, then carried again after a drift on both sides."""
    older, newer = RELEASES[request.param]
    source, target = shared_lab.start(release=older), shared_lab.start(release=newer)
    furnish(source, target)
    password = "Initial-" + shared_lab.secrets.new("user")
    shared_lab.secrets.add(password)
    options = {"environment_map": MAP, "initial_password": password}
    source.forget()
    target.forget()
    steps = four_times(source, target, "first", **options)
    module = between(source, target, **options)
    steps.append(task("first, as a module", "masking_users", module, environment={"DOOR": "module"}))
    first = ansible.run(play(*steps), INVENTORY)
    writes = [f"{request.method} {request.path.rstrip('0123456789')}" for request in target.writes()]
    assert writes == ["POST /roles", "PUT /roles/", "PUT /users/", "POST /users"]
    change(source, "roles", "Night operators", **{**OPERATE, "maskingJob": {"run": True}})
    change(source, "users", "operator", lastName="Köhler")
    change(target, "users", "anna", showWelcome=False)
    drift = ansible.run(play(*four_times(source, target, "drift", **options)), INVENTORY)
    return Story(source, target, password, first, drift)


def test_what_is_decided(story: Story) -> None:
    plan = story.data("first, look")["plan"]
    assert plan["to_create"] == [{"type": "role", "name": "Night operators"}, {"type": "user", "name": "operator"}]
    assert plan["to_update"] == [
        {"type": "role", "name": "Prüfer", "differs": ["inventory"]},
        {"type": "user", "name": "anna", "differs": ["email", "environments", "role"]},
    ]
    assert plan["blocked"] == [{"type": "user", "name": "blocked", "reason": "the target has no environment only here"}]
    assert {entry["name"] for entry in plan["skipped"]} == {"admin", "chief", "promoted", "shut out"}
    extra = {(entry["type"], entry["name"]) for entry in plan["extra"]}
    assert extra >= {("role", "Local"), ("user", "local")}
    assert ("user", "promoted") not in extra


def test_it_is_done_once(story: Story) -> None:
    for name in ("first", "drift"):
        results = [story.data(f"{name}, {time}") for time in TIMES]
        assert [result["changed"] for result in results] == [True, True, False, False], name
        assert results[0]["diff"] == results[1]["diff"]
        assert results[1]["unverified"] == []
        assert "diff" not in results[2]
    assert story.data("first, as a module")["changed"] is False


def test_what_was_done(story: Story) -> None:
    assert story.data("first, do")["applied"] == {
        "created": [{"type": "role", "name": "Night operators"}, {"type": "user", "name": "operator"}],
        "updated": [{"type": "role", "name": "Prüfer"}, {"type": "user", "name": "anna"}],
        "removed": [],
    }
    assert story.data("drift, do")["applied"]["updated"] == [
        {"type": "role", "name": "Night operators"},
        {"type": "user", "name": "operator"},
    ]


def test_roles_allow_the_same(story: Story) -> None:
    ours, theirs = rows(story.source, "roles"), rows(story.target, "roles")
    for name in ("Night operators", "Prüfer"):
        shared = {field for field in ours[name].keys() & theirs[name].keys() if field != "roleId"}
        assert len(shared) > 10
        assert {field: ours[name][field] for field in shared} == {field: theirs[name][field] for field in shared}


def test_users_are_the_same(story: Story) -> None:
    ours, theirs = rows(story.source, "users"), rows(story.target, "users")
    roles = {row["roleId"]: name for name, row in rows(story.target, "roles").items()}
    places = {row["environmentId"]: name for name, row in rows(story.target, "environments").items()}
    wanted = {"operator": ("Night operators", {"QA"}), "anna": ("Prüfer", {"QA", "Köln"})}
    for name, (role, environments) in wanted.items():
        for field in ("firstName", "lastName", "email", "isAdmin", "apiAccess"):
            assert theirs[name][field] == ours[name][field], (name, field)
        limits = theirs[name]["nonAdminProperties"]
        assert roles[limits["roleId"]] == role
        assert {places[number] for number in limits["environmentIds"]} == environments


def test_who_is_not_carried_is_as_before(story: Story) -> None:
    theirs = rows(story.target, "users")
    assert not theirs.keys() & {"blocked", "shut out", "chief"}
    assert theirs["promoted"]["isAdmin"] is True
    assert theirs["local"]["email"] == "local@example.com"
    assert theirs["anna"]["showWelcome"] is False


def test_a_new_user_has_the_initial_password_and_others_keep_theirs(story: Story) -> None:
    target = story.target
    assert Person(target.url, "operator", story.password, target.ca_path)
    assert Person(target.url, "anna", "Source-only-1", target.ca_path)
    with pytest.raises(requests.HTTPError):
        Person(target.url, "anna", story.password, target.ca_path)


def test_the_source_is_only_read(story: Story) -> None:
    assert not story.source.writes()


def test_a_random_password_meets_the_rules(ansible: Ansible, lab: Lab) -> None:
    """Without one given, a new user is there but nobody can log in as that user."""
    source, target = lab.start(), lab.start()
    source.person.create_environment("DEV")
    target.person.create_environment("DEV")
    make_role(source, "Operator 2", **OPERATE)
    make_user(source, "operator", "Operator 2", "DEV")
    make_user(source, "other", "All Privileges")
    run = ansible.run(play(task("carry", "masking_users", between(source, target, users=["oper*"]))), INVENTORY)
    carried = run.result(HERE, "carry").data
    assert carried["applied"]["created"] == [
        {"type": "role", "name": "Operator 2"},
        {"type": "user", "name": "operator"},
    ]
    assert "other" not in rows(target, "users")
    with pytest.raises(requests.HTTPError):
        Person(target.url, "operator", "Source-only-1", target.ca_path)


def test_engines_that_differ_in_numbers_only(ansible: Ansible, lab: Lab) -> None:
    source, target = lab.start(data="environments", seed=1), lab.start(data="environments", seed=2)
    before = [
        {name: row for name, row in rows(engine, "users").items() if name != "admin"} for engine in (source, target)
    ]
    assert before[0].keys() == before[1].keys()
    assert before[0] != before[1]
    run = ansible.run(play(task("carry", "masking_users", between(source, target))), INVENTORY)
    carried = run.result(HERE, "carry").data
    assert carried["changed"] is False
    assert carried["plan"]["summary"]["in_sync"] >= len(before[0])
    assert carried["plan"]["blocked"] == carried["plan"]["extra"] == []
    assert not target.writes()
