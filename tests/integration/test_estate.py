# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole estate onto an empty engine: everything arrives where it was, and a second run finds nothing to do.

The estate is 40 environments, 300 connectors, 300 rulesets of 20,000 columns and 400 jobs of all kinds.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.holdings import LISTS, Holdings, differences, saved_when_synced
from harness.lab import Lab, Request
from harness.playbook import Ansible
from harness.tasks import HERE, INVENTORY, between, play, task

Row = dict[str, t.Any]
# what is done, in this order
LOOK, DO, AGAIN = "look", "do", "again"


@dataclasses.dataclass
class Outcome:
    """What both engines held at the end, and the result and the requests of each run."""

    source: Holdings
    target: Holdings
    source_untouched: bool
    results: dict[str, Row]
    requests: dict[str, list[list[Request]]]

    def writes(self, run: str) -> list[Request]:
        """What a run has sent to either engine that could have changed something."""
        return [request for requests in self.requests[run] for request in requests if request.writes]


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    source, target = shared_lab.start("dev", "estate"), shared_lab.start("qa")
    before = source.state()
    options = between(source, target, object_types=["all"], create_environments=True)
    results, requests = {}, {}
    for name in (LOOK, DO, AGAIN):
        for engine in (source, target):
            engine.forget()
        sync = task(name, "masking_sync", options, check_mode=name == LOOK)
        results[name] = ansible.run(play(sync), INVENTORY).result(HERE, name).data
        requests[name] = [engine.requests() for engine in (source, target)]
    return Outcome(Holdings(source), Holdings(target), source.state() == before, results, requests)


def test_everything_is_there_and_equal(outcome: Outcome) -> None:
    assert not outcome.results[DO].get("failed"), outcome.results[DO]["msg"]
    assert differences(outcome.source, outcome.target) == []
    assert outcome.source.engine_wide <= outcome.target.engine_wide
    assert outcome.results[DO]["unverified"] == []
    assert outcome.source_untouched
    # The estate has what makes it hard: jobs that no import alone brings, and all types of objects.
    assert saved_when_synced(outcome.source)
    assert {key.type for key in outcome.source.objects} == LISTS.keys()


def test_environments_are_what_they_were(outcome: Outcome) -> None:
    assert outcome.target.environments.keys() == outcome.source.environments.keys()
    for name, mine in outcome.source.environments.items():
        theirs = outcome.target.environments[name]
        assert (theirs["purpose"], theirs["isWorkflowEnabled"]) == (mine["purpose"], mine["isWorkflowEnabled"])
    assert outcome.target.applications() == outcome.source.applications()


def test_no_number_means_the_same_on_both_engines(outcome: Outcome) -> None:
    for key, mine in outcome.source.objects.items():
        assert outcome.target.objects[key].number != mine.number, key
    for name, row in outcome.source.environments.items():
        assert outcome.target.environments[name]["environmentId"] != row["environmentId"], name


def test_the_look_ahead_says_what_is_done_then(outcome: Outcome) -> None:
    looked, done = outcome.results[LOOK], outcome.results[DO]
    assert looked["changed"] is done["changed"] is True
    assert looked["plan"] == done["plan"]
    assert outcome.writes(LOOK) == []
    assert len(looked["plan"]["new_environments"]) == len(outcome.source.environments) == 40
    planned = {
        (row["type"], row["environment"], row["name"]) for row in looked["plan"]["to_create"] if "environment" in row
    }
    assert planned == set(outcome.source.objects)
    assert looked["plan"]["blocked"] == []


def test_the_second_run_reads_and_nothing_else(outcome: Outcome) -> None:
    result = outcome.results[AGAIN]
    assert result["changed"] is False
    assert result["plan"]["summary"]["in_sync"] >= len(outcome.source.objects) + len(outcome.source.engine_wide)
    assert outcome.writes(AGAIN) == []
    for requests in outcome.requests[AGAIN]:
        asked = [(request.method, request.path, request.query) for request in requests]
        assert len(set(asked)) == len(asked), "a list was read twice"
        assert len(asked) < 20
