# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications and environments by name, and writes whose answer is lost."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._environments import (
    Environment,
    Environments,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import (
    Credentials,
    Session,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from requests import exceptions as failures

APPLICATIONS = [
    {"applicationId": 5, "applicationName": "Billing"},
    {"applicationId": 6, "applicationName": "Kundendaten Köln"},
]
DEV = {
    "environmentId": 1,
    "environmentName": "DEV",
    "applicationId": 5,
    "purpose": "MASK",
    "isWorkflowEnabled": True,
}
QA = {"environmentId": 2, "environmentName": "QA", "applicationId": 6, "purpose": "TOKENIZE"}
LOST = failures.ReadTimeout("silence")


@pytest.fixture
def engine(clock: FakeClock) -> Engine:
    transport = Transport(Conversation.base, TransportOptions(retries=0), clock=clock)
    return Engine(Session(transport, Credentials(token="given"), warn=lambda _text: None))


@pytest.fixture
def environments(engine: Engine) -> Environments:
    return Environments(engine)


def lists(conversation: Conversation, *rows: dict[str, object]) -> None:
    conversation.page("/environments", list(rows))
    conversation.page("/applications", APPLICATIONS)


def test_environments_name_their_application(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV, QA)
    assert environments.all == {
        "DEV": Environment(1, "DEV", "Billing", "MASK", True),
        "QA": Environment(2, "QA", "Kundendaten Köln", "TOKENIZE", False),
    }
    assert environments.applications == {"Billing": 5, "Kundendaten Köln": 6}


def test_a_number_of_an_application_may_be_text(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, {**DEV, "applicationId": "5"})
    assert environments.all["DEV"].application == "Billing"


def test_an_application_without_a_name_is_none(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, {**DEV, "applicationId": 77})
    assert environments.all["DEV"].application is None


def test_engines_before_6_name_applications(conversation: Conversation, environments: Environments) -> None:
    conversation.page(
        "/environments",
        [{"environmentId": 1, "environmentName": "DEV", "application": "Billing", "purpose": "MASK"}],
    )
    assert environments.all["DEV"] == Environment(1, "DEV", "Billing", "MASK", False)
    conversation.page("/applications", [{"applicationName": "Billing"}])
    conversation.expect(
        "POST",
        "/environments",
        json={"environmentName": "QA", "application": "Billing", "purpose": "MASK", "isWorkflowEnabled": False},
    ).answers(200, {"environmentId": 9, "environmentName": "QA", "application": "Billing", "purpose": "MASK"})
    assert environments.create("QA", "Billing", "MASK", False) == Environment(9, "QA", "Billing", "MASK", False)
    with pytest.raises(OptionError, match="before release 6"):
        environments.delete_application("Billing")


def test_a_created_environment_is_in_the_list(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    assert "QA" not in environments.all
    conversation.expect(
        "POST",
        "/environments",
        json={"environmentName": "QA", "applicationId": 6, "purpose": "TOKENIZE", "isWorkflowEnabled": True},
    ).answers(201, {**QA, "isWorkflowEnabled": True})
    created = environments.create("QA", "Kundendaten Köln", "TOKENIZE", True)
    assert created == Environment(2, "QA", "Kundendaten Köln", "TOKENIZE", True)
    assert environments.all["QA"] == created


def test_an_answer_without_a_row_is_looked_up(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").answers(201)
    conversation.page("/environments", [QA])
    assert environments.create("QA", "Kundendaten Köln", "TOKENIZE", False).id == 2


def test_an_environment_needs_its_application(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    with pytest.raises(NotFoundError, match="no application named Sales"):
        environments.create("QA", "Sales", "MASK", False)


def test_an_environment_that_is_there_meanwhile(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").answers(409, {"errorMessage": "it exists"})
    conversation.page("/environments", [QA])
    assert environments.create("QA", "Kundendaten Köln", "TOKENIZE", False).id == 2


@pytest.mark.parametrize("there", [[], [{**QA, "purpose": "MASK"}], [{**QA, "applicationId": 5}]])
def test_a_refused_environment(
    conversation: Conversation, environments: Environments, there: list[dict[str, object]]
) -> None:
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").answers(409, {"errorMessage": "it exists"})
    conversation.page("/environments", there)
    with pytest.raises(ApiError) as raised:
        environments.create("QA", "Kundendaten Köln", "TOKENIZE", False)
    assert raised.value.to_result()["error"] == {
        "code": "refused",
        "engine": "https://engine.example.com",
        "object": "QA",
        "http_status": 409,
        "engine_message": "it exists",
    }


def test_a_lost_answer_of_a_write_that_arrived(conversation: Conversation, environments: Environments) -> None:
    """It shows late, as the engine is still at work when it is first looked at."""
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").raises(LOST)
    conversation.page("/environments", [])
    conversation.page("/environments", [QA])
    assert environments.create("QA", "Kundendaten Köln", "TOKENIZE", False).id == 2


def test_a_lost_answer_of_a_write_that_never_arrived(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("POST", "/environments").answers(500)
    for _look in range(4):
        conversation.page("/environments", [])
    with pytest.raises(AnswerLostError, match="was not sent again") as raised:
        environments.create("QA", "Kundendaten Köln", "TOKENIZE", False)
    assert raised.value.subject == "QA"


def test_a_lost_answer_of_an_engine_that_cannot_be_asked(
    conversation: Conversation, environments: Environments
) -> None:
    conversation.expect("POST", "/applications").raises(LOST)
    conversation.expect("GET", "/applications").raises(failures.ConnectionError("gone"))
    with pytest.raises(AnswerLostError, match="then it could not be asked"):
        environments.create_application("Sales")


def test_a_created_application_is_in_the_list(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    assert "Sales" not in environments.applications
    conversation.expect("POST", "/applications", json={"applicationName": "Sales"}).answers(
        200, {"applicationId": 7, "applicationName": "Sales"}
    )
    environments.create_application("Sales")
    assert environments.applications["Sales"] == 7


@pytest.mark.parametrize("status", [400, 409])
def test_an_application_that_is_there_meanwhile(
    conversation: Conversation, environments: Environments, status: int
) -> None:
    conversation.page("/applications", [])
    assert not environments.applications
    conversation.expect("POST", "/applications").answers(status, {"errorMessage": "it exists"})
    conversation.page("/applications", APPLICATIONS)
    environments.create_application("Billing")
    assert environments.applications["Billing"] == 5


def test_a_refused_application(conversation: Conversation, environments: Environments) -> None:
    conversation.expect("POST", "/applications").answers(400, {"errorMessage": "not this name"})
    conversation.page("/applications", APPLICATIONS)
    with pytest.raises(ApiError, match="not this name"):
        environments.create_application("a/b")


def test_an_update_sends_the_whole_row(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, {**DEV, "somethingNew": 1})
    conversation.expect(
        "PUT",
        "/environments/1",
        json={**DEV, "somethingNew": 1, "environmentName": "Test 1", "applicationId": 6, "isWorkflowEnabled": False},
    ).answers(200, {**DEV, "environmentName": "Test 1", "applicationId": 6, "isWorkflowEnabled": False})
    changed = environments.update(
        environments.all["DEV"], name="Test 1", application="Kundendaten Köln", workflow=False
    )
    assert changed == Environment(1, "Test 1", "Kundendaten Köln", "MASK", False)
    assert environments.all == {"Test 1": changed}


def test_an_update_to_what_is_there_sends_nothing(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    before = environments.all["DEV"]
    assert environments.update(before, name="DEV", workflow=True, application="Billing") == before


def test_an_update_that_the_engine_ignores_shows(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    conversation.expect("PUT", "/environments/1").answers(200, DEV)
    before = environments.all["DEV"]
    assert environments.update(before, application="Kundendaten Köln") == before


def test_an_update_without_a_row_is_looked_up(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    conversation.expect("PUT", "/environments/1").answers(200)
    conversation.page("/environments", [{**DEV, "isWorkflowEnabled": False}])
    assert environments.update(environments.all["DEV"], workflow=False).workflow is False
    assert environments.all["DEV"].workflow is False


def test_a_lost_update_that_arrived(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    conversation.expect("PUT", "/environments/1").raises(LOST)
    conversation.page("/environments", [{**DEV, "environmentName": "Test"}])
    assert environments.update(environments.all["DEV"], name="Test").name == "Test"
    assert list(environments.all) == ["Test"]


def test_a_deleted_environment_leaves_the_list(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV, QA)
    conversation.expect("DELETE", "/environments/1").answers(200)
    environments.delete(environments.all["DEV"])
    assert list(environments.all) == ["QA"]


def test_an_environment_that_is_gone_meanwhile(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV, QA)
    conversation.expect("DELETE", "/environments/1").answers(404, {"errorMessage": "no such"})
    conversation.page("/environments", [QA])
    environments.delete(environments.all["DEV"])
    assert list(environments.all) == ["QA"]


def test_a_refused_deletion(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    conversation.expect("DELETE", "/environments/1").answers(409, {"errorMessage": "in use"})
    conversation.page("/environments", [DEV])
    with pytest.raises(ApiError, match="in use"):
        environments.delete(environments.all["DEV"])
    assert list(environments.all) == ["DEV"]


def test_a_deleted_application_leaves_the_list(conversation: Conversation, environments: Environments) -> None:
    conversation.page("/applications", APPLICATIONS)
    conversation.expect("DELETE", "/applications/5").answers(204)
    environments.delete_application("Billing")
    assert list(environments.applications) == ["Kundendaten Köln"]


def test_an_environment_that_is_not_there(conversation: Conversation, environments: Environments) -> None:
    lists(conversation, DEV)
    with pytest.raises(NotFoundError, match=r"no environment named PROD.*Create it"):
        environments.get("PROD", "Create it.")
    assert environments.get("DEV").id == 1
