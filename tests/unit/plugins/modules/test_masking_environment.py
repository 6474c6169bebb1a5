# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_environment."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_environment import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner
from requests import exceptions as failures

Row = dict[str, t.Any]
APPLICATIONS = [
    {"applicationId": 5, "applicationName": "Billing"},
    {"applicationId": 6, "applicationName": "Sales"},
]
DEV: Row = {
    "environmentId": 1,
    "environmentName": "Köln DEV",
    "applicationId": 5,
    "purpose": "MASK",
    "isWorkflowEnabled": False,
}
SHOWN: Row = {"id": 1, "name": "Köln DEV", "application": "Billing", "purpose": "MASK", "workflow": False}
BOTH_MODES = pytest.mark.parametrize("check_mode", [True, False])


def lists(conversation: Conversation, *rows: Row) -> None:
    conversation.page("/environments", list(rows))
    conversation.page("/applications", APPLICATIONS)


# Present


@BOTH_MODES
@pytest.mark.parametrize(
    "options", [{}, {"application": "Billing"}, {"purpose": "MASK", "workflow": False}, {"new_name": "Köln DEV"}]
)
def test_an_environment_that_is_there(
    conversation: Conversation, run_module: Runner, check_mode: bool, options: Row
) -> None:
    lists(conversation, DEV)
    result = run_module(DEFINITION, name="Köln DEV", check_mode=check_mode, **options)
    assert (result["changed"], result["environment"]) == (False, SHOWN)
    assert result["diff"]["before"] == result["diff"]["after"]


