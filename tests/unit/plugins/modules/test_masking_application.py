# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_application."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_application import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner
from requests import exceptions as failures

BILLING = {"applicationId": 5, "applicationName": "Billing"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_application_that_is_there(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.page("/applications", [BILLING])
    result = run_module(DEFINITION, name="Billing", check_mode=check_mode)
    assert result["changed"] is False
    assert result["application"] == {"name": "Billing", "id": 5}
    assert result["diff"]["before"] == result["diff"]["after"] == "name: Billing\n"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_new_application(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.page("/applications", [BILLING])
    if not check_mode:
        conversation.expect("POST", "/applications", json={"applicationName": "Sales"}).answers(
            200, {"applicationName": "Sales", "applicationId": 6}
        )
    result = run_module(DEFINITION, name="Sales", check_mode=check_mode)
    assert result["changed"] is True
    assert result["application"] == {"name": "Sales", "id": None if check_mode else 6}
    assert (result["diff"]["before"], result["diff"]["after"]) == ("", "name: Sales\n")


def test_a_refused_application(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/applications", [])
    conversation.expect("POST", "/applications").answers(400, {"errorMessage": "not that name"})
    conversation.page("/applications", [])
    result = run_module(DEFINITION, name="a/b")
    assert (result["changed"], result["error"]["code"]) == (False, "refused")
    assert (result["error"]["object"], result["error"]["engine_message"]) == ("a/b", "not that name")


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_application_without_environments_is_removed(
    conversation: Conversation, run_module: Runner, check_mode: bool
) -> None:
    conversation.page("/applications", [BILLING])
    conversation.page("/environments", [])
    if not check_mode:
        conversation.expect("DELETE", "/applications/5").answers(200)
    result = run_module(DEFINITION, name="Billing", state="absent", check_mode=check_mode)
    assert (result["changed"], result["application"]) == (True, None)
    assert (result["diff"]["before"], result["diff"]["after"]) == ("name: Billing\n", "")


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_application_with_environments_stays(
    conversation: Conversation, run_module: Runner, check_mode: bool
) -> None:
    conversation.page("/applications", [BILLING, {"applicationId": 6, "applicationName": "Sales"}])
    rows = [
        {"environmentId": number, "environmentName": f"E{number}", "applicationId": 6 if number == 3 else 5}
        for number in range(1, 8)
    ]
    conversation.page("/environments", rows)
    result = run_module(DEFINITION, name="Billing", state="absent", check_mode=check_mode)
    assert result["error"]["code"] == "in_use"
    assert result["changed"] is False
    assert "6 environments: E1, E2, E4, E5, E6 and 1 more" in result["msg"]


def test_an_application_that_is_gone(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/applications", [])
    result = run_module(DEFINITION, name="Billing", state="absent")
    assert (result["changed"], result["application"]) == (False, None)


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_engine_that_cannot_remove_applications(
    conversation: Conversation, run_module: Runner, check_mode: bool
) -> None:
    conversation.page("/applications", [{"applicationName": "Billing"}])
    result = run_module(DEFINITION, name="Billing", state="absent", check_mode=check_mode)
    assert result["error"]["code"] == "invalid_option"
    assert "6.0" in result["msg"]


def test_a_removal_whose_answer_is_lost(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/applications", [BILLING])
    conversation.page("/environments", [])
    conversation.expect("DELETE", "/applications/5").raises(failures.ReadTimeout("silence"))
    conversation.page("/applications", [])
    assert run_module(DEFINITION, name="Billing", state="absent")["changed"] is True
