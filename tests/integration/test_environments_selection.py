# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sync inside environments touches, by the names that people use, and what it lets stand in its way.

Every case has a target of its own. All are run at once, twice.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.holdings import Holdings, Key, differences
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
DEV, TEST, PAYROLL, COLOGNE, TOKYO = "Shop Dev", "Shop Test", "Payroll Test", "Kundendaten Köln", "顧客"
DOMAIN, OTHER_ALGORITHM = "CUSTOMER_EMAIL", "BrokerLastName"
SAME_NAME = "mask customers"
Choice = t.Callable[[Holdings], set[Key]]
SINGLE = [Key(kind, COLOGNE, TOKYO) for kind in (CONNECTOR, RULESET, "TOKENIZATION_JOB")]


def use_another_algorithm(keeper: Keeper) -> None:
    keeper.engine.person.change_domain(DOMAIN, OTHER_ALGORITHM)


def lack_the_domain(keeper: Keeper) -> None:
    keeper.engine.person.delete_domain("INVOICE_NO")


def inside(*environments: str) -> Choice:
    return lambda holdings: {key for key in holdings.objects if key.environment in environments}


def jobs(*keys: Key) -> Choice:
    return lambda holdings: holdings.needed(*keys)


def with_sources(*environments: str) -> Choice:
    """What is in environments, and the connectors elsewhere that jobs there read from."""

    def choose(holdings: Holdings) -> set[Key]:
        found = inside(*environments)(holdings)
        return found | holdings.needed(*(key for key in found if key.type.endswith("_JOB")))

    return choose


def nothing(_holdings: Holdings) -> set[Key]:
    return set()


@dataclasses.dataclass(frozen=True)
class Case:
    """A sync: what of the source is on the target then, and what is not and why.

    ``data`` and ``change`` say what the target is like before.
    """

    options: Row
    arrives: Choice
    data: str = "demo"
    change: t.Callable[[Keeper], None] | None = None
    blocked: Choice = nothing
    reason: str = ""


def whole(*environments: str, **options: t.Any) -> Row:
    return {"object_types": ["ENVIRONMENT"], "environments": list(environments), "create_environments": True, **options}


def single(kind: str, *names: str, **options: t.Any) -> Row:
    return {"object_types": [kind], "names": list(names), "create_environments": True, **options}


CASES = {
    "a job of one environment": Case(single(JOB, f"{DEV}/{SAME_NAME}"), jobs(Key(JOB, DEV, SAME_NAME))),
    "a job of any environment": Case(single(JOB, SAME_NAME), jobs(Key(JOB, DEV, SAME_NAME), Key(JOB, TEST, SAME_NAME))),
    "jobs by pattern": Case(
        single("TOKENIZATION_JOB", "*ten Köln/Rechnungen*"),
        jobs(Key("TOKENIZATION_JOB", COLOGNE, "Rechnungen tokenisieren")),
    ),
    "one connector": Case(single(CONNECTOR, TOKYO), lambda _holdings: {SINGLE[0]}),
    "one ruleset": Case(single(RULESET, TOKYO), lambda _holdings: set(SINGLE[:2])),
    "one job": Case(single("TOKENIZATION_JOB", TOKYO), lambda _holdings: set(SINGLE)),
    "another alphabet": Case(whole(COLOGNE), inside(COLOGNE)),
    "two environments by pattern": Case(whole("Shop ?e*t", "Kunden*"), inside(TEST, COLOGNE)),
    "other names": Case(
        whole(TEST, COLOGNE, environment_map={TEST: DEV, COLOGNE: "köln 2"}, application_map={"Shop": "店"}),
        inside(TEST, COLOGNE),
    ),
    "a domain differs": Case(
        whole(TEST, PAYROLL),
        with_sources(PAYROLL),
        change=use_another_algorithm,
        blocked=inside(TEST),
        reason=f"DOMAIN {DOMAIN} (different on the target)",
    ),
    "a domain is missing": Case(
        whole(COLOGNE, PAYROLL),
        with_sources(PAYROLL),
        change=lack_the_domain,
        blocked=inside(COLOGNE),
        reason="DOMAIN INVOICE_NO (missing on the target)",
    ),
    "a domain differs, one job": Case(
        single(JOB, f"{TEST}/mask *"),
        jobs(Key(JOB, TEST, "mask warehouse")),
        change=use_another_algorithm,
        blocked=lambda _holdings: {Key(JOB, TEST, SAME_NAME), Key(JOB, TEST, "mask any customers")},
        reason=f"DOMAIN {DOMAIN} (different",
    ),
    "a domain differs and comes along": Case(
        whole(TEST, references="sync"), inside(TEST), change=use_another_algorithm
    ),
    "a domain is missing and comes along": Case(
        whole(COLOGNE, references="sync"), inside(COLOGNE), change=lack_the_domain
    ),
    "everything comes along": Case(whole(TEST, PAYROLL, references="sync"), with_sources(TEST, PAYROLL), "empty"),
    "nothing comes along": Case(whole(TEST), nothing, "empty", blocked=inside(TEST), reason="on the target)"),
}
#: what the plans of these cases hold of the engine as a whole: the types and names
ALONG = {
    "a domain differs and comes along": {("DOMAIN", DOMAIN)},
    "a domain is missing and comes along": {("DOMAIN", "INVOICE_NO")},
}
#: what cannot be, its options, its error, and a word of the message
REFUSED: dict[str, tuple[Row, str, str]] = {
    "no such environment": (whole("Shop"), "not_found", "no environment named Shop"),
    "no such job there": (single(JOB, f"{TEST}/mask orders"), "not_found", f"{TEST}/mask orders"),
    "two become one": (whole(TEST, DEV, environment_map={TEST: "QA", DEV: "QA"}), "invalid_option", "QA"),
    "one becomes another": (whole(TEST, DEV, environment_map={TEST: DEV}), "invalid_option", DEV),
}


