# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan decides about what is inside environments, case by case."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._plan import (
    Plan,
    to_diff,
)
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    catalog,
    entry,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.plans import (
    CONNECTOR,
    DEV,
    DOMAIN,
    HASHES,
    JOB,
    JOBS,
    ONE,
    OTHER,
    QA,
    RULESET,
    SAME,
    THREE,
    TWO,
    WHOLE,
    decided,
    engine,
    extra,
    plan_of,
    reason,
)

# Environments


def test_without_a_look_at_environments_nothing_is_said_of_them() -> None:
    made = plan_of(WHOLE, engine(HASHES, SOURCE), engine({}, environments=()), policy=Policy())
    assert set(decided(made).values()) == {"to_create"}
    assert made.new_environments == ()


@pytest.mark.parametrize("create", [True, False])
def test_environments_that_the_target_lacks(create: bool) -> None:
    made = plan_of(
        WHOLE,
        engine(HASHES, SOURCE),
        engine({}, environments=()),
        policy=Policy(create_environments=create),
        environments=[DEV],
    )
    inside = {CONNECTOR, RULESET, JOB}
    expected = "to_create" if create else "blocked"
    assert decided(made) == {OTHER: "to_create", **dict.fromkeys(inside, expected)}
    assert [mine for mine, _theirs in made.new_environments] == ([QA] if create else [])
    assert all(create or "QA" in reason(made, one) for one in inside)
    assert made.changes


def test_names_on_the_target_count() -> None:
    made = plan_of(
        WHOLE,
        engine(HASHES, SOURCE),
        engine({}, environments=()),
        policy=Policy(create_environments=True),
        environments=["Quality", DEV],
        naming=Naming({QA: "Quality", DEV: "Development"}),
    )
    assert list(made.new_environments) == [(DEV, "Development")]
    assert {item.target_key.environment for item in made.items} == {"Quality", "Development"}
    assert "ENVIRONMENT Development\n" in to_diff(made)["after"]
    row = next(row for row in made.to_result()["to_create"] if row["name"] == "nightly")
    assert (row["environment"], row["target_environment"]) == (QA, "Quality")


def test_what_is_the_same_under_another_name() -> None:
    theirs = {one._replace(environment="Quality"): ONE for one in (CONNECTOR, RULESET, JOB)}
    made = plan_of(
        Selection.of(["ENVIRONMENT"], environments=[QA]),
        engine(HASHES, SOURCE),
        engine({**theirs, JOB: TWO}, environments=["Quality", QA], parents={}),
        policy=Policy(),
        naming=Naming({QA: "Quality"}),
    )
    assert set(decided(made).values()) == {"in_sync"}
    # What the target has in an environment of the old name is nobody's.
    assert extra(made) == ()


def test_one_name_in_two_environments() -> None:
    elsewhere = JOB._replace(environment=DEV)
    made = plan_of(
        JOBS, engine({JOB: ONE, elsewhere: ONE}, SOURCE, parents={}), engine({elsewhere: ONE}), policy=Policy()
    )
    assert decided(made) == {JOB: "to_create", elsewhere: "in_sync"}


# References


def with_domain(hashes: dict[ObjectKey, str], domain: str | None, name: str = TARGET, **more: t.Any) -> Catalog:
    return engine({**hashes, **({DOMAIN: domain} if domain else {})}, name, **more)


REFERENCES = {RULESET: [DOMAIN]}


@pytest.mark.parametrize(("theirs", "word"), [(None, "missing"), (TWO, "different")])
@pytest.mark.parametrize("selection", [JOBS, Selection.of(["DATABASE_RULESET"])])
def test_references_that_are_not_there_block(theirs: str | None, word: str, selection: Selection) -> None:
    # A job carries its ruleset, and refers to all that this refers to.
    made = plan_of(
        selection,
        with_domain(HASHES, ONE, SOURCE),
        with_domain({CONNECTOR: ONE}, theirs),
        policy=Policy(),
        references=REFERENCES,
    )
    assert set(decided(made).values()) == {"blocked"}
    (why,) = {item.reason for item in made.items}
    assert "DOMAIN D" in str(why)
    assert word in str(why)
    assert not made.needed


