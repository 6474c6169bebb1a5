# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs on the fly: they read on the target from where they read on the source, whatever it takes.

Every case has a target of its own with the source's global objects. All are run at once, twice.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.holdings import Holdings, Key, differences, moved
from harness.keeper import CONNECTOR, JOB, Keeper
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run
from harness.shop import Shop

Row = dict[str, t.Any]
DEV, COPY, PAYROLL_COPY = "Shop Dev", "Shop Prod Copy", "Payroll Prod Copy"
NAMES = {DEV: "QA", COPY: "QA origin", PAYROLL_COPY: "Löhne & Gehälter"}


def job(name: str) -> Key:
    return Key(JOB, DEV, name)


ELSEWHERE, NAMESAKE, THIRD, BESIDE = map(job, ("copy customers", "copy orders", "load staff", "refresh orders"))
ORIGIN = Key(CONNECTOR, COPY, "crm production")
TWIN = Key(CONNECTOR, COPY, "orders db")


@dataclasses.dataclass(frozen=True)
class Case:
    """A sync of jobs, what was changed before, and what comes of it.

    ``equal``: the target held the same as the source before anything was changed, else no environments.
    ``saves`` is how often the sync has to save a job itself, ``blocked`` why the jobs stay as they are.
    """

    jobs: tuple[Key, ...]
    options: Row = dataclasses.field(default_factory=dict)
    source: t.Callable[[Keeper], object] | None = None
    target: t.Callable[[Keeper], object] | None = None
    equal: bool = False
    saves: int = 0
    blocked: str = ""


def named(*jobs: Key) -> Row:
    """Options of a sync of some jobs with what they need."""
    names = [f"{key.environment}/{key.name}" for key in jobs]
    return {"object_types": [JOB], "names": names, "create_environments": True}


def read_from_a_namesake_elsewhere(keeper: Keeper) -> None:
    Shop(keeper.engine).database(keeper.environment(PAYROLL_COPY), ORIGIN.name)
    keeper.read_from(DEV, ELSEWHERE.name, PAYROLL_COPY, ORIGIN.name)


ALL = (ELSEWHERE, NAMESAKE, THIRD, BESIDE)
WHOLE: Row = {"object_types": ["ENVIRONMENT"], "environments": [DEV], "create_environments": True}
CAREFUL: Row = {**WHOLE, "create_environments": False}
CASES = {
    "reads elsewhere": Case((ELSEWHERE,), named(ELSEWHERE)),
    "reads from a namesake": Case((NAMESAKE,), named(NAMESAKE), saves=1),
    "reads beside": Case((BESIDE,), named(BESIDE), saves=1),
    "four at once": Case(ALL, named(*ALL), saves=2),
    "all of an environment": Case(ALL, WHOLE, saves=2),
    "other names": Case(
        ALL,
        {**named(*ALL), "environment_map": NAMES, "application_map": {"Shop": "Test", "Payroll": "Lohn"}},
        saves=2,
    ),
    "no environments": Case(ALL, {**named(*ALL), "create_environments": False}, blocked="set 'create_environments'"),
    "reads from elsewhere now": Case(
        (ELSEWHERE,),
        WHOLE,
        lambda keeper: keeper.read_from(DEV, ELSEWHERE.name, PAYROLL_COPY, "staff production"),
        equal=True,
    ),
    "reads from a namesake elsewhere now": Case((ELSEWHERE,), WHOLE, read_from_a_namesake_elsewhere, equal=True),
    "reads nothing now": Case((ELSEWHERE,), WHOLE, lambda keeper: keeper.read_nothing(DEV, ELSEWHERE.name), equal=True),
    "is on the fly now": Case(
        (job("mask customers"),),
        WHOLE,
        lambda keeper: keeper.read_from(DEV, "mask customers", COPY, ORIGIN.name),
        equal=True,
    ),
    "its source is another database now": Case(
        (ELSEWHERE,), WHOLE, lambda keeper: keeper.save(*ORIGIN, host="crm9.prod.example.com"), equal=True
    ),
    "the namesake is another database now": Case(
        (NAMESAKE,), WHOLE, lambda keeper: keeper.save(*TWIN, host="orders9.prod.example.com"), equal=True
    ),
    "reads from elsewhere on the target": Case(
        (ELSEWHERE,),
        CAREFUL,
        target=lambda keeper: keeper.read_from(DEV, ELSEWHERE.name, COPY, "orders db"),
        equal=True,
    ),
    "deleted on the target": Case(
        ALL[:3], CAREFUL, target=lambda keeper: [keeper.delete(*key) for key in ALL[:3]], equal=True, saves=1
    ),
    "deleted on the target, reads beside": Case(
        (BESIDE,),
        CAREFUL,
        target=lambda keeper: keeper.delete(*BESIDE),
        equal=True,
        blocked="set 'create_environments'",
    ),
    "reads from elsewhere on the target, which stays": Case(
        (ELSEWHERE,),
        {**CAREFUL, "overwrite": False},
        target=lambda keeper: keeper.read_from(DEV, ELSEWHERE.name, COPY, "orders db"),
        equal=True,
        blocked="overwritten",
    ),
}


