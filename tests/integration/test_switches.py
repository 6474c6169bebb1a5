# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract leaves open: a full sync ends in sync whichever way an engine behaves.

Every case is a host whose engines have their switches set the other way. All are run twice at once.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import missing_on
from harness.lab import NEW_RELEASE, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

OLD = "6.0.17.0"
Switches = dict[str, str | int]
# switches of both engines, their release, options of the sync
CASES: dict[str, tuple[Switches, str, dict[str, t.Any]]] = {
    "statuses as documented": (
        {"post_success_status": 201, "download_status": 201, "purge_status": 204, "logout_status": 200},
        NEW_RELEASE,
        {"purge": True},
    ),
    "the same with sync requests": (
        {"post_success_status": 201, "system_information_auth": "none"},
        NEW_RELEASE,
        {"method": "sync"},
    ),
    "small pages": (
        {
            "default_page_size": 7,
            "max_page_size": 50,
            "page_range_status": 404,
            "list_order": "name",
            "result_order": "dependency",
        },
        NEW_RELEASE,
        {},
    ),
    "large pages are refused": (
        {"max_page_size": 100, "max_page_size_policy": "refuse", "token_sliding": "no"},
        NEW_RELEASE,
        {},
    ),
    "identifiers are numbers": ({"identifier_shape": "integer"}, NEW_RELEASE, {}),
    "identifiers are numbers, old": ({"identifier_shape": "integer"}, OLD, {}),
    "references and names": (
        {
            "reference_hash": "own",
            "reference_imported_identifier": "omitted",
            "name_case": "insensitive",
            "mapping_algorithms": "syncable",
            "stale_hash": "refused",
        },
        NEW_RELEASE,
        {},
    ),
    "ZIP by default": ({"structure_default": "ZIP", "encryption": "3des"}, NEW_RELEASE, {"passphrase": "any"}),
    "strict imports": (
        {
            "identical_without_force": "fail",
            "failed_import_document": "missing",
            "rolled_back_status": "SUCCESS",
            "unattempted_status": "omitted",
            "environment_id_for_global": "ignored",
        },
        NEW_RELEASE,
        {},
    ),
    "slow tasks": (
        {
            "task_wait_seconds": 1,
            "task_run_seconds": 1,
            "refuse_import": "submit",
            "unfinished_download_status": 400,
            "import_while_jobs_run": "refused",
        },
        NEW_RELEASE,
        {},
    ),
    "old": ({}, OLD, {}),
    "oldest, with sync requests, encrypted": ({}, "6.0.0.0", {"method": "sync", "passphrase": "any"}),
    "newest": ({}, "2026.1.0.0", {}),
}


@dataclasses.dataclass
class Outcome:
    """The engines and both runs."""

    pairs: dict[str, Pair]
    first: Run
    second: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    for name, (switches, release, options) in CASES.items():
        source, target = (shared_lab.start(data=data, release=release, switches=switches) for data in ("demo", "empty"))
        secret = {key: shared_lab.secrets.new(key) for key in options if key == "passphrase"}
        pairs[name] = Pair(source, target, {**options, **secret})
    return Outcome(pairs, run_pairs(ansible, pairs), run_pairs(ansible, pairs))


@pytest.mark.parametrize("name", CASES)
def test_a_sync_ends_in_sync(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.first.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    # No list tells the names of plugins, so that numbers leave them nameless; they come along where they are needed.
    nameless = {"ALGORITHM_PLUGIN", "DRIVER_SUPPORT_PLUGIN"} if "numbers" in name else set()
    assert {row["type"] for row in result.data["plan"]["blocked"]} == nameless
    assert result.data["unverified"] == []
    assert missing_on(target, source) == set()


@pytest.mark.parametrize("name", CASES)
def test_the_second_sync_changes_nothing(outcome: Outcome, name: str) -> None:
    result = outcome.second.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is False
    assert result.data["applied"]["imports"] == 0
