# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications and environments made, changed and removed by name, through both front doors.

What is to change is looked at in check mode, done, done again and looked at again.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Run
from harness.tasks import HERE, INVENTORY, at, play, task

Row = dict[str, t.Any]
LOOK: Row = {"check_mode": True, "diff": True}
ENVIRONMENT, APPLICATION = "masking_environment", "masking_application"
TIMES = ("look", "do", "again", "look again")
NAME = "Kundendaten Köln"
PATHS = ("applications", "environments")
#: what is done, in this order
STEPS: dict[str, tuple[str, Row]] = {
    "application": (APPLICATION, {"name": "Vertrieb Köln"}),
    "environment": (ENVIRONMENT, {"name": NAME, "application": "Vertrieb Köln", "workflow": True}),
    "environment with its application": (
        ENVIRONMENT,
        {"name": "tokens", "application": "顧客", "create_application": True, "purpose": "TOKENIZE"},
    ),
    "workflow": (ENVIRONMENT, {"name": NAME, "workflow": False}),
    "rename": (ENVIRONMENT, {"name": NAME, "new_name": "Kunden 2"}),
    "rename back and move": (ENVIRONMENT, {"name": "Kunden 2", "new_name": NAME, "application": "顧客"}),
    "removal by force": (ENVIRONMENT, {"name": "full one", "state": "absent", "force": True}),
    "removal of an empty one": (ENVIRONMENT, {"name": "tokens", "state": "absent"}),
    "removal of an application": (APPLICATION, {"name": "Vertrieb Köln", "state": "absent"}),
}
#: what fails, at the end, when the engine has the environment NAME in application 顧客
REFUSED: dict[str, tuple[str, Row, str, str]] = {
    "another purpose": (ENVIRONMENT, {"name": NAME, "purpose": "TOKENIZE"}, "invalid_option", "has the purpose MASK"),
    "no application given": (ENVIRONMENT, {"name": "new"}, "invalid_option", "'application' is missing"),
    "no such application": (ENVIRONMENT, {"name": "new", "application": "none"}, "not_found", "create_application"),
    "nothing to rename": (ENVIRONMENT, {"name": "none", "new_name": "new"}, "not_found", "none"),
    "a name that is taken": (ENVIRONMENT, {"name": NAME, "new_name": "shop-dev"}, "ambiguous", "shop-dev"),
    "an environment with contents": (
        ENVIRONMENT,
        {"name": "kept", "state": "absent"},
        "in_use",
        "1 connector, 1 ruleset, 1 job",
    ),
    "an application with environments": (APPLICATION, {"name": "顧客", "state": "absent"}, "in_use", NAME),
}


@dataclasses.dataclass
class Story:
    """One door's run on an engine of its own."""

    run: Run
    engine: Engine

    def data(self, name: str) -> Row:
        """The result of a task that went well."""
        result = self.run.result(HERE, name)
        assert not result.failed, result.data["msg"]
        return result.data


def fill(engine: Engine, environment: str) -> int:
    """Make an environment with a connector, a ruleset and a job; returns the connector's number."""
    person = engine.person
    person.create_environment(environment)
    rows = person.call("GET", "/environments").json()["responseList"]
    (number,) = [row["environmentId"] for row in rows if row["environmentName"] == environment]
    connector = {
        "connectorName": "crm",
        "databaseType": "ORACLE",
        "environmentId": number,
        "host": "db.example.com",
        "port": 1521,
        "sid": "CRM",
        "username": "masker",
        "password": "no matter",
    }
    made = person.call("POST", "/database-connectors", json=connector).json()["databaseConnectorId"]
    ruleset = {"rulesetName": "customers", "databaseConnectorId": made}
    rules = person.call("POST", "/database-rulesets", json=ruleset).json()["databaseRulesetId"]
    person.call("POST", "/masking-jobs", json={"jobName": f"mask {environment}", "rulesetId": rules})
    return int(made)


def tell(ansible: Ansible, engine: Engine, steps: t.Iterable[str], keywords: Row) -> Story:
    """Do the steps four times each, then what fails in both modes."""
    for name in ("full one", "kept", "shop-dev"):
        if name == "shop-dev":
            engine.person.create_environment(name)
        else:
            fill(engine, name)
    tasks = []
    for step in steps:
        module, options = STEPS[step]
        for time in TIMES:
            mode = LOOK if "look" in time else {"diff": True}
            tasks.append(task(f"{step}, {time}", module, at(engine, **options), **mode, **keywords))
    for name, (module, options, _code, _text) in REFUSED.items():
        tasks.append(task(name, module, at(engine, **options), **keywords))
        tasks.append(task(f"{name}, look", module, at(engine, **options), **LOOK, **keywords))
    engine.forget()
    return Story(ansible.run(play(*tasks), INVENTORY), engine)


@pytest.fixture(scope="module", params=[{}, {"environment": {"DOOR": "module"}}], ids=["inside", "module"])
def story(request: pytest.FixtureRequest, ansible: Ansible, shared_lab: Lab) -> Story:
    """All steps on a new engine."""
    return tell(ansible, shared_lab.start(), STEPS, request.param)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_done_once(story: Story, step: str) -> None:
    results = [story.data(f"{step}, {time}") for time in TIMES]
    assert [result["changed"] for result in results] == [True, True, False, False]
    looked, done = results[:2]
    assert looked["diff"] == done["diff"]
    assert looked["diff"]["before"] != looked["diff"]["after"]
    for unchanged in results[2:]:
        assert unchanged["diff"]["before"] == unchanged["diff"]["after"]


