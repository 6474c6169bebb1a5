# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Something was changed on an engine: the next sync moves exactly what it has to, and says so.

Every case has two engines that were equal before. All cases are run at once: a look ahead, the
sync, and once more.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.holdings import Holdings, Key, differences, moved
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run
from harness.shop import Shop

Row = dict[str, t.Any]
DEV, TEST = "Shop Dev", "Shop Test"
HOST, NEW_HOST = "crm.dev.example.com", "crm2.dev.example.com"
PASSWORD = "only-on-the-target-1"
CRM = Key(CONNECTOR, DEV, "crm db")
CUSTOMERS = Key(RULESET, DEV, "customers")
ORDERS = Key(JOB, DEV, "mask orders")
ADDED = Key(JOB, TEST, "only here")


def rename_job(keeper: Keeper) -> None:
    # An engine gives a job no other name: who wants that makes a new one.
    keeper.copy(JOB, DEV, "mask orders", "mask all orders")
    keeper.delete(JOB, DEV, "mask orders")


def map_column(keeper: Keeper) -> None:
    keeper.mask(DEV, "customers", "CUSTOMERS", "NOTE", "CUSTOMER_FULL_NAME")


def change_host(keeper: Keeper) -> None:
    keeper.save(CONNECTOR, DEV, "crm db", host=NEW_HOST)


def drop_table(keeper: Keeper) -> None:
    keeper.drop_table(DEV, "orders", "RETURNS")


def change_password(keeper: Keeper) -> None:
    for host in (HOST, NEW_HOST):
        keeper.account(host, "MASKER", PASSWORD)
    keeper.save(CONNECTOR, DEV, "crm db", password=PASSWORD)


def change_memory(keeper: Keeper) -> None:
    keeper.save(JOB, DEV, "mask orders", maxMemory=4096)


def add_job(keeper: Keeper) -> None:
    keeper.copy(JOB, TEST, "mask customers", "only here")


def add_more(keeper: Keeper) -> None:
    """More in an environment that both have, and an environment that only this engine has."""
    add_job(keeper)
    shop = Shop(keeper.engine)
    for environment in (keeper.environment(TEST), shop.environment("mine")):
        shop.job(shop.ruleset(shop.database(environment, "spare"), "spare", "SPARE"), "mask spare")


@dataclasses.dataclass(frozen=True)
class Case:
    """What is changed where before the sync, and what comes of it.

    ``asks`` is what the source is asked to export, each in a bundle of its own. ``extra`` is what only
    the target has and keeps, ``removes`` what it loses.
    """

    source: t.Callable[[Keeper], None] | None = None
    target: t.Callable[[Keeper], None] | None = None
    asks: tuple[Key, ...] = ()
    extra: tuple[Key, ...] = ()
    removes: tuple[Key, ...] = ()
    options: Row = dataclasses.field(default_factory=dict)


SPARE = tuple(Key(kind, TEST, name) for kind, name in ((CONNECTOR, "spare"), (RULESET, "spare"), (JOB, "mask spare")))
MINE = tuple(key._replace(environment="mine") for key in SPARE)
NEW_PLACE = Key("ENVIRONMENT", "", "mine")
RENAMED = ORDERS._replace(name="mask all orders")
CASES = {
    "job renamed": Case(rename_job, asks=(RENAMED,), extra=(ORDERS,)),
    "job renamed, prune": Case(rename_job, asks=(RENAMED,), removes=(ORDERS,), options={"prune": True}),
    "column mapped": Case(map_column, asks=(CUSTOMERS,)),
    "host changed": Case(change_host, change_password, asks=(CRM,)),
    "table dropped": Case(drop_table, asks=(Key(RULESET, DEV, "orders"),)),
    "password changed on the target": Case(target=change_password),
    "host changed on the target": Case(
        target=lambda keeper: (change_password(keeper), change_host(keeper)), asks=(CRM,)
    ),
    "job changed on the target": Case(target=change_memory, asks=(ORDERS,)),
    "job added on the target": Case(target=add_job, extra=(ADDED,)),
    "more added on the target": Case(target=add_more, extra=(ADDED, *SPARE, *MINE, NEW_PLACE)),
    "more added on the target, prune": Case(
        target=add_more, extra=(*MINE, NEW_PLACE), removes=(ADDED, *SPARE), options={"prune": True}
    ),
    "more added on the target, prune of rulesets": Case(
        target=add_more, extra=(SPARE[1], MINE[1]), options={"prune": True, "object_types": [RULESET]}
    ),
    "more added on the target, prune of one job": Case(
        target=add_more, removes=(ADDED,), options={"prune": True, "object_types": [JOB], "names": ["* here"]}
    ),
}


class Drift(t.NamedTuple):
    """One case: what the engines held before anything was changed, before the sync, and what the target holds then."""

    equal: Holdings
    source: Holdings
    before: Holdings
    after: Holdings

    @property
    def changed(self) -> set[Key]:
        """What was changed on either side, with all that depends on it."""
        return moved(self.equal, self.source) | moved(self.equal, self.before)


