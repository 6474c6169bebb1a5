# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connectors are to be looked at after a sync."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._due import connectors_due

Row = dict[str, t.Any]


def connector(name: str, kind: str = "database", environment: str = "Payments") -> Row:
    return {"environment": environment, "name": name, "type": kind}


def wish(name: str, environment: str = "Payments", **more: t.Any) -> Row:
    return {"environment": environment, "name": name, "password": "pw", **more}


def done(*connectors: Row) -> Row:
    """A result of masking_sync that moved something."""
    return {"applied": {}, "plan": {}, "connectors": [{**row, "created": True} for row in connectors]}


def planned(row: Row, *, new: bool) -> Row:
    """A result of masking_sync in check mode."""
    return {"plan": {}, "connectors": [{**row, "created": new}]}


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (wish("a"), True),
        (wish("a", type=None), True),
        (wish("a", type="database"), True),
        (wish("a", type="file"), False),
        (wish("a", environment="Orders"), False),
        (wish("b"), False),
    ],
)
def test_a_connector_is_not_looked_at_twice(entry: Row, covered: bool) -> None:
    due = connectors_due(done(connector("a")), [entry], touched=True)
    assert due == ([entry] if covered else [entry, connector("a")])


@pytest.mark.parametrize(
    ("entry", "left_out"),
    [
        (wish("a"), True),
        (wish("a", type="file"), True),
        (wish("a", type="database"), False),
        (wish("a", environment="Payments"), True),
        (wish("a", environment="Orders"), False),
    ],
)
def test_what_is_only_planned_cannot_be_looked_at(entry: Row, left_out: bool) -> None:
    looked = planned(connector("a", "file"), new=True)
    assert connectors_due(looked, [entry], touched=True) == ([] if left_out else [entry])


def test_what_would_be_updated_is_there_to_be_looked_at() -> None:
    looked = planned(connector("a"), new=False)
    assert connectors_due(looked, [wish("a")], touched=True) == [wish("a")]
    assert connectors_due(looked, [], touched=True) == [connector("a")]
    assert connectors_due(looked, [], touched=False) == []


def test_the_user_s_list_stays_as_it_is() -> None:
    given = [wish("a")]
    due = connectors_due(done(), given, touched=True)
    due[0]["password"] = "other"
    assert given == [wish("a")]
