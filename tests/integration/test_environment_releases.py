# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything of an engine onto another one, by release and across releases: once, again, and after a change.

Engines of 6.0.1 know neither the type ENVIRONMENT nor mainframe types, those of 6.0.17 no vaults, those before 20 do
one thing at a time. Hashes of different releases do not compare, so receipts remember them.
"""

from __future__ import annotations

import dataclasses

import pytest
from harness.holdings import Holdings, content, differences, moved
from harness.keeper import CONNECTOR, Keeper
from harness.lab import Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

DEV = "Shop Dev"
# release of the source, release of the target
SAME = {name: (name, name) for name in ("6.0.1.0", "6.0.17.0", "19.0.0.0", "2026.1.0.0")}
ACROSS = {
    f"{older} to {newer}": (older, newer) for older, newer in (("6.0.1.0", "19.0.0.0"), ("2025.2.0.0", "2026.1.0.0"))
}
NO_RECEIPTS = "6.0.17.0 to 10.0.0.0, without receipts"
CASES = {**SAME, **ACROSS, NO_RECEIPTS: ("6.0.17.0", "10.0.0.0")}
RUNS = ("first", "second", "third", "fourth")


@dataclasses.dataclass
class Outcome:
    """The engines, the runs, and what the engines held after each."""

    pairs: dict[str, Pair]
    runs: dict[str, Run]
    source: dict[str, dict[str, Holdings]]
    target: dict[str, dict[str, Holdings]]


def change(keeper: Keeper) -> None:
    keeper.save(CONNECTOR, DEV, "crm db", host="crm2.dev.example.com")
    keeper.drop_table(DEV, "orders", "RETURNS")


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    for name, (older, newer) in CASES.items():
        source = shared_lab.start(data="environments", release=older)
        options: dict[str, object] = {"object_types": ["all"], "create_environments": True}
        if name in ACROSS:
            options["receipts_dir"] = str(shared_lab.folder / "receipts")
        # Some hold the source's engine-wide objects already, so that there is less to do.
        data = "demo" if name in ("6.0.17.0", "19.0.0.0") else "empty"
        pairs[name] = Pair(source, shared_lab.start(data=data, release=newer), options)
    found = Outcome(pairs, {}, {}, {})
    for run in RUNS:
        if run == "third":
            for pair in pairs.values():
                change(Keeper(pair.source))
        found.runs[run] = run_pairs(ansible, pairs)
        found.source[run] = {name: Holdings(pair.source) for name, pair in pairs.items()}
        found.target[run] = {name: Holdings(pair.target) for name, pair in pairs.items()}
    return found


@pytest.mark.parametrize("run", ["first", "third"])
@pytest.mark.parametrize("name", CASES)
def test_everything_is_there(outcome: Outcome, name: str, run: str) -> None:
    result, source, target = outcome.runs[run].of(name), outcome.source[run][name], outcome.target[run][name]
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    assert result.data["plan"]["blocked"] == result.data["unverified"] == []
    if name in SAME:
        assert differences(source, target) == []
        assert source.engine_wide <= target.engine_wide
    else:
        assert target.objects.keys() == source.objects.keys()
        jobs = [key for key in source.objects if key.type.endswith("_JOB")]
        assert {job: content(target.objects[job]) for job in jobs} == {
            job: content(source.objects[job]) for job in jobs
        }
    assert target.sources() == source.sources()
    assert source.applications().items() <= target.applications().items()


@pytest.mark.parametrize("run", ["second", "fourth"])
@pytest.mark.parametrize("name", CASES)
def test_the_next_run_changes_nothing(outcome: Outcome, name: str, run: str) -> None:
    result = outcome.runs[run].of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is False
    assert moved(outcome.target[RUNS[RUNS.index(run) - 1]][name], outcome.target[run][name]) == set()
    # Without receipts nothing but an import can tell.
    assert bool(result.data["applied"]["imports"]) is (name == NO_RECEIPTS)


@pytest.mark.parametrize("name", CASES)
def test_what_has_changed_on_the_source_changes_on_the_target(outcome: Outcome, name: str) -> None:
    source, target = Keeper(outcome.pairs[name].source), Keeper(outcome.pairs[name].target)
    changed = moved(outcome.source["second"][name], outcome.source["third"][name])
    assert len(changed) > 5
    assert moved(outcome.target["second"][name], outcome.target["third"][name]) == changed
    assert target.row(CONNECTOR, DEV, "crm db")["host"] == "crm2.dev.example.com"
    for ruleset in ("customers", "orders"):
        assert target.tables(DEV, ruleset) == source.tables(DEV, ruleset)


def test_releases_have_what_they_are_here_for(outcome: Outcome) -> None:
    types = {
        name: {row["objectType"] for row in pair.source.person.syncable()}
        for name, pair in outcome.pairs.items()
        if name in SAME
    }
    assert "ENVIRONMENT" not in types["6.0.1.0"]
    assert "DATASET_RULESET" not in types["6.0.1.0"]
    assert {"ENVIRONMENT", "DATASET_RULESET"} <= types["6.0.17.0"]
    assert "CREDENTIAL_PATH" not in types["19.0.0.0"]
    assert "CREDENTIAL_PATH" in types["2026.1.0.0"]


def test_an_engine_that_does_one_thing_at_a_time_refuses_nothing(outcome: Outcome) -> None:
    target = outcome.pairs["19.0.0.0"].target
    imports = [request.status for request in target.requests() if request.path == "/import-async"]
    assert len(imports) > 10
    assert set(imports) == {200}


def test_one_environment_where_there_is_no_type_for_it(ansible: Ansible, lab: Lab) -> None:
    source, target = lab.start(data="environments", release="6.0.1.0"), lab.start(data="demo", release="6.0.1.0")
    options = {"object_types": ["ENVIRONMENT"], "environments": ["Shop Test"], "create_environments": True}
    pair = {"one": Pair(source, target, options)}
    assert run_pairs(ansible, pair).of("one").data["changed"] is True
    ours, theirs = Holdings(source), Holdings(target)
    assert theirs.objects.keys() == {key for key in ours.objects if key.environment == "Shop Test"}
    assert differences(ours, theirs, only=theirs.objects) == []
    assert run_pairs(ansible, pair).of("one").data["changed"] is False
