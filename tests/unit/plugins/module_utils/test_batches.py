# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes in one export and one import, and in which order."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._batches import (
    cannot_be_exported,
    next_batch,
    parts_of,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    OnTheFly,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Plan
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    TARGET,
    catalog,
    entry,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.plans import plan_of

Above = t.Mapping[ObjectKey, ObjectKey]
EVERYTHING = Selection.of(["all"])


def source(*keys: ObjectKey, above: Above | None = None, reads: Above | None = None) -> Catalog:
    """An engine with these objects."""
    entries = [entry(one.type, one.name, environment=one.environment) for one in keys]
    jobs = {job: OnTheFly(connector, {}) for job, connector in (reads or {}).items()}
    return catalog(*entries, parents=above or {}, on_the_fly=jobs)


def plan(held: Catalog, *there: ObjectKey) -> Plan:
    """The plan for a target that lacks all, and has some of it otherwise."""
    theirs = [entry(one.type, one.name, "2" * 40, environment=one.environment) for one in there]
    return plan_of(EVERYTHING, held, catalog(*theirs, engine=TARGET), policy=Policy(create_environments=True))


def batches(made: Plan) -> list[set[ObjectKey]]:
    """All batches of a plan that does not change under way."""
    tried: set[ObjectKey] = set()
    found = []
    while batch := next_batch(made, tried):
        found.append({item.key for item in batch})
        assert not tried & found[-1]
        tried |= found[-1]
    return found


def parts(held: Catalog, naming: Naming | None = None) -> list[tuple[set[ObjectKey], str | None, str | None]]:
    """Objects, environment and source environment of each part of all that a source has."""
    return [
        ({item.key for item in part.items}, part.environment, part.source_environment)
        for part in parts_of(plan(held).needed, held, naming or Naming())
    ]


def connector(name: str, environment: str, kind: str = "DATABASE") -> ObjectKey:
    return key(f"{kind}_CONNECTOR", name, environment)


def ruleset(name: str, environment: str, kind: str = "DATABASE") -> ObjectKey:
    return key(f"{kind}_RULESET", name, environment)


def job(name: str, environment: str, kind: str = "MASKING") -> ObjectKey:
    return key(f"{kind}_JOB", name, environment)


DOMAIN, LOOKUP, FORMAT = key("DOMAIN", "D"), key("LOOKUP", "L"), key("FILE_FORMAT", "csv")


# Order


def test_what_is_referred_to_goes_before_those_who_refer_to_it() -> None:
    keys = [DOMAIN, FORMAT, connector("db", "QA"), ruleset("rules", "QA"), job("nightly", "QA")]
    assert batches(plan(source(*keys))) == [{DOMAIN}, {FORMAT}, set(keys[2:])]


def test_updates_of_the_engine_go_before_all_that_is_inside_environments() -> None:
    keys = [LOOKUP, DOMAIN, connector("db", "QA")]
    assert batches(plan(source(*keys), LOOKUP, DOMAIN)) == [{LOOKUP}, {DOMAIN}, {keys[2]}]


def test_connectors_that_differ_go_before_what_hangs_on_them() -> None:
    keys = [connector("db", "QA"), ruleset("rules", "QA"), job("nightly", "QA")]
    assert batches(plan(source(*keys), *keys)) == [{one} for one in keys]
    # What is new to the target goes at once, and takes along what it hangs on.
    assert batches(plan(source(*keys), *keys[:2])) == [{keys[0], keys[2]}, {keys[1]}]


# Parts


def test_each_environment_is_a_part() -> None:
    held = source(connector("db", "QA"), connector("files", "QA", "FILE"), connector("db", "DEV"), DOMAIN)
    assert parts(held) == [
        ({DOMAIN}, None, None),
        ({connector("db", "DEV")}, "DEV", None),
        ({connector("db", "QA"), connector("files", "QA", "FILE")}, "QA", None),
    ]


def test_parts_are_named_as_on_the_target() -> None:
    held = source(job("copy", "QA"), reads={job("copy", "QA"): connector("gold", "Gold")})
    naming = Naming({"QA": "Quality", "Gold": "Silver"})
    found = parts_of(
        plan_of(EVERYTHING, held, catalog(engine=TARGET), policy=Policy(), naming=naming).needed, held, naming
    )
    assert [(part.environment, part.source_environment) for part in found] == [("Quality", "Silver")]


def test_jobs_that_read_from_different_environments_are_different_parts() -> None:
    keys = [job("a", "QA"), job("b", "QA"), job("c", "QA"), job("plain", "QA"), job("d", "DEV")]
    reads = {
        keys[0]: connector("gold", "Gold"),
        keys[1]: connector("x", "DEV"),
        keys[2]: connector("silver", "Gold"),
        keys[4]: connector("gold", "Gold"),
    }
    found = parts(source(*keys, reads=reads))
    assert sorted(found, key=str) == sorted(
        [
            ({keys[3]}, "QA", None),
            ({keys[0], keys[2]}, "QA", "Gold"),
            ({keys[1]}, "QA", "DEV"),
            ({keys[4]}, "DEV", "Gold"),
        ],
        key=str,
    )