@BOTH_MODES
def test_a_new_environment(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.page("/environments", [])
    conversation.page("/applications", APPLICATIONS)
    if not check_mode:
        body = {"environmentName": "QA", "applicationId": 6, "purpose": "TOKENIZE", "isWorkflowEnabled": True}
        conversation.expect("POST", "/environments", json=body).answers(200, {**body, "environmentId": 9})
    result = run_module(
        DEFINITION, name="QA", application="Sales", purpose="TOKENIZE", workflow=True, check_mode=check_mode
    )
    assert result["changed"] is True
    assert result["environment"] == {
        "id": None if check_mode else 9,
        "name": "QA",
        "application": "Sales",
        "purpose": "TOKENIZE",
        "workflow": True,
    }
    assert result["diff"]["before"] == ""
    assert result["diff"]["after"] == "name: QA\napplication: Sales\npurpose: TOKENIZE\nworkflow: true\n"


def test_what_a_new_environment_is_by_default(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/environments", [])
    conversation.page("/applications", APPLICATIONS)
    result = run_module(DEFINITION, name="QA", application="Sales", check_mode=True)
    assert (result["environment"]["purpose"], result["environment"]["workflow"]) == ("MASK", False)


@BOTH_MODES
def test_a_new_environment_needs_an_application(
    conversation: Conversation, run_module: Runner, check_mode: bool
) -> None:
    conversation.page("/environments", [])
    result = run_module(DEFINITION, name="QA", check_mode=check_mode)
    assert result["error"]["code"] == "invalid_option"
    assert "'application' is missing" in result["msg"]


@BOTH_MODES
@pytest.mark.parametrize("there", [[], [DEV]])
def test_an_application_that_is_not_there(
    conversation: Conversation, run_module: Runner, check_mode: bool, there: list[Row]
) -> None:
    conversation.page("/environments", there)
    conversation.page("/applications", APPLICATIONS)
    result = run_module(DEFINITION, name="Köln DEV", application="Stock", check_mode=check_mode)
    assert (result["error"]["code"], result["error"]["object"]) == ("not_found", "Stock")
    assert "create_application" in result["error"]["hint"]


@BOTH_MODES
def test_an_application_is_created_on_request(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.page("/environments", [])
    conversation.page("/applications", APPLICATIONS)
    if not check_mode:
        conversation.expect("POST", "/applications", json={"applicationName": "Stock"}).answers(
            201, {"applicationId": 7, "applicationName": "Stock"}
        )
        body = {"environmentName": "QA", "applicationId": 7, "purpose": "MASK", "isWorkflowEnabled": False}
        conversation.expect("POST", "/environments", json=body).answers(201, {**body, "environmentId": 9})
    result = run_module(DEFINITION, name="QA", application="Stock", create_application=True, check_mode=check_mode)
    assert (result["changed"], result["application_created"]) == (True, True)
    assert "new application: true\n" in result["diff"]["after"]


def test_an_environment_refused_after_its_application_was_created(
    conversation: Conversation, run_module: Runner
) -> None:
    conversation.page("/environments", [])
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/applications").answers(201, {"applicationId": 7, "applicationName": "Stock"})
    conversation.expect("POST", "/environments").answers(400, {"errorMessage": "not that name"})
    conversation.page("/environments", [])
    result = run_module(DEFINITION, name="Q/A", application="Stock", create_application=True)
    assert result["failed"] is True
    assert (result["changed"], result["application_created"]) == (True, True)
    assert result["error"]["engine_message"] == "not that name"


@BOTH_MODES
def test_a_purpose_never_changes(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    result = run_module(DEFINITION, name="Köln DEV", purpose="TOKENIZE", check_mode=check_mode)
    assert (result["error"]["code"], result["changed"]) == ("invalid_option", False)
    assert "has the purpose MASK" in result["msg"]


@BOTH_MODES
def test_what_is_given_changes(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    if not check_mode:
        body = {**DEV, "applicationId": 6, "isWorkflowEnabled": True}
        conversation.expect("PUT", "/environments/1", json=body).answers(200, body)
    result = run_module(DEFINITION, name="Köln DEV", application="Sales", workflow=True, check_mode=check_mode)
    assert result["changed"] is True
    assert result["environment"] == {**SHOWN, "application": "Sales", "workflow": True}
    assert result["diff"]["before"] == "name: Köln DEV\napplication: Billing\npurpose: MASK\nworkflow: false\n"
    assert result["diff"]["after"] == "name: Köln DEV\napplication: Sales\npurpose: MASK\nworkflow: true\n"


def test_a_change_that_the_engine_ignores_is_a_failure(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV)
    conversation.expect("PUT", "/environments/1").answers(200, DEV)
    result = run_module(DEFINITION, name="Köln DEV", application="Sales")
    assert (result["failed"], result["changed"]) == (True, False)
    assert "left the application of environment Köln DEV" in result["msg"]


def test_an_environment_made_by_somebody_else_meanwhile(conversation: Conversation, run_module: Runner) -> None:
    """It is taken, and gets what it lacks."""
    conversation.page("/environments", [])
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").answers(409, {"errorMessage": "it exists"})
    conversation.page("/environments", [DEV])
    conversation.expect("PUT", "/environments/1").answers(200, {**DEV, "isWorkflowEnabled": True})
    result = run_module(DEFINITION, name="Köln DEV", application="Billing", workflow=True)
    assert (result["changed"], result["environment"]) == (True, {**SHOWN, "workflow": True})


# Rename


@BOTH_MODES
def test_a_rename(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    if not check_mode:
        body = {**DEV, "environmentName": "Test"}
        conversation.expect("PUT", "/environments/1", json=body).answers(200, body)
    result = run_module(DEFINITION, name="Köln DEV", new_name="Test", check_mode=check_mode)
    assert (result["changed"], result["environment"]) == (True, {**SHOWN, "name": "Test"})


def test_a_rename_that_was_done_before(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV)
    result = run_module(DEFINITION, name="Old", new_name="Köln DEV")
    assert (result["changed"], result["environment"]) == (False, SHOWN)


def test_a_rename_to_a_name_that_is_taken(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV, {**DEV, "environmentId": 2, "environmentName": "Test"})
    result = run_module(DEFINITION, name="Köln DEV", new_name="Test")
    assert (result["error"]["code"], result["error"]["object"]) == ("ambiguous", "Test")


def test_a_rename_of_nothing(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/environments", [])
    result = run_module(DEFINITION, name="Old", new_name="New", application="Sales")
    assert result["error"]["code"] == "not_found"


def test_a_rename_whose_answer_is_lost(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV)
    conversation.expect("PUT", "/environments/1").raises(failures.ReadTimeout("silence"))
    conversation.page("/environments", [{**DEV, "environmentName": "Test"}])
    result = run_module(DEFINITION, name="Köln DEV", new_name="Test")
    assert (result["changed"], result["environment"]["name"]) == (True, "Test")


# Absent

CONTENTS = {
    "/database-connectors": [{"databaseConnectorId": 10}, {"databaseConnectorId": 11}],
    "/database-rulesets": [{"databaseRulesetId": 10}],
    "/file-connectors": [{"fileConnectorId": 10}],
    "/masking-jobs": [{"maskingJobId": 30}],
    "/profile-jobs": [{"profileJobId": 31}],
}
KINDS = [
    *(
        f"/{family}-{what}"
        for family in ("database", "file", "mainframe-dataset")
        for what in ("connectors", "rulesets")
    ),
    "/masking-jobs",
    "/profile-jobs",
    "/tokenization-jobs",
    "/reidentification-jobs",
]


def holds(conversation: Conversation, contents: t.Mapping[str, list[Row]], **elsewhere: list[Row]) -> None:
    """What is in environment 1; an engine may not know of mainframes."""
    for path in KINDS:
        if "mainframe" in path:
            conversation.expect("GET", path).answers(404)
        else:
            conversation.page(path, contents.get(path, []), environment_id=1)
    if any("connectors" in path for path in contents):
        for path in KINDS[-4:]:
            more = elsewhere.get(path.strip("/").replace("-", "_"), [])
            conversation.page(path, [*contents.get(path, []), *more])


@BOTH_MODES
def test_an_empty_environment_is_removed(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    holds(conversation, {})
    if not check_mode:
        conversation.expect("DELETE", "/environments/1").answers(200)
    result = run_module(DEFINITION, name="Köln DEV", state="absent", check_mode=check_mode)
    assert (result["changed"], result["environment"]) == (True, None)
    assert result["contents"] == {"connectors": 0, "rulesets": 0, "jobs": 0}
    assert result["diff"]["after"] == ""


@BOTH_MODES
def test_an_environment_with_contents_stays(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    holds(conversation, CONTENTS)
    result = run_module(DEFINITION, name="Köln DEV", state="absent", check_mode=check_mode)
    assert (result["error"]["code"], result["changed"]) == ("in_use", False)
    assert "3 connectors, 1 ruleset, 2 jobs" in result["msg"]
    assert result["contents"] == {"connectors": 3, "rulesets": 1, "jobs": 2}


@BOTH_MODES
def test_an_environment_is_removed_by_force(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    lists(conversation, DEV)
    holds(conversation, CONTENTS)
    if not check_mode:
        conversation.expect("DELETE", "/environments/1").answers(200)
    result = run_module(DEFINITION, name="Köln DEV", state="absent", force=True, check_mode=check_mode)
    assert (result["changed"], result["contents"]["jobs"]) == (True, 2)
    assert "connectors: 3\nrulesets: 1\njobs: 2\n" in result["diff"]["before"]
    assert "warnings" not in result


@pytest.mark.parametrize("force", [True, False])
def test_jobs_elsewhere_that_read_from_an_environment(
    conversation: Conversation, run_module: Runner, force: bool
) -> None:
    """A file connector has the number of one of the database connectors here."""
    lists(conversation, DEV)
    elsewhere = [
        {
            "maskingJobId": number,
            "jobName": name,
            "onTheFlyMaskingSource": {"connectorId": connector, "connectorType": kind},
        }
        for number, name, connector, kind in (
            (40, "reads", 11, "DATABASE"),
            (41, "reads another", 11, "FILE"),
            (43, "takes a file", 10, "FILE"),
            (42, "reads a third", 99, "DATABASE"),
        )
    ]
    inside = {path: rows for path, rows in CONTENTS.items() if path.endswith("connectors")}
    holds(conversation, inside, masking_jobs=elsewhere)
    if force:
        conversation.expect("DELETE", "/environments/1").answers(200)
    result = run_module(DEFINITION, name="Köln DEV", state="absent", force=force)
    text = result["warnings"][0] if force else result["msg"]
    assert "reads, takes a file" in text
    assert "another" not in text
    assert "third" not in text


def test_jobs_of_the_environment_itself_do_not_count_twice(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV)
    job = {
        "maskingJobId": 30,
        "jobName": "own",
        "onTheFlyMaskingSource": {"connectorId": 10, "connectorType": "DATABASE"},
    }
    holds(conversation, {**CONTENTS, "/masking-jobs": [job]})
    result = run_module(DEFINITION, name="Köln DEV", state="absent")
    assert "on-the-fly" not in result["msg"]


@BOTH_MODES
def test_an_environment_that_is_gone(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    conversation.page("/environments", [])
    result = run_module(DEFINITION, name="Köln DEV", state="absent", force=True, check_mode=check_mode)
    assert (result["changed"], result["environment"]) == (False, None)
    assert "contents" not in result


def test_a_refused_removal(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DEV)
    holds(conversation, {})
    conversation.expect("DELETE", "/environments/1").answers(409, {"errorMessage": "a job is running"})
    conversation.page("/environments", [DEV])
    result = run_module(DEFINITION, name="Köln DEV", state="absent")
    assert (result["error"]["engine_message"], result["changed"]) == ("a job is running", False)


def test_a_new_name_makes_no_sense_for_what_is_removed(conversation: Conversation, run_module: Runner) -> None:
    result = run_module(DEFINITION, name="Köln DEV", new_name="Test", state="absent")
    assert (result["error"]["code"], result["error"]["object"]) == ("invalid_option", "new_name")
    assert not conversation.seen
