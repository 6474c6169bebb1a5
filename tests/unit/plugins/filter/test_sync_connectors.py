# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter that tells which connectors to look at after a sync."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.maskops.delphix.plugins.filter.sync_connectors import FilterModule

sync_connectors = FilterModule().filters()["sync_connectors"]
CONNECTOR = {"environment": "Payments", "name": "cards", "type": "database"}
RESULT: dict[str, t.Any] = {"applied": {}, "connectors": [{**CONNECTOR, "created": True}]}
WISH = {"environment": "Payments", "name": "orders", "password": "quite-secret"}


def test_touched_connectors_are_meant_unless_told_otherwise() -> None:
    assert sync_connectors(RESULT) == [CONNECTOR]
    assert sync_connectors(RESULT, [WISH]) == [WISH, CONNECTOR]
    assert sync_connectors(RESULT, [WISH], touched=False) == [WISH]


@pytest.mark.parametrize("result", [None, [], "text"])
def test_what_is_no_result(result: t.Any) -> None:
    with pytest.raises(AnsibleFilterError):
        sync_connectors(result)


@pytest.mark.parametrize("credentials", ["quite-secret", {"password": "quite-secret"}, ["quite-secret"]])
def test_what_is_no_list_of_credentials_is_not_shown(credentials: t.Any) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        sync_connectors(RESULT, credentials)
    assert "quite-secret" not in str(refused.value)
