# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_users: what is sent to the target, and what is said about it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._users import random_password
from ansible_collections.maskops.delphix.plugins.modules.masking_users import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.conversation import (
    ANY,
    Call,
    Conversation,
)
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner, Runner
from requests import exceptions as failures

Row = dict[str, t.Any]
SOURCE = "https://source.example.com/masking/api"
OPTIONS: Row = {"source_url": "https://source.example.com", "source_token": "given"}
EVERYTHING = {"roleName": "All Privileges", "maskingJob": {"view": True, "run": True}}
OPERATOR = {"roleName": "Operator", "maskingJob": {"view": False, "run": True}}
ADMIN = {
    "userName": "admin",
    "firstName": "A",
    "lastName": "B",
    "email": "a@b",
    "isAdmin": True,
    "userStatus": "ACTIVE",
}
JANE = {
    "userName": "jane",
    "firstName": "Jane",
    "lastName": "Doe",
    "email": "jane@example.com",
    "isAdmin": False,
    "showWelcome": True,
    "userStatus": "ACTIVE",
}
BOTH_MODES = pytest.mark.parametrize("check_mode", [True, False])


def jane(number: int, role_number: int, environment: int, **fields: t.Any) -> Row:
    limits = {"roleId": role_number, "environmentIds": [environment]}
    return {**JANE, "userId": number, "nonAdminProperties": limits, **fields}


def lists(
    conversation: Conversation, base: str | None, roles: list[Row], users: list[Row], environments: dict[int, str]
) -> None:
    rows = [{"environmentId": number, "environmentName": name} for number, name in environments.items()]
    conversation.page("/environments", rows, base=base)
    conversation.page("/roles", roles, base=base)
    conversation.page("/users", users, base=base)


def source(conversation: Conversation, **fields: t.Any) -> None:
    roles = [{**EVERYTHING, "roleId": 1}, {**OPERATOR, "roleId": 2}]
    users = [{**ADMIN, "userId": 1}, jane(7, 2, 1, **fields)]
    lists(conversation, SOURCE, roles, users, {1: "DEV"})


def target(conversation: Conversation, *users: Row, roles: tuple[Row, ...] = ()) -> None:
    """An engine with the role Operator, unless others are given."""
    shown = roles or ({**EVERYTHING, "roleId": 101}, {**OPERATOR, "roleId": 102})
    lists(conversation, None, list(shown), [{**ADMIN, "userId": 101}, *users], {11: "DEV", 12: "QA"})


def releases(conversation: Conversation, ours: str = "20.0.0.0", theirs: str = "20.0.0.0") -> None:
    conversation.expect("GET", "/system-information", base=SOURCE).answers(200, {"version": ours})
    conversation.expect("GET", "/system-information").answers(200, {"version": theirs})


def body(call: Call) -> Row:
    assert call.seen is not None
    return t.cast("Row", json.loads(call.seen.body))