@dataclasses.dataclass
class Outcome:
    """All cases: what the engines held before the sync and after it, what was sent to targets, and both runs."""

    pairs: dict[str, Pair]
    common: Holdings
    source: dict[str, Holdings]
    before: dict[str, Holdings]
    after: dict[str, Holdings]
    sent: dict[str, list[str]]
    done: Run
    again: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    common = shared_lab.start("common", "environments")
    equal = Holdings(common)
    for name, case in CASES.items():
        source = shared_lab.start(data="environments") if case.source else common
        target = shared_lab.start(data="environments" if case.equal else "demo")
        for engine, change in ((source, case.source), (target, case.target)):
            if change:
                change(Keeper(engine))
        pairs[name] = Pair(source, target, case.options)
    source = {name: Holdings(pair.source) if CASES[name].source else equal for name, pair in pairs.items()}
    before = {name: Holdings(pair.target) for name, pair in pairs.items()}
    done = run_pairs(ansible, pairs, "--diff")
    after = {name: Holdings(pair.target) for name, pair in pairs.items()}
    sent = {name: sent_to(pair.target) for name, pair in pairs.items()}
    for pair in pairs.values():
        pair.target.forget()
    return Outcome(pairs, equal, source, before, after, sent, done, run_pairs(ansible, pairs))


def sent_to(engine: Engine) -> list[str]:
    """What has been written on an engine, without numbers."""
    return [f"{request.method} {request.path.rstrip('0123456789')}" for request in engine.writes()]


def names_of(case: Case) -> dict[str, str]:
    return dict(case.options.get("environment_map", {}))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.blocked])
def test_jobs_read_from_where_they_read_on_the_source(outcome: Outcome, name: str) -> None:
    case, source, after = CASES[name], outcome.source[name], outcome.after[name]
    result = outcome.done.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    assert result.data["plan"]["blocked"] == []
    needed = source.needed(*case.jobs)
    assert differences(source, after, names_of(case), needed) == []
    on_target = {key._replace(environment=names_of(case).get(key.environment, key.environment)) for key in needed}
    if "environments" not in case.options:
        assert after.objects.keys() == on_target
    elif case.equal:
        assert differences(source, after) == []
        changed = moved(outcome.common, source) | moved(outcome.common, outcome.before[name])
        assert moved(outcome.before[name], after) == changed


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.blocked])
def test_no_job_is_saved_without_need_and_nothing_temporary_stays(outcome: Outcome, name: str) -> None:
    case, before, after = CASES[name], outcome.before[name], outcome.after[name]
    sent = outcome.sent[name]
    assert sent.count("PUT /masking-jobs/") + sent.count("POST /masking-jobs") == case.saves
    made = {names_of(case).get(key.environment, key.environment) for key in outcome.source[name].needed(*case.jobs)}
    assert after.environments.keys() == before.environments.keys() | made
    told = {row["name"] for row in outcome.done.of(name).data["applied"]["environments"]}
    assert told == after.environments.keys() - before.environments.keys()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.blocked])
def test_what_cannot_be_is_blocked_with_a_reason(outcome: Outcome, name: str) -> None:
    case, result = CASES[name], outcome.done.of(name)
    assert not result.failed, result.data["msg"]
    rows = result.data["plan"]["blocked"]
    assert {Key(row["type"], row["environment"], row["name"]) for row in rows} == set(case.jobs)
    assert all(case.blocked in row["reason"] for row in rows)
    assert outcome.sent[name] == []
    assert result.data["changed"] is False
    assert moved(outcome.before[name], outcome.after[name]) == set()


@pytest.mark.parametrize("name", CASES)
def test_the_second_time_nothing_is_left_to_do(outcome: Outcome, name: str) -> None:
    result = outcome.again.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is False
    assert sent_to(outcome.pairs[name].target) == []


def test_applications_have_the_names_that_they_shall_have(outcome: Outcome) -> None:
    applications = outcome.after["other names"].applications()
    assert {applications[place] for place in (NAMES[DEV], NAMES[COPY])} == {"Test"}
    assert applications[NAMES[PAYROLL_COPY]] == "Lohn"