@dataclasses.dataclass
class Outcome:
    """All cases: what the engines held before the sync and after it, what was asked of the source, and both runs."""

    pairs: dict[str, Pair]
    source: Holdings
    before: dict[str, dict[tuple[str, str], str]]
    states: dict[str, str]
    done: Run
    again: Run
    after: dict[str, Holdings]
    writes: dict[str, int]


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    common, pairs, before, states = shared_lab.start("common", "environments"), {}, {}, {}
    for name, case in CASES.items():
        target = shared_lab.start(data=case.data)
        if case.change:
            case.change(Keeper(target))
        pairs[name] = Pair(common, target, case.options)
        before[name], states[name] = target.person.hashes(), target.state()
    done = run_pairs(ansible, pairs, "--diff")
    after = {name: Holdings(pair.target) for name, pair in pairs.items()}
    writes = {name: len(pair.target.writes()) for name, pair in pairs.items()}
    for pair in pairs.values():
        pair.target.forget()
    return Outcome(pairs, Holdings(common), before, states, done, run_pairs(ansible, pairs), after, writes)


def renamed(case: Case, key: Key) -> Key:
    names = case.options.get("environment_map", {})
    return key._replace(environment=names.get(key.environment, key.environment))


@pytest.mark.parametrize("name", CASES)
def test_what_is_meant_arrives_with_what_it_needs_and_nothing_else(outcome: Outcome, name: str) -> None:
    case, after = CASES[name], outcome.after[name]
    result = outcome.done.of(name)
    assert not result.failed, result.data["msg"]
    arrives = case.arrives(outcome.source)
    assert after.objects.keys() == {renamed(case, key) for key in arrives}
    assert differences(outcome.source, after, case.options.get("environment_map"), arrives) == []
    assert result.data["changed"] is bool(arrives)
    made = {row["name"] for row in result.data["applied"]["environments"]}
    assert made == {renamed(case, key).environment for key in arrives}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.blocked is not nothing])
def test_what_refers_to_something_else_is_blocked_by_its_name(outcome: Outcome, name: str) -> None:
    case, rows = CASES[name], outcome.done.of(name).data["plan"]["blocked"]
    assert {Key(row["type"], row["environment"], row["name"]) for row in rows} == case.blocked(outcome.source)
    assert all(case.reason in row["reason"] for row in rows)
    if case.arrives is nothing:
        assert outcome.writes[name] == 0
        assert outcome.pairs[name].target.state() == outcome.states[name]


@pytest.mark.parametrize("name", CASES)
def test_the_second_time_nothing_is_left_to_do(outcome: Outcome, name: str) -> None:
    result = outcome.again.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is False
    assert outcome.pairs[name].target.writes() == []
    assert len(result.data["plan"]["blocked"]) == len(CASES[name].blocked(outcome.source))


@pytest.mark.parametrize("name", ALONG)
def test_exactly_what_is_referred_to_comes_along(outcome: Outcome, name: str) -> None:
    plan = outcome.done.of(name).data["plan"]
    planned = [row for row in plan["to_create"] + plan["to_update"] if "environment" not in row]
    assert {(row["type"], row["name"]) for row in planned} == ALONG[name]
    assert all("refers to it" in row["reason"] for row in planned)
    # What is built on it has another hash then: that of the source.
    theirs, ours = outcome.pairs[name].target.person.hashes(), outcome.pairs[name].source.person.hashes()
    moved = {key for key, value in theirs.items() if outcome.before[name].get(key) != value}
    assert moved >= ALONG[name]
    assert all(theirs[key] == ours[key] for key in moved if key[0] in ("DOMAIN", "PROFILE_SET", "CLASSIFIER"))


