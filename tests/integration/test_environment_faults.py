# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sync of environments that something breaks in the middle: it copes or says what is true, and the next one finishes.

Every case is a target of its own. All are run at once, with what breaks them and without.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from harness.holdings import Holdings, Key, differences, moved
from harness.keeper import JOB, Keeper
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
DEV, TEST, COLOGNE = "Shop Dev", "Shop Test", "Kundendaten Köln"
RESET, LOST, FAIL = ({"kind": kind} for kind in ("reset", "lost_answer", "fail_task"))
MAKE, SAVE, BUILD, DROP, REMOVE, IMPORT = (
    ("POST", "^/environments$"),
    ("PUT", "^/masking-jobs/"),
    ("POST", "^/masking-jobs$"),
    ("DELETE", "^/environments/"),
    ("DELETE", "^/masking-jobs/"),
    ("POST", "^/import-async$"),
)
STAGING = "maskops.delphix on-the-fly staging"
EXTRA = Key(JOB, TEST, "only here")


def add_job(keeper: Keeper) -> None:
    keeper.copy(JOB, TEST, "mask customers", EXTRA.name)


def unlike(keeper: Keeper) -> None:
    keeper.save(JOB, DEV, "mask orders", maxMemory=4096)


def unlike_and_running(keeper: Keeper) -> None:
    unlike(keeper)
    keeper.engine.start_job(keeper.number(JOB, DEV, "mask orders"))


def other_job_runs(keeper: Keeper) -> None:
    unlike(keeper)
    keeper.engine.start_job(keeper.number(JOB, DEV, "mask customers"))


def other_purpose(keeper: Keeper) -> None:
    person = keeper.engine.person
    application = person.call("POST", "/applications", json={"applicationName": "Kundenservice Köln"}).json()
    body = {"environmentName": COLOGNE, "applicationId": application["applicationId"], "purpose": "MASK"}
    person.call("POST", "/environments", json=body)


def no_more_of_it(keeper: Keeper) -> None:
    keeper.engine.person.call("DELETE", f"/environments/{keeper.environment(COLOGNE)}")


def all_jobs_end(keeper: Keeper) -> None:
    for row in keeper.engine.simulator.control("GET", "/executions"):
        if row["status"] == "RUNNING":
            keeper.engine.finish_job(row["executionId"])


@dataclasses.dataclass(frozen=True)
class Case:
    """What happens to which request, after how many of its kind went well.

    ``code`` is the error that comes of it, none if the run has to cope. ``sends`` is how often requests of
    its kind were sent then, by default none after the one that broke. ``equal``: the target held the
    same as the source before it was changed, else no environments. ``mend`` is done before the next run,
    which has more time than ``deadline`` in seconds.
    """

    step: tuple[str, str] | None = None
    action: Row = dataclasses.field(default_factory=dict)
    after: int = 0
    code: str = ""
    sends: int | None = None
    equal: bool = False
    change: t.Callable[[Keeper], None] | None = None
    mend: t.Callable[[Keeper], None] | None = None
    options: Row = dataclasses.field(default_factory=dict)
    deadline: int = 120
    switches: dict[str, str | int] = dataclasses.field(default_factory=dict)


def status(number: int) -> Row:
    return {"kind": "status", "status": number}


PRUNE: Row = {"prune": True}
CASES = {
    "making an environment, answer lost": Case(MAKE, LOST, 1, sends=7),
    "making an environment, broken off": Case(MAKE, RESET, 2, "answer_lost"),
    "pointing a job, answer lost": Case(SAVE, LOST),
    "pointing a job, broken off": Case(SAVE, RESET, 0, "answer_lost"),
    "pointing a job, refused": Case(SAVE, status(400), 0, "refused"),
    "building a job, answer lost": Case(BUILD, LOST),
    "building a job, broken off": Case(BUILD, RESET, 0, "answer_lost"),
    "clearing up, broken off": Case(DROP, RESET, 0, "answer_lost", sends=2),
    "an import, answer lost": Case(IMPORT, LOST, 2, sends=12),
    "an import, broken off": Case(IMPORT, RESET, 3, "answer_lost"),
    "an import fails": Case(IMPORT, FAIL, 5, "import_failed"),
    "the import into a temporary environment fails": Case(IMPORT, FAIL, 6, "import_failed"),
    "an import takes too long": Case(IMPORT, {"kind": "slow_task", "seconds": 13}, 1, "deadline_exceeded", deadline=10),
    "a restart after an import": Case(IMPORT, {"kind": "restart", "when": "after"}, 3, "answer_lost"),
    "removing a job, answer lost": Case(REMOVE, LOST, equal=True, change=add_job, options=PRUNE),
    "removing a job, broken off": Case(REMOVE, RESET, 0, "answer_lost", equal=True, change=add_job, options=PRUNE),
    "an environment of another purpose": Case(
        code="import_failed", change=other_purpose, mend=no_more_of_it, switches={"purpose_mismatch": "refused"}
    ),
    "an environment of another purpose, told otherwise": Case(
        code="import_failed",
        change=other_purpose,
        mend=no_more_of_it,
        switches={
            "purpose_mismatch": "refused",
            "refuse_import": "submit",
            "rolled_back_status": "SUCCESS",
            "unattempted_status": "omitted",
            "failed_import_document": "missing",
        },
    ),
    "a job runs that is to be changed": Case(
        code="import_failed",
        equal=True,
        change=unlike_and_running,
        mend=all_jobs_end,
        switches={"overwrite_running_job": "refused"},
    ),
    "a job runs all the time": Case(
        code="engine_busy",
        equal=True,
        change=other_job_runs,
        mend=all_jobs_end,
        switches={"import_while_jobs_run": "refused"},
        deadline=6,
    ),
}
RESTARTS = [name for name, case in CASES.items() if case.action.get("kind") == "restart"]
BLIND = [*RESTARTS, "an import takes too long", "a job runs all the time"]