def test_a_job_that_reads_from_its_own_environment_takes_a_temporary_one() -> None:
    own, other = job("own", "QA"), job("other", "QA")
    held = source(own, other, reads={own: connector("x", "QA"), other: connector("x", "DEV")})
    found = {item.key: part for part in parts_of(plan(held).needed, held, Naming()) for item in part.items}
    assert found[own].takes_staging
    assert not found[other].takes_staging


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (connector("x", "QA"), connector("x", "QA", "FILE")),
        (connector("x", "QA", "DATASET"), connector("x", "QA", "FILE")),
        (ruleset("x", "QA"), ruleset("x", "QA", "FILE")),
        (job("x", "QA"), job("x", "QA", "PROFILE")),
    ],
)
def test_kinds_of_one_thing_share_their_names_in_an_export(one: ObjectKey, other: ObjectKey) -> None:
    assert sorted(map(str, parts(source(one, other)))) == sorted(map(str, [({one}, "QA", None), ({other}, "QA", None)]))


def test_a_connector_may_have_the_name_of_a_ruleset_or_job() -> None:
    keys = {connector("x", "QA"), ruleset("x", "QA"), job("x", "QA")}
    assert parts(source(*keys)) == [(keys, "QA", None)]


def test_names_of_what_goes_along_count() -> None:
    first, second = ruleset("first", "QA"), ruleset("second", "QA", "FILE")
    above = {first: connector("x", "QA"), second: connector("x", "QA", "FILE")}
    assert [one for one, _where, _from in parts(source(first, second, above=above))] == [{first}, {second}]
    same = ruleset("third", "QA")
    above = {first: connector("x", "QA"), same: connector("x", "QA")}
    assert parts(source(first, same, above=above)) == [({first, same}, "QA", None)]


def test_a_source_connector_of_the_same_name_cannot_be_exported() -> None:
    copy, rules, mine = job("copy", "QA"), ruleset("rules", "QA"), connector("x", "QA")
    above = {copy: rules, rules: mine}
    held = source(copy, rules, mine, above=above, reads={copy: connector("x", "Gold")})
    assert cannot_be_exported(copy, held)
    assert not cannot_be_exported(rules, held)
    other = source(copy, rules, mine, above=above, reads={copy: connector("y", "Gold")})
    assert not cannot_be_exported(copy, other)
    # Whether an engine takes one connector as both ends of a job is not documented.
    itself = source(copy, rules, mine, above=above, reads={copy: mine})
    assert cannot_be_exported(copy, itself)


def test_what_an_engine_may_refuse_is_exported_alone() -> None:
    copies = [job(name, "QA") for name in "ab"]
    rules, mine = ruleset("rules", "QA"), connector("x", "QA")
    plain, others = [job(name, "QA") for name in "cd"], ruleset("others", "QA")
    above = {**dict.fromkeys(copies, rules), rules: mine, **dict.fromkeys(plain, others), others: connector("y", "QA")}
    reads = {**dict.fromkeys(copies, connector("x", "Gold")), **dict.fromkeys(plain, connector("gold", "Gold"))}
    held = source(*copies, *plain, above=above, reads=reads)
    found = [one for one, _where, _from in parts(held)]
    assert {frozenset(one) for one in found} == {frozenset({copies[0]}), frozenset({copies[1]}), frozenset(plain)}


def test_every_object_is_in_one_part_and_no_part_holds_a_name_twice() -> None:
    environments = ["QA", "DEV"]
    keys = [connector(name, where, kind) for name in "ab" for where in environments for kind in ("FILE", "DATABASE")]
    keys += [ruleset(name, where, kind) for name in "ab" for where in environments for kind in ("FILE", "DATABASE")]
    keys += [job(name, where, kind) for name in "ab" for where in environments for kind in ("MASKING", "PROFILE")]
    kinds = {"MASKING": "DATABASE", "PROFILE": "FILE"}
    above = {
        **{
            one: connector(one.name, str(one.environment), one.type.partition("_")[0])
            for one in keys
            if one.type.endswith("_RULESET")
        },
        **{
            one: ruleset(one.name, str(one.environment), kinds[one.type.partition("_")[0]])
            for one in keys
            if one.type.endswith("_JOB")
        },
    }
    held = source(*keys, above=above)
    found = parts(held)
    assert sorted(one for part, _where, _from in found for one in part) == sorted(keys)
    for part, where, _from in found:
        carried = {one for top in part for one in held.carried(top)}
        assert {one.environment for one in carried} == {where}
        taken = [(one.type.rpartition("_")[2], one.name) for one in carried]
        assert len(set(taken)) == len(taken)
