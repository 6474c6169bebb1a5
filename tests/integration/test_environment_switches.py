# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract leaves open about environments: a sync of everything copes whichever way an engine behaves.

Every case is a pair of engines with switches set the other way. All are synced twice, then changed on both
sides, and synced twice again.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.holdings import Holdings, Key, differences, moved
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
DEV, TEST, PAYROLL_COPY, COLOGNE = "Shop Dev", "Shop Test", "Payroll Prod Copy", "Kundendaten Köln"
HOST, NEW_HOST, PASSWORD = "crm.dev.example.com", "crm2.dev.example.com", "only-on-the-target-1"
# What cannot be exported where all that an export carries must have different names: its ruleset, its connector, or
# the credential path of that are named alike.
NAMESAKES = {
    Key(CONNECTOR, TEST, "warehouse"),
    Key(RULESET, TEST, "warehouse orders"),
    Key(JOB, TEST, "mask warehouse"),
    Key(RULESET, COLOGNE, "顧客"),
    Key("TOKENIZATION_JOB", COLOGNE, "顧客"),
    Key("PROFILE_JOB", COLOGNE, "Felder suchen"),
}
RUNS = ("first", "second", "third", "fourth")


@dataclasses.dataclass(frozen=True)
class Case:
    """Switches of both engines, what the target holds at first, and options of the sync."""

    switches: dict[str, str | int]
    data: str = "demo"
    options: Row = dataclasses.field(default_factory=dict)


CASES = {
    "other answers": Case(
        {
            "list_order": "name",
            "result_order": "dependency",
            "default_page_size": 7,
            "max_page_size": 50,
            "page_range_status": 404,
            "post_success_status": 201,
            "download_status": 201,
            "reference_imported_identifier": "omitted",
            "stale_hash": "refused",
            "mainframe_connector_id": "mainframe-datasetConnectorId",
            "name_case": "insensitive",
            "structure_default": "ZIP",
            "export_problem_status": 404,
            "environment_problem_status": 404,
            "superfluous_source_environment": "refused",
            "mapping_algorithms": "syncable",
        }
    ),
    "identifiers are numbers": Case(
        {
            "identifier_shape": "integer",
            "reference_hash": "own",
            "unsyncable_in_environment": "left_out",
            "environment_id_for_global": "ignored",
        },
        "empty",
    ),
    "names of a kind": Case({"repointed_job": "keeps_hash", "same_name_scope": "kind"}),
    "names of a side": Case(
        {
            "identical_job_source": "repointed",
            "same_name_scope": "side",
            "same_connector_twice": "refused",
            "purpose_mismatch": "refused",
        }
    ),
    "connectors have hashes of their own": Case({"connector_hash": "own"}),
    "credentials are saves, sync requests": Case({"credential_save": "moves_hash"}, options={"method": "sync"}),
    "rulesets are merged": Case({"ruleset_overwrite": "merged"}),
    "names of all types": Case({"same_name_scope": "all", "export_problem_status": 409}),
    "vaults cannot be exported": Case({"new_types_requestable": "no"}, "empty"),
    "formats need an environment, vaults stay": Case(
        {"formats_need_environment": "yes", "vault_reference": "local"}, "empty"
    ),
}


def change_source(keeper: Keeper) -> None:
    keeper.save(CONNECTOR, DEV, "crm db", host=NEW_HOST)
    keeper.save(JOB, DEV, "mask orders", maxMemory=4096)
    keeper.drop_table(DEV, "orders", "RETURNS")
    keeper.read_from(DEV, "copy customers", PAYROLL_COPY, "staff production")
    # from the connector that it writes to
    keeper.read_from(DEV, "mask order files", DEV, "shop exports", "FILE_CONNECTOR")


def change_target(keeper: Keeper) -> None:
    for host in (HOST, NEW_HOST):
        keeper.account(host, "MASKER", PASSWORD)
    keeper.save(CONNECTOR, DEV, "crm db", password=PASSWORD)