@dataclasses.dataclass
class Outcome:
    """The engines, what the targets held before, in between and at the end, what was sent, and both runs."""

    pairs: dict[str, Pair]
    source: Holdings
    before: dict[str, Holdings]
    between: dict[str, Holdings]
    after: dict[str, Holdings]
    sent: dict[str, list[tuple[str, str]]]
    broken: Run
    mended: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    common, pairs = shared_lab.start("common", "environments"), {}
    for name, case in CASES.items():
        target = shared_lab.start(data="environments" if case.equal else "demo", switches=case.switches)
        if case.change:
            case.change(Keeper(target))
        if case.step:
            method, path = case.step
            match = {"method": method, "path": path, "times": 1, "after": case.after}
            target.faults({"match": match, "action": case.action})
        pairs[name] = Pair(common, target, {"object_types": ["all"], "create_environments": True, **case.options})
    hasty = {
        name: pair._replace(options={**pair.options, "deadline": CASES[name].deadline}) for name, pair in pairs.items()
    }
    before = {name: Holdings(pair.target) for name, pair in pairs.items()}
    broken = run_pairs(ansible, hasty)
    sent = {name: sent_to(pair.target) for name, pair in pairs.items() if name not in RESTARTS}
    for name, pair in pairs.items():
        if name in RESTARTS:
            pair.target.begin_again()
        elif CASES[name].step:
            assert pair.target.fault_hits() == [1], f"{name}: it never happened"
        pair.target.faults()
    between = {}
    for name, pair in pairs.items():
        pair.target.wait_until_idle()
        between[name] = Holdings(pair.target)
        mend = CASES[name].mend
        if mend:
            mend(Keeper(pair.target))
    mended = run_pairs(ansible, pairs)
    after = {name: Holdings(pair.target) for name, pair in pairs.items()}
    return Outcome(pairs, Holdings(common), before, between, after, sent, broken, mended)


def sent_to(engine: Engine) -> list[tuple[str, str]]:
    """What was written on an engine."""
    return [(request.method, request.path) for request in engine.writes()]


def told(run: Run, name: str) -> set[Key]:
    """What a result says to have moved inside environments."""
    applied = run.of(name).data["applied"]
    rows = [row for kind in ("created", "updated", "removed") for row in applied[kind]]
    return {Key(row["type"], row["environment"], row["name"]) for row in rows}


@pytest.mark.parametrize("name", CASES)
def test_the_run_copes_or_says_why_not(outcome: Outcome, name: str) -> None:
    case, result = CASES[name], outcome.broken.of(name)
    assert result.failed is bool(case.code), result.data.get("msg")
    if case.code:
        assert result.data["error"]["code"] == case.code, result.data["msg"]
        assert result.data["error"]["engine"] == outcome.pairs[name].target.url
    else:
        assert differences(outcome.source, outcome.between[name]) == []


@pytest.mark.parametrize("name", CASES)
def test_the_result_says_what_has_become_of_the_target(outcome: Outcome, name: str) -> None:
    data, before, between = outcome.broken.of(name).data, outcome.before[name], outcome.between[name]
    really = moved(before, between)
    if name in BLIND:
        # It could not be asked any more, so what is told is what it had confirmed before.
        assert told(outcome.broken, name) <= really
        assert bool(told(outcome.broken, name)) is bool(data["applied"]["imports"])
        assert any("could not be read" in text for text in data["warnings"])
    else:
        assert told(outcome.broken, name) == really
    made = between.environments.keys() - before.environments.keys() - {STAGING}
    assert {row["name"] for row in data["applied"]["environments"]} == made
    assert data["changed"] is bool(really or made)
    assert "unchanged" not in data.get("msg", "")


@pytest.mark.parametrize("name", CASES)
def test_nothing_temporary_stays_but_what_a_job_needs(outcome: Outcome, name: str) -> None:
    left = STAGING in outcome.between[name].environments
    assert left is (CASES[name].step == SAVE and bool(CASES[name].code))
    if left:
        assert any("temporary environment was left" in text for text in outcome.broken.of(name).data["warnings"])
    assert STAGING not in outcome.after[name].environments


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.step and name not in RESTARTS])
def test_nothing_is_sent_more_often_than_it_may_be(outcome: Outcome, name: str) -> None:
    case = CASES[name]
    method, path = case.step or ("", "")
    sent = [one for one in outcome.sent[name] if one[0] == method and re.search(path, one[1])]
    assert len(sent) == (case.sends or case.after + 1)


@pytest.mark.parametrize("name", CASES)
def test_the_next_run_finishes_the_job(outcome: Outcome, name: str) -> None:
    result = outcome.mended.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is bool(CASES[name].code)
    assert differences(outcome.source, outcome.after[name]) == []
    assert EXTRA not in outcome.after[name].objects