def test_references_that_are_equal_do_not_block() -> None:
    made = plan_of(
        JOBS,
        with_domain(HASHES, ONE, SOURCE),
        with_domain({}, ONE),
        policy=Policy(),
        references=REFERENCES,
    )
    assert decided(made) == {JOB: "to_create"}


@pytest.mark.parametrize(("theirs", "action"), [(None, "to_create"), (TWO, "to_update"), (ONE, None)])
def test_references_come_along_when_asked(theirs: str | None, action: str | None) -> None:
    unused = key("DOMAIN", "unused")
    made = plan_of(
        JOBS,
        with_domain({**HASHES, unused: ONE}, ONE, SOURCE),
        with_domain({}, theirs),
        policy=Policy(sync_references=True),
        references=REFERENCES,
    )
    expected = {JOB: "to_create"}
    assert decided(made) == ({**expected, DOMAIN: action} if action else expected)
    assert not action or reason(made, DOMAIN)


def test_references_that_may_not_be_overwritten_block() -> None:
    made = plan_of(
        JOBS,
        with_domain(HASHES, ONE, SOURCE),
        with_domain({}, TWO),
        policy=Policy(overwrite=False, sync_references=True),
        references=REFERENCES,
    )
    assert decided(made) == {DOMAIN: "blocked", JOB: "blocked"}


def test_a_reference_that_is_selected_itself_needs_no_leave() -> None:
    made = plan_of(
        Selection.of(["GLOBAL_OBJECT", "MASKING_JOB"]),
        with_domain(HASHES, ONE, SOURCE),
        with_domain({}, None),
        policy=Policy(),
        references=REFERENCES,
    )
    assert decided(made) == {DOMAIN: "to_create", JOB: "to_create"}


def test_many_obstacles_are_told_shortly() -> None:
    domains = [key("DOMAIN", f"D{number}") for number in range(9)]
    made = plan_of(
        JOBS,
        engine({**HASHES, **dict.fromkeys(domains, ONE)}, SOURCE),
        engine({}),
        policy=Policy(),
        references={RULESET: domains},
    )
    why = reason(made, JOB)
    assert "D0" in why
    assert "4 more" in why
    assert "D8" not in why


@pytest.mark.parametrize(
    ("receipt", "action"),
    [
        (None, "to_create"),
        (Receipt(ONE, TWO), "to_create"),
        (Receipt(THREE, TWO), "blocked"),
        (Receipt(ONE, THREE), "blocked"),
    ],
    ids=["nobody knows", "the same", "the source moved", "the target moved"],
)
def test_between_releases_only_a_receipt_can_block(receipt: Receipt | None, action: str) -> None:
    receipts = {DOMAIN: receipt} if receipt else {}
    made = plan_of(
        JOBS,
        with_domain(HASHES, ONE, SOURCE, release="6.0.17.0"),
        with_domain({}, TWO),
        policy=Policy(),
        references=REFERENCES,
        receipt_of=receipts.get,
    )
    assert decided(made) == {JOB: action}


def test_what_is_in_sync_is_not_blocked() -> None:
    made = plan_of(
        JOBS,
        with_domain(HASHES, ONE, SOURCE),
        with_domain({JOB: ONE, RULESET: TWO}, TWO),
        policy=Policy(),
        references=REFERENCES,
    )
    assert decided(made) == {JOB: "in_sync"}


# On-the-fly jobs