def test_no_global_object_comes_along_that_nothing_refers_to(outcome: Outcome) -> None:
    rows = outcome.done.of("everything comes along").data["applied"]
    moved = {row["name"] for kind in ("created", "updated") for row in rows[kind] if row["type"] == "DOMAIN"}
    source = Keeper(outcome.pairs["everything comes along"].source)
    rulesets = ((TEST, "customers"), (TEST, "warehouse orders"), (PAYROLL, "staff"))
    columns = [
        column for ruleset in rulesets for table in source.tables(*ruleset).values() for column in table.values()
    ]
    formats = source.engine.person.rows("/file-field-metadata") + source.engine.person.rows(
        "/mainframe-dataset-field-metadata"
    )
    assert moved >= {domain for domain in columns if domain}
    assert moved <= {domain for domain in columns if domain} | {row.get("domainName") for row in formats}


def test_one_number_means_a_connector_and_a_ruleset(outcome: Outcome) -> None:
    numbers: dict[int, set[str]] = {}
    for key, held in outcome.source.objects.items():
        numbers.setdefault(held.number, set()).add(key.type.partition("_")[2])
    assert any({"CONNECTOR", "RULESET"} <= kinds for kinds in numbers.values()), "the data does not try this"


def test_another_name_keeps_purpose_and_has_its_application(outcome: Outcome) -> None:
    after = outcome.after["other names"]
    assert after.environments["köln 2"]["purpose"] == "TOKENIZE"
    assert (after.applications()["köln 2"], after.applications()[DEV]) == ("Kundenservice Köln", "店")


def test_what_cannot_be_is_refused_before_anything_is_written(ansible: Ansible, outcome: Outcome, lab: Lab) -> None:
    target = lab.start(data="demo")
    pairs = {
        name: Pair(outcome.pairs["one job"].source, target, options)
        for name, (options, _code, _text) in REFUSED.items()
    }
    run = run_pairs(ansible, pairs)
    for name, (_options, code, text) in REFUSED.items():
        assert run.of(name).data["error"]["code"] == code, name
        assert text in run.of(name).data["msg"], name
    assert target.writes() == []


def test_two_targets_that_share_an_exchange_read_the_source_once(ansible: Ansible, lab: Lab) -> None:
    source = lab.start("dev", "environments")
    targets = [lab.start(data="demo") for _number in range(3)]
    options = whole(DEV, COLOGNE)
    run_pairs(ansible, {"alone": Pair(source, targets[0], options)})
    alone = exports_and_lists(source)
    source.forget()
    shared = {
        f"target {number}": Pair(source, target, {**options, "exchange": "one"})
        for number, target in enumerate(targets[1:])
    }
    run = run_pairs(ansible, shared)
    for name, (_source, target, _options) in shared.items():
        assert not run.of(name).failed, run.of(name).data["msg"]
        assert Holdings(target).hashes.keys() == Holdings(targets[0]).hashes.keys()
    assert exports_and_lists(source) == alone


def exports_and_lists(engine: Engine) -> dict[str, int]:
    """How often the collection has listed an engine's objects, and asked it for exports."""
    asked = [(request.method, request.path) for request in engine.requests()]
    wanted = [
        ("GET", "/syncable-objects"),
        ("GET", "/masking-jobs"),
        ("GET", "/environments"),
        ("POST", "/export-async"),
    ]
    return {f"{method} {path}": asked.count((method, path)) for method, path in wanted}


def test_what_cannot_be_synced_stays_and_the_rest_of_its_environment_moves(ansible: Ansible, lab: Lab) -> None:
    source, targets = lab.start("dev", "environments"), [lab.start(data="demo") for _number in range(2)]
    # Stands on a mapping algorithm, which no engine of this release exports.
    Keeper(source).mask(TEST, "customers", "CUSTOMERS", "NOTE", "BADGE_NO")
    ours = Holdings(source)
    ruleset = Key(RULESET, TEST, "customers")
    stays = {key for key in ours.objects if key == ruleset or (key.type == JOB and ours.ruleset_of(key) == ruleset)}
    stays &= inside(TEST)(ours)
    pairs = {
        "the environment": Pair(source, targets[0], whole(TEST)),
        "one job": Pair(source, targets[1], single(JOB, f"{TEST}/{SAME_NAME}")),
    }
    run = run_pairs(ansible, pairs)
    plan = run.of("the environment").data["plan"]
    assert {Key(row["type"], row["environment"], row["name"]) for row in plan["not_syncable"]} == stays
    assert all(row["reason"] for row in plan["not_syncable"])
    assert Holdings(targets[0]).objects.keys() == inside(TEST)(ours) - stays
    assert [row["name"] for row in run.of("one job").data["plan"]["not_syncable"]] == [SAME_NAME]
    assert targets[1].writes() == []
