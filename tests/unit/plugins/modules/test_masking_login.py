# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_login and masking_logout."""

from __future__ import annotations

import json

import pytest
from ansible_collections.maskops.delphix.plugins.modules import (
    masking_login,
    masking_logout,
)
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import (
    AnsibleRunner,
    Runner,
)
from requests import exceptions as failures

USER = {"username": "admin", "password": "hidden-word"}
ENGINE = {"name": "https://engine.example.com"}


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_login_gives_a_token_and_leaves_it_valid(
    conversation: Conversation, run_module: Runner, check_mode: bool
) -> None:
    conversation.expect("POST", "/login", json=USER, token=None).answers(200, {"Authorization": "t1"})
    result = run_module(masking_login.DEFINITION, check_mode=check_mode, token=None, **USER)
    assert (result["token"], result["engine"], result["changed"]) == ("t1", ENGINE, False)


def test_a_login_is_made_although_a_token_is_there(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("POST", "/login", json=USER, token=None).answers(200, {"Authorization": "t2"})
    assert run_module(masking_login.DEFINITION, token="t1", **USER)["token"] == "t2"


@pytest.mark.parametrize("given", [{}, {"username": "admin"}, {"password": "p"}], ids=str)
def test_a_login_needs_user_and_password(conversation: Conversation, run_module: Runner, given: dict[str, str]) -> None:
    result = run_module(masking_login.DEFINITION, **given)
    assert result["error"]["code"] == "invalid_option"
    assert not conversation.seen


def test_a_refused_login_is_tried_once(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("POST", "/login").answers(401, {"errorMessage": "no"})
    result = run_module(masking_login.DEFINITION, token=None, **USER)
    assert result["failed"] is True
    assert result["error"]["code"] == "authentication_failed"
    assert result["error"]["engine_message"] == "no"
    assert "hidden-word" not in json.dumps(result)


def test_a_lost_login_is_not_repeated(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("POST", "/login").raises(failures.ReadTimeout("silence"))
    assert run_module(masking_login.DEFINITION, token=None, **USER)["failed"] is True


def test_the_result_of_a_login_is_secret() -> None:
    assert masking_login.DEFINITION.secret_result
    assert not masking_logout.DEFINITION.secret_result


def test_the_token_comes_out_of_an_ordinary_module(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    conversation.expect("POST", "/login").answers(200, {"Authorization": "a new token"})
    result = run_as_ansible(masking_login.DEFINITION, url="https://engine.example.com", **USER)
    assert result["token"] == "a new token"
    assert "hidden-word" not in json.dumps(result)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("status", [200, 204, 401])
def test_a_logout(conversation: Conversation, run_module: Runner, check_mode: bool, status: int) -> None:
    conversation.expect("PUT", "/logout", token="given").answers(status)
    result = run_module(masking_logout.DEFINITION, check_mode=check_mode)
    assert (result["engine"], result["changed"]) == (ENGINE, False)


def test_a_logout_never_logs_in(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("PUT", "/logout", token="given").answers(401)
    assert "failed" not in run_module(masking_logout.DEFINITION, **USER)


def test_a_logout_needs_a_token(conversation: Conversation, run_module: Runner) -> None:
    result = run_module(masking_logout.DEFINITION, token=None, **USER)
    assert result["error"]["code"] == "invalid_option"
    assert not conversation.seen


def test_a_refused_logout(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("PUT", "/logout").answers(500, {"errorMessage": "no"})
    result = run_module(masking_logout.DEFINITION)
    assert (result["failed"], result["error"]["http_status"]) == (True, 500)
