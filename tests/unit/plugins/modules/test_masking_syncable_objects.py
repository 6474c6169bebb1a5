# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_syncable_objects."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_syncable_objects import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.bundles import row
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner

LISTED = [
    row("KEY", {"keyId": "global"}),
    row("GLOBAL_OBJECT", "global"),
    row("LOOKUP", {"algorithmName": "Names"}),
    row("DOMAIN", "CUST_NAME"),
    row("DOMAIN", "BAD", "Not Syncable: depends on a mapping algorithm"),
    row("PROFILE_SET", {"id": 3}),
]
SETS = [{"profileSetId": 3, "profileSetName": "HIPAA"}]


@pytest.fixture
def listing(conversation: Conversation) -> t.Callable[..., None]:
    """Expects an engine to be listed."""

    def expect(rows: t.Sequence[dict[str, t.Any]] = tuple(LISTED), *, sets: bool = True, **query: str) -> None:
        conversation.page("/syncable-objects", list(rows), **query)
        conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
        if sets:
            conversation.page("/profile-sets", SETS)

    return expect


def names(result: dict[str, t.Any]) -> list[tuple[str, str]]:
    return [(one["type"], one["name"]) for one in result["objects"]]


@pytest.mark.parametrize("check_mode", [False, True])
def test_everything_is_listed_in_order(listing: t.Callable[..., None], run_module: Runner, check_mode: bool) -> None:
    listing()
    result = run_module(DEFINITION, check_mode=check_mode)
    assert names(result) == [
        ("DOMAIN", "BAD"),
        ("DOMAIN", "CUST_NAME"),
        ("GLOBAL_OBJECT", "global"),
        ("KEY", "global"),
        ("LOOKUP", "Names"),
        ("PROFILE_SET", "HIPAA"),
    ]
    assert result["summary"] == {"DOMAIN": 2, "GLOBAL_OBJECT": 1, "KEY": 1, "LOOKUP": 1, "PROFILE_SET": 1}
    assert result["engine"] == {"name": "https://engine.example.com", "release": "20.0.0.0"}
    assert result["changed"] is False


def test_each_object_says_what_it_is(listing: t.Callable[..., None], run_module: Runner) -> None:
    listing()
    bad, good = run_module(DEFINITION)["objects"][:2]
    assert good == {
        "type": "DOMAIN",
        "name": "CUST_NAME",
        "identifier": {"id": "CUST_NAME"},
        "syncable": True,
        "revision_hash": "1" * 40,
    }
    assert bad == {
        "type": "DOMAIN",
        "name": "BAD",
        "identifier": {"id": "BAD"},
        "syncable": False,
        "reason": "depends on a mapping algorithm",
    }


def test_one_type_is_filtered_by_the_engine(listing: t.Callable[..., None], run_module: Runner) -> None:
    listing([LISTED[1]], sets=False, object_type="GLOBAL_OBJECT")
    assert names(run_module(DEFINITION, object_types=["GLOBAL_OBJECT"])) == [("GLOBAL_OBJECT", "global")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"names": ["*_NAME", "HIPAA"]}, ["CUST_NAME", "HIPAA"]),
        ({"exclude": ["*"]}, []),
        ({"exclude": ["global", "?A?"]}, ["CUST_NAME", "Names", "HIPAA"]),
        ({"syncable": False}, ["BAD"]),
        ({"names": ["*A*"], "syncable": True}, ["CUST_NAME", "HIPAA"]),
    ],
    ids=str,
)
def test_what_is_listed_can_be_narrowed(
    listing: t.Callable[..., None], run_module: Runner, options: dict[str, t.Any], expected: list[str]
) -> None:
    listing()
    result = run_module(DEFINITION, **options)
    assert [one["name"] for one in result["objects"]] == expected
    assert sum(result["summary"].values()) == len(expected)


def test_a_summary_alone(listing: t.Callable[..., None], run_module: Runner) -> None:
    listing()
    result = run_module(DEFINITION, summary_only=True)
    assert "objects" not in result
    assert result["summary"]["DOMAIN"] == 2


def test_an_object_without_a_name_is_listed_as_such(listing: t.Callable[..., None], run_module: Runner) -> None:
    listing([row("PROFILE_SET", {"id": 4})])
    result = run_module(DEFINITION)
    assert names(result) == [("PROFILE_SET", None)]
    assert result["objects"][0]["identifier"] == {"id": 4}


@pytest.mark.parametrize(
    ("environments", "expected"),
    [(None, ["QA", "DEV"]), (["Q*"], ["QA"]), (["QA", "DEV"], ["QA", "DEV"]), (["X*"], [])],
)
def test_objects_inside_environments(
    conversation: Conversation,
    listing: t.Callable[..., None],
    run_module: Runner,
    environments: list[str] | None,
    expected: list[str],
) -> None:
    connectors = [
        {"databaseConnectorId": number, "connectorName": "oracle", "environmentId": number} for number in (1, 2)
    ]
    listing([row("DATABASE_CONNECTOR", {"id": number}) for number in (1, 2)], sets=False)
    conversation.page("/database-connectors", connectors)
    conversation.page(
        "/environments",
        [{"environmentId": 1, "environmentName": "QA"}, {"environmentId": 2, "environmentName": "DEV"}],
    )
    result = run_module(DEFINITION, environments=environments)
    assert sorted(one["environment"] for one in result["objects"]) == sorted(expected)
    assert {one["name"] for one in result["objects"]} <= {"oracle"}


@pytest.mark.parametrize(
    ("types", "expected"),
    [(["ENVIRONMENT", "DOMAIN"], [("ENVIRONMENT", "QA")]), (["DOMAIN"], []), (None, [])],
)
def test_environments_and_what_is_not_inside_them(
    conversation: Conversation,
    listing: t.Callable[..., None],
    run_module: Runner,
    types: list[str] | None,
    expected: list[tuple[str, str]],
) -> None:
    listing([*(row("ENVIRONMENT", {"id": number}) for number in (1, 2)), row("DOMAIN", {"id": "QA"})], sets=False)
    conversation.page(
        "/environments",
        [{"environmentId": 1, "environmentName": "QA"}, {"environmentId": 2, "environmentName": "DEV"}],
    )
    assert names(run_module(DEFINITION, object_types=types, environments=["QA"])) == expected


def test_a_name_that_nobody_bears(listing: t.Callable[..., None], run_module: Runner) -> None:
    listing()
    result = run_module(DEFINITION, names=["MISSING"])
    assert result["error"]["code"] == "not_found"
    assert result["error"]["object"] == "MISSING"


@pytest.mark.parametrize("kind", ["domain", "DOMAIN_REFERENCE"])
def test_a_type_that_is_none(conversation: Conversation, run_module: Runner, kind: str) -> None:
    result = run_module(DEFINITION, object_types=[kind])
    assert result["error"]["code"] == "invalid_option"
    assert not conversation.seen
