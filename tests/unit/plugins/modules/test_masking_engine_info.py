# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_engine_info."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_engine_info import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner


def test_what_an_engine_says_of_itself(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("GET", "/system-information").answers(
        200, {"version": "6.0.17.0", "build": "b1", "latestGlobalKeyResetTime": "2018-06-15T20:36:35.483+0000"}
    )
    result = run_module(DEFINITION)
    assert result["changed"] is False
    assert result["engine"] == {
        "name": "https://engine.example.com",
        "release": "6.0.17.0",
        "concurrent_sync": False,
        "build": "b1",
        "global_key_reset": "2018-06-15T20:36:35.483+0000",
    }
    assert "activity" not in result


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_it_does_not_say_is_not_there(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.expect("GET", "/system-information").answers(200, {"version": "2025.1.0.0", "build": None})
    assert run_module(DEFINITION, check_mode=check_mode)["engine"] == {
        "name": "https://engine.example.com",
        "release": "2025.1.0.0",
        "concurrent_sync": True,
    }


def test_an_engine_that_does_not_tell_its_release(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("GET", "/system-information").answers(404)
    assert run_module(DEFINITION)["engine"]["release"] == "unknown"


def test_what_runs_is_told_on_request(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("GET", "/system-information").answers(200, {"version": "6.0.1.0"})
    conversation.page("/async-tasks", [], status="WAITING")
    task = {"asyncTaskId": 12, "operation": "EXPORT", "status": "RUNNING"}
    conversation.page("/async-tasks", [task], status="RUNNING")
    conversation.page("/executions", [{"executionId": 3, "jobId": 5, "status": "RUNNING"}])
    activity = run_module(DEFINITION, activity=True)["activity"]
    assert activity == ["EXPORT task 12 (RUNNING)", "execution 3 of job 5 (RUNNING)"]