def test_nothing_is_written_that_does_not_change_anything(story: Story) -> None:
    """Each step writes once, and the one that makes its application twice."""
    sent = [f"{request.method} {request.path.rstrip('0123456789')}" for request in story.engine.writes()]
    assert sent == [
        "POST /applications",
        "POST /environments",
        "POST /applications",
        "POST /environments",
        "PUT /environments/",
        "PUT /environments/",
        "PUT /environments/",
        "DELETE /environments/",
        "DELETE /environments/",
        "DELETE /applications/",
    ]


def test_results_name_what_was_made(story: Story) -> None:
    made = story.data("environment, do")["environment"]
    assert made["id"] > 0
    shown = {"name": NAME, "application": "Vertrieb Köln", "purpose": "MASK", "workflow": True}
    assert made == {"id": made["id"], **shown}
    assert story.data("environment, look")["environment"] == {"id": None, **shown}
    assert story.data("environment, again")["environment"] == made
    assert story.data("environment with its application, do")["application_created"] is True
    assert story.data("application, do")["application"]["id"] > 0
    moved = story.data("rename back and move, do")["environment"]
    assert moved == {**made, "application": "顧客", "workflow": False}


def test_a_removal_tells_what_goes_with_it(story: Story) -> None:
    contents = {"connectors": 1, "rulesets": 1, "jobs": 1}
    for time in ("look", "do"):
        assert story.data(f"removal by force, {time}")["contents"] == contents
        assert "jobs: 1\n" in story.data(f"removal by force, {time}")["diff"]["before"]
    assert "contents" not in story.data("removal by force, again")


def test_the_engine_is_as_was_told(story: Story) -> None:
    person = story.engine.person
    rows = person.call("GET", "/environments").json()["responseList"]
    assert {row["environmentName"] for row in rows} == {NAME, "kept", "shop-dev"}
    (left,) = person.call("GET", "/masking-jobs").json()["responseList"]
    assert left["jobName"] == "mask kept"
    applications = person.call("GET", "/applications").json()["responseList"]
    assert {row["applicationName"] for row in applications} == {"顧客", "full one", "kept", "shop-dev"}


@pytest.mark.parametrize("mode", ["", ", look"], ids=["do", "look"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_reason(story: Story, name: str, mode: str) -> None:
    _module, _options, code, text = REFUSED[name]
    result = story.run.result(HERE, name + mode)
    assert result.failed
    assert result.data["error"]["code"] == code
    assert text in result.data["msg"]
    assert story.engine.url in result.data["msg"]
    assert result.data["changed"] is False


@pytest.mark.parametrize("arrives", [True, False])
def test_a_lost_answer_is_never_sent_again(ansible: Ansible, lab: Lab, arrives: bool) -> None:
    engine = lab.start()
    kind = {"kind": "lost_answer"} if arrives else {"kind": "status", "status": 500}
    rules = [{"match": {"method": "POST", "path": f"^/{path}$", "times": 1}, "action": kind} for path in PATHS]
    engine.faults(*rules)
    made = task("make", ENVIRONMENT, at(engine, name=NAME, application="a", create_application=True))
    made_again = {**made, "name": "make again"}
    run = ansible.run(play(made, made_again, {**made, "name": "make at last"}, {**made, "name": "no more"}), INVENTORY)
    results = [run.result(HERE, name) for name in ("make", "make again", "make at last", "no more")]
    assert engine.fault_hits() == [1, 1]
    if arrives:
        assert [result.data["changed"] for result in results] == [True, False, False, False]
        assert not any(result.failed for result in results)
        assert [engine.count("POST", f"/{path}") for path in PATHS] == [1, 1]
    else:
        assert [result.failed for result in results] == [True, True, False, False]
        assert [result.data["error"]["code"] for result in results[:2]] == ["answer_lost"] * 2
        assert [result.data["changed"] for result in results] == [False, True, True, False]
        assert [engine.count("POST", f"/{path}") for path in PATHS] == [2, 2]


def test_a_job_elsewhere_that_reads_from_an_environment(ansible: Ansible, lab: Lab) -> None:
    engine = lab.start()
    source = fill(engine, "source")
    fill(engine, "target")
    person = engine.person
    (job,) = [
        row for row in person.call("GET", "/masking-jobs").json()["responseList"] if row["jobName"] == "mask target"
    ]
    reads = {"onTheFlyMasking": True, "onTheFlyMaskingSource": {"connectorId": source, "connectorType": "DATABASE"}}
    person.call("PUT", f"/masking-jobs/{job['maskingJobId']}", json={**job, **reads})
    run = ansible.run(play(task("remove", ENVIRONMENT, at(engine, name="source", state="absent"))), INVENTORY)
    failed = run.result(HERE, "remove").data
    assert failed["error"]["code"] == "in_use"
    assert "on-the-fly jobs of other environments read from it: mask target" in failed["msg"]
    assert not engine.writes()