def on_the_fly(policy: Policy | None = None, mine: t.Any = None, **theirs: t.Any) -> Plan:
    """The plan for a job with another hash and, unless told otherwise, all else equal."""
    reads = {"reads": OTHER, "settings": SAME}
    source = engine(HASHES, SOURCE, **{**reads, **(mine or {})})
    target = {"hashes": {**HASHES, JOB: TWO}, **reads, **theirs}
    return plan_of(JOBS, source, engine(target.pop("hashes"), **target), policy=policy or Policy())


def test_an_on_the_fly_job_is_the_same_by_content() -> None:
    made = on_the_fly()
    assert decided(made) == {JOB: "in_sync"}
    assert made.may_come_along == ()


def test_other_jobs_are_the_same_by_hash_only() -> None:
    made = on_the_fly(mine={"settings": None}, settings=None)
    assert decided(made) == {JOB: "to_update"}


@pytest.mark.parametrize(
    "theirs",
    [
        {"settings": {**SAME, "email": "b@example.com"}},
        {"settings": {**SAME, "more": 1}},
        {"settings": {}},
        {"settings": None},
        {"hashes": {**HASHES, JOB: TWO, RULESET: TWO}},
        {"hashes": {**HASHES, JOB: TWO, CONNECTOR: TWO}},
        {"hashes": {**HASHES, JOB: TWO, OTHER: TWO}},
        {"hashes": {JOB: TWO, RULESET: ONE, CONNECTOR: ONE}, "reads": None},
        {"parents": {RULESET: CONNECTOR, JOB: key("DATABASE_RULESET", "another", QA)}},
        {"parents": {RULESET: CONNECTOR}},
        {"mine": {"parents": {RULESET: CONNECTOR}}},
        {"reads": key("DATABASE_CONNECTOR", "db", DEV)},
        {"reads": key("FILE_CONNECTOR", "other", DEV)},
        {"reads": None},
    ],
    ids=str,
)
def test_what_makes_on_the_fly_jobs_different(theirs: dict[str, t.Any]) -> None:
    assert decided(on_the_fly(**theirs)) == {JOB: "to_update"}


def test_a_job_is_not_the_same_when_the_source_does_not_list_what_it_needs() -> None:
    source = engine({CONNECTOR: ONE, RULESET: ONE, JOB: ONE}, SOURCE, reads=OTHER, settings=SAME)
    target = engine({**HASHES, JOB: TWO}, reads=OTHER, settings=SAME)
    assert decided(plan_of(JOBS, source, target, policy=Policy())) == {JOB: "to_update"}


@pytest.mark.parametrize(("mine", "theirs"), [(None, OTHER), (None, None), (OTHER, None)])
def test_equal_hashes_are_enough_where_lists_do_not_tell(mine: ObjectKey | None, theirs: ObjectKey | None) -> None:
    source = engine(HASHES, SOURCE, reads=mine, settings=SAME)
    target = engine(HASHES, reads=theirs, settings=SAME if theirs else None)
    assert decided(plan_of(JOBS, source, target, policy=Policy())) == {JOB: "in_sync"}


def test_a_job_of_which_nobody_knows_where_it_reads_from_is_compared_by_hash() -> None:
    # Multi-tenant jobs are told their source in every run, and lists of connectors can be incomplete.
    assert decided(on_the_fly(mine={"reads": None})) == {JOB: "to_update"}
    assert decided(on_the_fly(mine={"reads": None}, reads=None)) == {JOB: "to_update"}


@pytest.mark.parametrize("careful", [True, False])
def test_a_job_that_differs_by_where_it_reads_from_alone(careful: bool) -> None:
    source = engine(HASHES, SOURCE, reads=OTHER, settings=SAME)
    target = engine(HASHES, reads=CONNECTOR, settings=SAME)
    made = plan_of(JOBS, source, target, policy=Policy(overwrite=not careful))
    assert decided(made) == {JOB: "blocked" if careful else "to_update"}
    assert "another connector" in reason(made, JOB)
    diff = to_diff(made)
    assert careful or diff["before"] != diff["after"]