@dataclasses.dataclass
class Outcome:
    """The engines, the runs, and what the engines held after each."""

    pairs: dict[str, Pair]
    runs: dict[str, Run]
    source: dict[str, dict[str, Holdings]]
    target: dict[str, dict[str, Holdings]]


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    for name, case in CASES.items():
        source, target = (shared_lab.start(data=data, switches=case.switches) for data in ("environments", case.data))
        pairs[name] = Pair(source, target, {"object_types": ["all"], "create_environments": True, **case.options})
    found = Outcome(pairs, {}, {}, {})
    for run in RUNS:
        if run == "third":
            for pair in pairs.values():
                change_source(Keeper(pair.source))
                change_target(Keeper(pair.target))
        found.runs[run] = run_pairs(ansible, pairs)
        found.source[run] = {name: Holdings(pair.source) for name, pair in pairs.items()}
        found.target[run] = {name: Holdings(pair.target) for name, pair in pairs.items()}
    return found


@pytest.mark.parametrize("run", ["first", "third"])
@pytest.mark.parametrize("name", CASES)
def test_a_sync_ends_in_sync(outcome: Outcome, name: str, run: str) -> None:
    result = outcome.runs[run].of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    unlike = never_equal(outcome, name, run)
    if unlike:
        assert {Key(row["type"], row["environment"], row["name"]) for row in result.data["unverified"]} == unlike
        assert any("do not have the source's hash" in text for text in result.data["warnings"])
    else:
        refused = NAMESAKES if name == "names of all types" else set()
        rows = result.data["applied"]["refused"]
        assert {Key(row["type"], row["environment"], row["name"]) for row in rows} == refused
        assert all("named" in row["reason"] for row in rows)
        assert result.data["unverified"] == []
        source = outcome.source[run][name]
        assert differences(source, outcome.target[run][name], only=source.objects.keys() - refused) == []


@pytest.mark.parametrize("run", ["second", "fourth"])
@pytest.mark.parametrize("name", CASES)
def test_the_next_sync_changes_nothing(outcome: Outcome, name: str, run: str) -> None:
    result = outcome.runs[run].of(name)
    assert not result.failed, result.data["msg"]
    before, after = outcome.target[RUNS[RUNS.index(run) - 1]][name], outcome.target[run][name]
    assert result.data["changed"] is bool(moved(before, after))
    assert moved(before, after) == set()
    # What never is equal is sent each time.
    assert bool(result.data["applied"]["imports"]) is bool(never_equal(outcome, name, run))


def never_equal(outcome: Outcome, name: str, run: str) -> set[Key]:
    """What cannot be proved to be equal on these engines."""
    source = outcome.source[run][name]
    if name == "connectors have hashes of their own":
        return set(source.objects)
    if name == "rulesets are merged" and run in ("third", "fourth"):
        # The table that the source has dropped stays on the target, and no import takes it away.
        orders = Key(RULESET, DEV, "orders")
        jobs = {key for key in source.objects if key.type.endswith("_JOB")}
        return {orders, *(job for job in jobs if source.ruleset_of(job) == orders)}
    return set()


@pytest.mark.parametrize("name", CASES)
def test_contents_are_the_same_whatever_hashes_say(outcome: Outcome, name: str) -> None:
    source, target = Keeper(outcome.pairs[name].source), Keeper(outcome.pairs[name].target)
    assert target.row(CONNECTOR, DEV, "crm db")["host"] == NEW_HOST
    assert target.row(JOB, DEV, "mask orders")["maxMemory"] == 4096
    kept = {"RETURNS"} if name == "rulesets are merged" else set()
    assert target.tables(DEV, "orders").keys() - kept == source.tables(DEV, "orders").keys()
    ours, theirs = outcome.source["fourth"][name].sources(), outcome.target["fourth"][name].sources()
    assert theirs == ours
    assert theirs[Key(JOB, DEV, "copy customers")].environment == PAYROLL_COPY
    assert outcome.target["fourth"][name].environments.keys() >= outcome.source["fourth"][name].environments.keys()
    assert target.connects(DEV, "crm db"), "the password has stayed"
