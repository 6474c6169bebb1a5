# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and roles of the engine."""

from __future__ import annotations

import json

import pytest
from simulator_support import ADMIN, ANALYST

PASSWORD = "Password_123"


def person(name, **values):
    """The body of a request that makes an administrator of this name."""
    return {
        "userName": name,
        "password": PASSWORD,
        "firstName": "First",
        "lastName": "Last",
        "email": f"{name}@example.com",
        "isAdmin": True,
        "userStatus": "ACTIVE",
        **values,
    }


def limited(name, role=1, environments=(), **values):
    """The body of a request that makes an ordinary user."""
    properties = {"roleId": role, "environmentIds": list(environments)}
    return person(name, isAdmin=False, nonAdminProperties=properties, **values)


def made(api, body):
    answer = api.post("/users", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def user_named(api, name):
    return next(row for row in api.rows("/users") if row["userName"] == name)


def role_named(api, name):
    return next(row for row in api.rows("/roles") if row["roleName"] == name)


def test_a_created_user_can_log_in_with_its_rights(local):
    engine = local()
    api = engine.api()
    made(api, person("chief"))
    made(api, limited("clerk"))
    assert engine.api(("chief", PASSWORD)).get("/syncable-objects").status_code == 200
    clerk = engine.api(("clerk", PASSWORD))
    assert clerk.get("/domains").status_code == 200
    assert clerk.get("/syncable-objects").status_code == 401
    for method, path in (("POST", "/users"), ("PUT", "/users/1"), ("DELETE", "/users/1")):
        assert clerk.request(method, path).status_code == 403
    for method, path in (("POST", "/roles"), ("PUT", "/roles/1"), ("DELETE", "/roles/1")):
        assert clerk.request(method, path).status_code == 403


def test_no_answer_holds_a_password(local):
    api = local(data="demo").api()
    answers = [
        api.post("/users", json=person("chief")),
        api.get("/users"),
        api.get(f"/users/{user_named(api, 'chief')['userId']}"),
        api.put(f"/users/{user_named(api, 'chief')['userId']}", json=person("chief", password="Other-Pass1")),
    ]
    for answer in answers:
        assert answer.status_code == 200
        text = json.dumps(answer.json())
        assert "assword" not in text and "hash" not in text and "salt" not in text
        assert "Other-Pass1" not in text


def test_a_user_is_answered_as_it_was_sent(local):
    api = local(data="demo").api()
    environment = api.rows("/environments")[0]["environmentId"]
    sent = limited("Jürgen Groß", environments=[environment], showWelcome=False)
    user = made(api, sent)
    number = user.pop("userId")
    del sent["password"]
    assert user == {**sent, "apiAccess": True}
    assert api.get(f"/users/{number}").json() == {**user, "userId": number}
    assert user_named(api, "Jürgen Groß")["userId"] == number


@pytest.mark.parametrize("release", ["6.0.6.0", "6.0.7.0"])
def test_the_status_field_by_release(local, release):
    old = release == "6.0.6.0"
    api = local(release=release).api()
    body = person("chief")
    del body["userStatus"]
    assert api.post("/users", json=body).status_code == 400
    user = made(api, {**body, **({"isLocked": False} if old else {"userStatus": "ACTIVE"})})
    assert ("isLocked" in user, "userStatus" in user) == (old, not old)


@pytest.mark.parametrize("missing", ["userName", "firstName", "lastName", "email", "isAdmin", "password"])
def test_required_fields(local, missing):
    body = person("chief")
    del body[missing]
    assert local().api().post("/users", json=body).status_code == 400


def test_who_is_no_administrator_needs_properties(local):
    assert local().api().post("/users", json=person("clerk", isAdmin=False)).status_code == 400


def test_role_and_environments_must_exist(local):
    api = local().api()
    assert api.post("/users", json=limited("clerk", role=99_999)).status_code == 404
    assert api.post("/users", json=limited("clerk", environments=[99_999])).status_code == 404
    assert [row["userName"] for row in api.rows("/users")] == [ADMIN[0]]


@pytest.mark.parametrize("password", ["Ab-1", "password-1", "Password-x", "Password1", ""])
def test_password_rules(local, password):
    api = local().api()
    assert api.post("/users", json=person("chief", password=password)).status_code == 400
    user = made(api, person("chief"))
    assert api.put(f"/users/{user['userId']}", json=person("chief", password=password)).status_code == 400


def test_a_second_user_of_a_name_is_refused_in_the_words_that_clients_look_for(local):
    api = local().api()
    made(api, person("chief"))
    answer = api.post("/users", json=person("chief"))
    assert answer.status_code == 409
    assert "User already exists" in answer.json()["errorMessage"]
    other = made(api, person("other"))
    assert api.put(f"/users/{other['userId']}", json=person("chief")).status_code == 409


def test_an_update_without_password_keeps_it(local):
    engine = local()
    api = engine.api()
    user = made(api, person("chief"))
    body = person("boss")
    del body["password"]
    assert api.put(f"/users/{user['userId']}", json=body).json()["userName"] == "boss"
    assert engine.api(("boss", PASSWORD)).get("/domains").status_code == 200
    assert api.put(f"/users/{user['userId']}", json=person("boss", password="Other-Pass1")).status_code == 200
    assert engine.api(("boss", "Other-Pass1")).get("/domains").status_code == 200
    login = {"username": "boss", "password": PASSWORD}
    assert engine.api(user=None).post("/login", json=login).status_code == 401


@pytest.mark.parametrize("status", ["LOCKED", "DISABLED"])
def test_a_locked_or_disabled_user_is_out_until_active_again(local, status):
    engine = local()
    api = engine.api()
    user = made(api, person("chief"))
    path = f"/users/{user['userId']}"
    session = engine.api(("chief", PASSWORD))
    assert api.put(path, json=person("chief", userStatus=status, disableReason="left")).status_code == 200
    shown = api.get(path).json()
    assert (shown["userStatus"], shown["disableReason"]) == (status, "left")
    assert session.get("/domains").status_code == 401
    login = {"username": "chief", "password": PASSWORD}
    assert session.post("/login", json=login).status_code == 401
    assert "disableReason" not in api.put(path, json=person("chief")).json()
    assert session.post("/login", json=login).status_code == 200


def test_an_update_unlocks_who_gave_bad_passwords(local):
    engine = local(release="6.0.5.0")
    api = engine.api()
    body = person("chief", isLocked=False)
    user = made(api, body)
    login = {"username": "chief", "password": PASSWORD}
    for _ in range(3):
        assert api.post("/login", json={**login, "password": "no"}).status_code == 401
    assert api.get(f"/users/{user['userId']}").json()["isLocked"] is True
    assert api.put(f"/users/{user['userId']}", json=body).json()["isLocked"] is False
    assert api.post("/login", json=login).status_code == 200


@pytest.mark.parametrize(("switch", "status"), [("refused", 400), ("allowed", 200)])
def test_deletion_of_an_administrator(local, switch, status):
    api = local(delete_administrator=switch).api()
    user = made(api, person("chief"))
    assert api.delete(f"/users/{user['userId']}").status_code == status


def test_an_administrator_made_an_ordinary_user_can_be_deleted(local):
    engine = local()
    api = engine.api()
    user = made(api, person("chief"))
    session = engine.api(("chief", PASSWORD))
    path = f"/users/{user['userId']}"
    assert api.put(path, json=limited("chief")).json()["nonAdminProperties"]["roleId"] == 1
    assert session.get("/syncable-objects").status_code == 401
    assert api.delete(path).status_code == 200
    assert session.get("/domains").status_code == 401
    assert api.get(path).status_code == api.delete(path).status_code == 404


def test_the_last_administrator_stays(local):
    api = local(delete_administrator="allowed").api()
    number = user_named(api, ADMIN[0])["userId"]
    assert api.delete(f"/users/{number}").status_code == 400
    assert api.put(f"/users/{number}", json=limited(ADMIN[0])).status_code == 400
    assert api.put(f"/users/{number}", json=person(ADMIN[0], userStatus="DISABLED")).status_code == 400
    chief = made(api, person("chief", userStatus="DISABLED"))
    assert api.delete(f"/users/{number}").status_code == 400, "the other one cannot log in"
    assert api.put(f"/users/{chief['userId']}", json=person("chief")).status_code == 200
    assert api.delete(f"/users/{number}").status_code == 200


def test_an_environment_that_is_gone_is_no_longer_a_user_s(local):
    api = local(data="demo").api()
    first, second = [row["environmentId"] for row in api.rows("/environments")][:2]
    user = made(api, limited("clerk", environments=[first, second]))
    assert api.delete(f"/environments/{first}").status_code == 200
    assert api.get(f"/users/{user['userId']}").json()["nonAdminProperties"]["environmentIds"] == [second]


def test_users_and_roles_survive_a_restart(process):
    engine = process()
    api = engine.api()
    role = api.post("/roles", json={"roleName": "Readers", "domain": {"view": True}}).json()
    user = made(api, limited("clerk", role=role["roleId"]))
    engine.stop()
    engine.start()
    api = engine.api()
    assert user_named(api, "clerk") == user
    assert role_named(api, "Readers") == role
    assert engine.api(("clerk", PASSWORD)).get("/domains").status_code == 200
    another = made(api, limited("another"))
    assert another["userId"] not in {user["userId"], user_named(api, ADMIN[0])["userId"]}


def test_the_demo_user_is_no_administrator(local):
    engine = local(data="demo")
    user = user_named(engine.api(), ANALYST[0])
    assert user["isAdmin"] is False and user["nonAdminProperties"] == {"roleId": 1, "environmentIds": []}


@pytest.mark.parametrize(
    ("release", "defaults", "has", "lacks"),
    [
        ("6.0.1.0", 0, "scheduler", "passwordVault"),
        ("7.0.0.0", 0, "passwordVault", "scheduler"),
        ("13.0.0.0", 5, "plugin", "scheduler"),
    ],
)
def test_built_in_roles_by_release(local, release, defaults, has, lacks):
    api = local(release=release).api()
    everything = role_named(api, "All Privileges")
    assert everything["roleId"] == 1
    assert has in everything and lacks not in everything
    assert all(all(value.values()) for value in everything.values() if isinstance(value, dict))
    assert len(api.rows("/roles")) == 1 + defaults
    assert api.delete("/roles/1").status_code == 400
    assert api.put("/roles/1", json=everything).status_code == 200
    assert api.delete("/roles/1").status_code == 400


def test_a_role_has_all_actions_of_all_objects(local):
    api = local().api()
    role = api.post("/roles", json={"roleName": "Readers", "domain": {"view": True}, "nonsense": 1}).json()
    assert role["domain"] == {
        "copy": False,
        "create": False,
        "delete": False,
        "export": False,
        "import": False,
        "run": False,
        "update": False,
        "view": True,
    }
    assert not any(role["algorithm"].values()) and "nonsense" not in role
    assert role["plugin"]["view"] is True and role["jdbcDriver"]["view"] is True
    saved = api.put(f"/roles/{role['roleId']}", json={"roleName": "Writers", "algorithm": {"update": True}}).json()
    assert saved["roleId"] == role["roleId"] and saved["algorithm"]["update"] and not saved["domain"]["view"]
    assert api.get(f"/roles/{role['roleId']}").json() == saved


def test_role_names(local):
    api = local().api()
    first = api.post("/roles", json={"roleName": "Leser Köln"}).json()
    assert api.post("/roles", json={"roleName": "Leser Köln"}).status_code == 409
    assert api.post("/roles", json={"roleName": "a/b"}).status_code == 400
    other = api.post("/roles", json={"roleName": "Other"}).json()
    assert api.put(f"/roles/{other['roleId']}", json={"roleName": "Leser Köln"}).status_code == 409
    assert api.put(f"/roles/{first['roleId']}", json={"roleName": "Leser Köln"}).status_code == 200


def test_a_role_that_a_user_has_cannot_be_deleted(local):
    api = local().api()
    role = api.post("/roles", json={"roleName": "Readers"}).json()
    user = made(api, limited("clerk", role=role["roleId"]))
    assert api.delete(f"/roles/{role['roleId']}").status_code == 400
    assert api.delete(f"/users/{user['userId']}").status_code == 200
    assert api.delete(f"/roles/{role['roleId']}").status_code == 200
    assert api.get(f"/roles/{role['roleId']}").status_code == 404


def test_another_engine_numbers_users_and_roles_differently(local):
    numbers = []
    for engine in (local(seed=1), local(seed=2)):
        api = engine.api()
        numbers.append((made(api, person("chief"))["userId"], role_named(api, "DBA")["roleId"]))
    assert not set(numbers[0]) & set(numbers[1])