def test_a_job_that_reads_under_another_name_of_the_environment() -> None:
    there = OTHER._replace(environment="Development")
    source = engine(HASHES, SOURCE, reads=OTHER, settings=SAME)
    target = engine({CONNECTOR: ONE, RULESET: ONE, JOB: TWO, there: ONE}, reads=there, settings=SAME)
    naming = Naming({DEV: "Development"})
    assert decided(plan_of(JOBS, source, target, policy=Policy(), naming=naming)) == {JOB: "in_sync"}


@pytest.mark.parametrize("create", [True, False])
def test_reading_from_its_own_environment_takes_a_temporary_one(create: bool) -> None:
    source = engine(HASHES, SOURCE, reads=key("DATABASE_CONNECTOR", "second", QA), settings=SAME)
    made = plan_of(JOBS, source, engine({}), policy=Policy(create_environments=create))
    assert decided(made) == {JOB: "to_create" if create else "blocked"}
    assert create or "create_environments" in reason(made, JOB)


# Objects without a hash, and with revision ids


def test_objects_that_both_engines_list_without_a_hash_are_not_the_same() -> None:
    one = entry("DATABASE_CONNECTOR", "db", None, environment=QA)
    made = plan_of(
        Selection.of(["DATABASE_CONNECTOR"]), catalog(one, engine=SOURCE), catalog(one, engine=TARGET), policy=Policy()
    )
    assert decided(made) == {CONNECTOR: "to_update"}


@pytest.mark.parametrize(
    ("mine", "theirs", "itself"),
    [
        ("r1", "r1", False),
        ("r2", "r1", True),
        ("r1", None, None),
        (None, "r1", None),
        (None, None, None),
    ],
)
def test_whether_an_object_itself_differs(mine: str | None, theirs: str | None, itself: bool | None) -> None:
    sides = [
        catalog(entry("DATABASE_RULESET", "rules", revision, number, environment=QA), engine=name)
        for name, revision, number in ((SOURCE, ONE, mine), (TARGET, TWO, theirs))
    ]
    (item,) = plan_of(Selection.of(["DATABASE_RULESET"]), *sides, policy=Policy()).items
    assert item.itself is itself
    assert bool(item.reason) is (itself is False)


# What comes along


def test_what_a_job_takes_along_is_foretold() -> None:
    source = engine(HASHES, SOURCE, reads=OTHER, settings=SAME)
    made = plan_of(JOBS, source, engine({CONNECTOR: ONE, OTHER: TWO}), policy=Policy())
    assert set(made.may_come_along) == {RULESET, OTHER}


def test_what_comes_along_is_told_with_its_environment_on_the_target() -> None:
    made = plan_of(JOBS, engine(HASHES, SOURCE, settings=None), engine({}), policy=Policy(), naming=Naming({QA: "NEW"}))
    rows = made.to_result()["may_come_along"]
    assert {row["name"] for row in rows} == {CONNECTOR.name, RULESET.name}
    assert {(row["environment"], row["target_environment"]) for row in rows} == {(QA, "NEW")}


@pytest.mark.parametrize(
    ("moved", "along"),
    [
        ("FILE_RULESET", "FILE_FORMAT"),
        ("DATASET_RULESET", "DATASET_FORMAT"),
        ("FILE_CONNECTOR", "MOUNT_INFORMATION"),
        ("DATABASE_CONNECTOR", "JDBC_DRIVER"),
    ],
)
def test_objects_of_the_engine_that_are_taken_along_whole(moved: str, along: str) -> None:
    kinds = ["FILE_FORMAT", "DATASET_FORMAT", "MOUNT_INFORMATION", "JDBC_DRIVER", "DOMAIN"]
    hashes = {key(moved, "X", QA): ONE, **{key(kind, "Y"): ONE for kind in kinds}}
    made = plan_of(Selection.of([moved]), engine(hashes, SOURCE, parents={}), engine({}), policy=Policy())
    assert made.may_come_along == (key(along, "Y"),)