@dataclasses.dataclass
class Outcome:
    """All cases: a look ahead, the sync, and once more."""

    pairs: dict[str, Pair]
    drift: dict[str, Drift]
    asked: dict[str, list[Key]]
    touched: list[str]
    looked: Run
    done: Run
    again: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs, before = {}, {}
    common = shared_lab.start("common", "environments")
    equal = Holdings(common)
    for name, case in CASES.items():
        source = shared_lab.start(data="environments") if case.source else common
        target = shared_lab.start(data="environments")
        for engine, change in ((source, case.source), (target, case.target)):
            if change:
                change(Keeper(engine))
        pairs[name] = Pair(source, target, {"object_types": ["all"], **case.options})
        before[name] = (Holdings(source) if case.source else equal, Holdings(target))
    states = {name: pair.source.state() for name, pair in pairs.items()}
    looked = run_pairs(ansible, pairs, "--check", "--diff")
    assert not any(engine.writes() for pair in pairs.values() for engine in pair[:2])
    done = run_pairs(ansible, pairs, "--diff")
    drift = {name: Drift(equal, *before[name], Holdings(pair.target)) for name, pair in pairs.items()}
    asked = {name: asked_of(pair.source, before[name][0]) for name, pair in pairs.items()}
    touched = [name for name, pair in pairs.items() if pair.source.state() != states[name]]
    for pair in pairs.values():
        pair.source.forget()
        pair.target.forget()
    return Outcome(pairs, drift, asked, touched, looked, done, run_pairs(ansible, pairs, "--diff"))


def asked_of(source: Engine, holdings: Holdings) -> list[Key]:
    """What the collection has asked a source to export from its environments; anything else fails the test."""
    names = {(key.type, held.number): key for key, held in holdings.objects.items()}
    bodies = [request.row["body"] for request in source.requests() if request.path == "/export-async"]
    return sorted(names[row["objectType"], row["objectIdentifier"]["id"]] for body in bodies for row in body)


def keys(rows: t.Iterable[Row]) -> set[Key]:
    """Keys of result rows."""
    return {Key(row["type"], row.get("environment", ""), row["name"]) for row in rows}


def lines(hashes: t.Mapping[Key, str], wanted: set[Key]) -> set[str]:
    """What a diff shows of these objects."""
    return {f"{key.type} {key.name} in {key.environment}: {hashes[key]}" for key in wanted & hashes.keys()}


def expected(case: Case, drift: Drift) -> set[Key]:
    """What has to move on the target."""
    if case.options.get("object_types"):
        return set(case.removes)
    return drift.changed - set(case.extra)


@pytest.mark.parametrize("name", CASES)
def test_exactly_what_has_to_moves(outcome: Outcome, name: str) -> None:
    case, drift, result = CASES[name], outcome.drift[name], outcome.done.of(name)
    assert not result.failed, result.data["msg"]
    assert drift.changed or case.target is change_password
    assert moved(drift.before, drift.after) == expected(case, drift)
    assert drift.after.engine_wide == drift.before.engine_wide
    assert drift.after.environments == drift.before.environments
    assert result.data["changed"] is bool(expected(case, drift))
    assert result.data["applied"]["imports"] == len(case.asks)
    if not case.options.get("object_types"):
        assert differences(drift.source, drift.after) == []


@pytest.mark.parametrize("name", CASES)
def test_the_source_is_asked_for_nothing_else_and_stays_as_it_is(outcome: Outcome, name: str) -> None:
    sharing = [case for case, pair in outcome.pairs.items() if pair.source is outcome.pairs[name].source]
    assert outcome.asked[name] == sorted(key for case in sharing for key in CASES[case].asks)
    assert name not in outcome.touched


@pytest.mark.parametrize("name", CASES)
def test_plan_and_diff_say_so(outcome: Outcome, name: str) -> None:
    case, drift, done = CASES[name], outcome.drift[name], outcome.done.of(name).data
    looked, plan = outcome.looked.of(name).data, done["plan"]
    assert (looked["changed"], looked["plan"], looked.get("diff")) == (done["changed"], plan, done.get("diff"))
    moving = expected(case, drift)
    there = drift.before.objects.keys()
    assert keys(plan["to_create"]) == moving - there
    assert keys(plan["to_update"]) == moving & there - set(case.removes)
    assert keys(plan["to_remove"]) == set(case.removes)
    assert keys(plan["extra"]) == set(case.extra)
    assert plan["blocked"] == plan["may_come_along"] == []
    if moving:
        assert set(done["diff"]["before"].splitlines()) == lines(drift.before.hashes, moving)
        assert set(done["diff"]["after"].splitlines()) == lines(drift.source.hashes, moving)
    else:
        assert "diff" not in done


@pytest.mark.parametrize("name", CASES)
def test_the_result_says_what_has_moved(outcome: Outcome, name: str) -> None:
    drift, applied = outcome.drift[name], outcome.done.of(name).data["applied"]
    before, after = drift.before.hashes, drift.after.hashes
    told = [row for kind in ("created", "updated", "removed") for row in applied[kind]]
    assert keys(told) == moved(drift.before, drift.after)
    for row in told:
        (key,) = keys([row])
        assert (row["before"], row["after"]) == (before.get(key), after.get(key))


@pytest.mark.parametrize("name", CASES)
def test_the_second_time_nothing_is_left_to_do(outcome: Outcome, name: str) -> None:
    result = outcome.again.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is False
    assert outcome.pairs[name].target.writes() == outcome.pairs[name].source.writes() == []
    # What is left in place is reported again.
    assert keys(result.data["plan"]["extra"]) == set(CASES[name].extra)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "password" in name or "host" in name])
def test_a_working_password_stays(outcome: Outcome, name: str) -> None:
    target = Keeper(outcome.pairs[name].target)
    assert target.row(*CRM)["host"] == Keeper(outcome.pairs[name].source).row(*CRM)["host"]
    assert target.connects(DEV, "crm db")
    # The database takes no other password than the one that was set on the target.
    target.save(*CRM, password="another one")
    assert not target.connects(DEV, "crm db")


@pytest.mark.parametrize("name", ["column mapped", "table dropped"])
def test_rulesets_hold_the_same_tables_and_columns(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    for ruleset in ("customers", "orders"):
        assert Keeper(target).tables(DEV, ruleset) == Keeper(source).tables(DEV, ruleset)
    assert ("RETURNS" in Keeper(target).tables(DEV, "orders")) is (name != "table dropped")
