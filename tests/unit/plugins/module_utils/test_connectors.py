# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connectors found inside environments."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._connectors import (
    Connectors,
    Credential,
    with_credential,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError
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

ENVIRONMENTS = [{"environmentId": 3, "environmentName": "QA"}, {"environmentId": 4, "environmentName": "DEV"}]
ORACLE = {"databaseConnectorId": 7, "connectorName": "oracle", "environmentId": 3}
SHARE = {"fileConnectorId": 7, "connectorName": "oracle", "environmentId": 4, "connectionInfo": {"password": "***"}}


@pytest.fixture
def engine(clock: FakeClock) -> Engine:
    transport = Transport(Conversation.base, TransportOptions(retries=0), clock=clock)
    return Engine(Session(transport, Credentials(token="given"), warn=lambda _text: None))


def test_all_connectors_of_some_environments_from_one_reading(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/database-connectors", [ORACLE])
    conversation.page("/file-connectors", [SHARE])
    conversation.page("/mainframe-dataset-connectors", [])
    connectors = Connectors(engine, whole=True)
    found = {name: connectors.inside(name) for name in ("QA", "DEV")}
    assert [one.label for one in found["QA"]] == ["database connector oracle in QA"]
    assert [one.label for one in found["DEV"]] == ["file connector oracle in DEV"]
    assert [one.path for one in found["QA"] + found["DEV"]] == ["/database-connectors/7", "/file-connectors/7"]
    assert connectors.find("DEV", "oracle") == found["DEV"][0]


def test_an_environment_that_is_not_there(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    with pytest.raises(NotFoundError, match="PROD"):
        Connectors(engine).inside("PROD")


def test_credentials_are_not_shown_by_their_objects() -> None:
    assert "hidden" not in repr(Credential(password="hidden"))


def test_a_row_is_not_changed_by_giving_it_a_credential(conversation: Conversation, engine: Engine) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/file-connectors", [SHARE], environment_id=4)
    connector = Connectors(engine).find("DEV", "oracle", "file")
    made = with_credential(connector, Credential(password="new"))
    assert made["connectionInfo"] == {"password": "new"}
    assert connector.row["connectionInfo"] == {}