@BOTH_MODES
def test_nothing_to_do(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    source(conversation)
    target(conversation, jane(107, 102, 11))
    releases(conversation)
    result = run_module(DEFINITION, check_mode=check_mode, **OPTIONS)
    assert result["changed"] is False
    assert result["plan"]["summary"]["in_sync"] == 3
    assert result["source"] == {"name": "https://source.example.com", "release": "20.0.0.0"}
    assert "diff" not in result
    if not check_mode:
        assert result["applied"] == {"created": [], "updated": [], "removed": []}


def test_check_mode_foretells(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation, roles=({**EVERYTHING, "roleId": 101},))
    releases(conversation)
    result = run_module(DEFINITION, check_mode=True, **OPTIONS)
    assert result["changed"] is True
    assert result["plan"]["to_create"] == [{"type": "role", "name": "Operator"}, {"type": "user", "name": "jane"}]
    assert result["diff"]["before"] == ""
    assert "user jane: " in result["diff"]["after"]
    assert "applied" not in result


@pytest.mark.parametrize(
    ("shown", "status"), [("userStatus", {"userStatus": "ACTIVE"}), ("isLocked", {"isLocked": False})]
)
@pytest.mark.parametrize("tells_role", [True, False])
def test_a_new_role_and_a_new_user(
    conversation: Conversation, run_module: Runner, shown: str, status: Row, tells_role: bool
) -> None:
    source(conversation)
    admin = {**{field: value for field, value in ADMIN.items() if field != "userStatus"}, "userId": 101, **status}
    lists(conversation, None, [{**EVERYTHING, "roleId": 101}], [admin], {11: "DEV"})
    releases(conversation)
    role = {**OPERATOR, "roleId": 155}
    conversation.expect("POST", "/roles", json=OPERATOR).answers(201, role if tells_role else None)
    conversation.page("/roles", [role])
    created = conversation.expect("POST", "/users").answers(201, {"userId": 199})
    target(conversation, jane(199, 155, 11), roles=({**EVERYTHING, "roleId": 101}, role))
    result = run_module(DEFINITION, **OPTIONS)
    assert result["changed"] is True
    assert result["applied"]["created"] == [{"type": "role", "name": "Operator"}, {"type": "user", "name": "jane"}]
    assert result["unverified"] == []
    sent = body(created)
    password = sent.pop("password")
    assert sent == {
        "userName": "jane",
        "firstName": "Jane",
        "lastName": "Doe",
        "email": "jane@example.com",
        "isAdmin": False,
        **status,
        "nonAdminProperties": {"roleId": 155, "environmentIds": [11]},
    }
    assert password not in json.dumps(result)
    assert shown in sent


def test_random_passwords_meet_the_rules_and_differ() -> None:
    found = {random_password() for _time in range(50)}
    assert len(found) == 50
    for password in found:
        assert 40 < len(password) < 255
        assert any(letter.isupper() for letter in password)
        assert any(letter.isdigit() for letter in password)
        assert set(password) & set("!@#$%^&*")
        assert password.isascii()
        assert password.isprintable()


def test_a_password_for_new_users(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    created = conversation.expect("POST", "/users").answers(400, {"errorMessage": "'Hidden-word-1' is too weak"})
    target(conversation)
    target(conversation)
    options = {**OPTIONS, "url": "https://engine.example.com", "token": "given", "initial_password": "Hidden-word-1"}
    result = run_as_ansible(DEFINITION, **options)
    assert body(created)["password"] == "Hidden-word-1"
    assert (result["error"]["code"], result["error"]["object"]) == ("refused", "user jane")
    assert "is too weak" in result["msg"]
    assert "Hidden-word-1" not in json.dumps(result)


def test_a_password_by_the_environment(
    conversation: Conversation, run_module: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELPHIX_MASKING_INITIAL_PASSWORD", "Hidden-word-2")
    source(conversation)
    target(conversation)
    releases(conversation)
    created = conversation.expect("POST", "/users").answers(201, {"userId": 199})
    target(conversation, jane(199, 102, 11))
    assert run_module(DEFINITION, **OPTIONS)["changed"] is True
    assert body(created)["password"] == "Hidden-word-2"


def test_a_random_password_that_the_engine_repeats_is_hidden(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    created = conversation.expect("POST", "/users")
    created.then = lambda: created.answers(400, {"errorMessage": f"no: {body(created)['password']}"})
    target(conversation)
    target(conversation)
    result = run_module(DEFINITION, **OPTIONS)
    assert body(created)["password"] not in json.dumps(result)
    assert result["error"]["engine_message"] == "no: ********"


def test_an_update_keeps_what_is_of_the_target(conversation: Conversation, run_module: Runner) -> None:
    source(conversation, firstName="Joan", userStatus="LOCKED")
    theirs = jane(107, 102, 12, userStatus="DISABLED", disableReason="left", showWelcome=False, password="shown")
    theirs["nonAdminProperties"]["somethingNew"] = 1
    target(conversation, theirs)
    releases(conversation)
    limits = {"roleId": 102, "environmentIds": [11], "somethingNew": 1}
    now = {**theirs, "firstName": "Joan", "nonAdminProperties": limits}
    del now["password"]
    conversation.expect("PUT", "/users/107", json=now).answers(200, now)
    target(conversation, now)
    result = run_module(DEFINITION, **OPTIONS)
    assert result["plan"]["to_update"] == [{"type": "user", "name": "jane", "differs": ["environments", "firstName"]}]
    assert result["applied"]["updated"] == [{"type": "user", "name": "jane"}]


def test_a_role_is_updated(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    theirs = {**OPERATOR, "roleId": 102, "maskingJob": {"view": True, "run": True}}
    target(conversation, jane(107, 102, 11), roles=({**EVERYTHING, "roleId": 101}, theirs))
    releases(conversation)
    conversation.expect("PUT", "/roles/102", json=OPERATOR).answers(200)
    target(conversation, jane(107, 102, 11))
    result = run_module(DEFINITION, **OPTIONS)
    assert (result["changed"], result["applied"]["updated"]) == (True, [{"type": "role", "name": "Operator"}])


def test_environments_with_other_names(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation, jane(107, 102, 12))
    releases(conversation)
    result = run_module(DEFINITION, environment_map={"DEV": "QA"}, **OPTIONS)
    assert result["changed"] is False


def test_an_environment_named_by_a_number(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    result = run_module(DEFINITION, environment_map={"DEV": 2024}, **OPTIONS)
    assert result["plan"]["blocked"][0]["reason"] == "the target has no environment 2024"


def test_who_is_blocked_is_named(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    result = run_module(DEFINITION, environment_map={"DEV": "Stage"}, **OPTIONS)
    assert result["changed"] is False
    assert result["plan"]["blocked"] == [
        {"type": "user", "name": "jane", "reason": "the target has no environment Stage"}
    ]
    assert "jane: the target has no environment Stage" in result["warnings"][0]


def test_a_save_without_effect_is_told(conversation: Conversation, run_module: Runner) -> None:
    source(conversation, firstName="Joan")
    target(conversation, jane(107, 102, 11))
    releases(conversation)
    conversation.expect("PUT", "/users/107").answers(200)
    target(conversation, jane(107, 102, 11))
    result = run_module(DEFINITION, **OPTIONS)
    assert result["changed"] is False
    assert result["applied"]["updated"] == []
    assert result["unverified"] == [{"type": "user", "name": "jane"}]
    assert "user jane" in result["warnings"][0]


def test_a_lost_answer_of_a_user_who_arrived(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    conversation.expect("POST", "/users").raises(failures.ReadTimeout("silence"))
    target(conversation, jane(199, 102, 11))
    target(conversation, jane(199, 102, 11))
    result = run_module(DEFINITION, **OPTIONS)
    assert "failed" not in result
    assert result["applied"]["created"] == [{"type": "user", "name": "jane"}]


def test_a_failure_on_the_way_tells_what_was_done(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    roles = ({**EVERYTHING, "roleId": 101},)
    target(conversation, roles=roles)
    releases(conversation)
    role = {**OPERATOR, "roleId": 155}
    conversation.expect("POST", "/roles").answers(201, role)
    conversation.page("/roles", [role])
    conversation.expect("POST", "/users").answers(409, {"errorMessage": "User already exists"})
    target(conversation, jane(199, 155, 12), roles=(*roles, role))
    target(conversation, jane(199, 155, 12), roles=(*roles, role))
    result = run_module(DEFINITION, **OPTIONS)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["error"]["engine_message"] == "User already exists"
    assert result["applied"]["created"][0] == {"type": "role", "name": "Operator"}
    assert result["plan"]["to_create"]


def test_a_failure_after_which_nothing_can_be_read(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    conversation.expect("POST", "/users").raises(failures.ReadTimeout("silence"))
    conversation.expect("GET", "/environments").answers(403, {"errorMessage": "no more"})
    conversation.expect("GET", "/environments").answers(403, {"errorMessage": "no more"})
    result = run_module(DEFINITION, **OPTIONS)
    assert result["error"]["code"] == "answer_lost"
    assert result["changed"] is False
    assert "what was changed is not known" in result["warnings"][0]


def test_an_engine_is_no_source_of_itself(conversation: Conversation, run_module: Runner) -> None:
    result = run_module(DEFINITION, source_url="https://engine.example.com", source_token="given")
    assert result["error"]["code"] == "invalid_option"
    assert not conversation.seen


def test_a_name_that_the_source_does_not_have(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    result = run_module(DEFINITION, users=["jean"], **OPTIONS)
    assert (result["error"]["code"], result["error"]["object"]) == ("not_found", "jean")
    assert result["error"]["engine"] == "https://source.example.com"


def test_only_the_target_is_written_to(conversation: Conversation, run_module: Runner) -> None:
    source(conversation)
    target(conversation)
    releases(conversation)
    conversation.expect("POST", "/users", query=ANY).answers(201)
    target(conversation, jane(199, 102, 11))
    run_module(DEFINITION, **OPTIONS)
    assert all(seen.method == "GET" for seen in conversation.seen if seen.url.startswith(SOURCE))
