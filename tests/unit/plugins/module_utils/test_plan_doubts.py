# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is removed that the source may have after all, and the plan says what goes before it goes."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy, make_plan
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Plan
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from ansible_collections.maskops.delphix.plugins.module_utils._view import View
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    entry,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.plans import (
    CONNECTOR,
    DEV,
    DOMAIN,
    JOB,
    ONE,
    OTHER,
    QA,
    RULESET,
    TWO,
    WHOLE,
    engine,
    plan_of,
)

PRUNE = Policy(prune=True)
EVERYTHING = Selection.of(["all"])
RENAMED = key("MASKING_JOB", "nightly run", QA)


def removals(made: Plan) -> dict[ObjectKey, str | None]:
    return {one.target.key: one.kept for one in made.removals}


def test_an_object_whose_name_the_source_does_not_tell_keeps_those_of_its_type() -> None:
    source = engine({RULESET: ONE, CONNECTOR: ONE}, SOURCE)
    source = dataclasses.replace(source, unnamed=(entry(JOB.type, "#7", ONE),))
    made = plan_of(WHOLE, source, engine({JOB: ONE, RULESET: ONE, CONNECTOR: ONE, OTHER: ONE}), policy=PRUNE)
    assert [one.target.key for one in made.to_remove] == [OTHER]
    assert "#7 is not moved" in str(removals(made)[JOB])


def test_what_a_blocked_object_may_have_been_is_kept() -> None:
    source = engine({RENAMED: ONE, RULESET: TWO, CONNECTOR: ONE}, SOURCE, parents={RENAMED: RULESET})
    source = dataclasses.replace(source, objects={**source.objects, DOMAIN: entry("DOMAIN", "D", ONE)})
    target = engine({JOB: ONE, RULESET: ONE, CONNECTOR: ONE, OTHER: ONE})
    jobs = Selection.of(["MASKING_JOB"])
    made = plan_of(jobs, source, target, policy=PRUNE, references={RULESET: [DOMAIN]})
    assert made.to_remove == []
    assert "nightly run in QA is not moved" in str(removals(made)[JOB])
    # Elsewhere nothing is in doubt.
    there = JOB._replace(environment=DEV)
    target = engine({JOB: ONE, RULESET: ONE, CONNECTOR: ONE, there: ONE})
    made = plan_of(jobs, source, target, policy=PRUNE, references={RULESET: [DOMAIN]})
    assert [one.target.key for one in made.to_remove] == [there]


def test_a_blocked_update_puts_nothing_in_doubt() -> None:
    made = plan_of(
        WHOLE,
        engine({CONNECTOR: TWO}, SOURCE),
        engine({CONNECTOR: ONE, JOB: ONE}, parents={}),
        policy=Policy(prune=True, overwrite=False),
    )
    assert [one.target.key for one in made.to_remove] == [JOB]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (key("DATABASE_CONNECTOR", "CRM", QA), key("DATABASE_CONNECTOR", "crm", QA)),
        (key("DOMAIN", "Caf\u00e9"), key("DOMAIN", "Cafe\u0301")),
        (key("LOOKUP", "Names"), key("USER_ALGORITHM", "Names")),
    ],
    ids=["letter case", "composed", "type of an algorithm"],
)
def test_a_name_that_an_engine_may_have_written_otherwise_is_kept(mine: ObjectKey, theirs: ObjectKey) -> None:
    made = plan_of(EVERYTHING, engine({mine: ONE}, SOURCE), engine({theirs: ONE}), policy=PRUNE)
    assert made.to_remove == []
    assert removals(made)[theirs] == f"the source has {mine}"


def test_a_name_in_other_letters_is_kept_beside_the_right_one() -> None:
    # Else a run would remove what the plan before it, without the right one yet, has said to keep.
    upper, lower = key("DOMAIN", "CARD"), key("DOMAIN", "card")
    made = plan_of(EVERYTHING, engine({upper: ONE}, SOURCE), engine({upper: ONE, lower: ONE}), policy=PRUNE)
    assert made.to_remove == []


@pytest.mark.parametrize("release", ["6.0.1.0", "2025.2.0.0"])
def test_types_that_another_release_does_not_have_are_kept(release: str) -> None:
    classifier = key("CLASSIFIER", "cards")
    source = engine({DOMAIN: ONE}, SOURCE)
    target = dataclasses.replace(engine({DOMAIN: ONE, classifier: ONE}), release=Release("2025.2.0.0"))
    made = plan_of(EVERYTHING, dataclasses.replace(source, release=Release(release)), target, policy=PRUNE)
    assert [one.target.key for one in made.to_remove] == ([] if release == "6.0.1.0" else [classifier])


def test_what_is_no_longer_used_once_the_sync_is_done_goes_and_the_plan_says_so() -> None:
    newer = RULESET._replace(name="newer rules")
    source = engine({JOB: TWO, newer: ONE, CONNECTOR: ONE}, SOURCE, parents={JOB: newer, newer: CONNECTOR})
    made = plan_of(WHOLE, source, engine({JOB: ONE, RULESET: ONE, CONNECTOR: ONE}), policy=PRUNE)
    assert [one.target.key for one in made.to_remove] == [RULESET]
    # The other way round: what the job will use, under its name on the target, is in use.
    assert CONNECTOR not in removals(made)


def test_what_cannot_be_synced_is_kept() -> None:
    mapping = key("USER_ALGORITHM", "Badges")
    target = engine({mapping: ONE})
    broken = entry(mapping.type, mapping.name, reason="a mapping algorithm")
    target = dataclasses.replace(target, objects={**target.objects, mapping: broken})
    made = plan_of(EVERYTHING, engine({DOMAIN: ONE}, SOURCE), target, policy=PRUNE)
    assert removals(made) == {mapping: "it cannot be synced"}


def test_what_was_tried_in_vain_still_uses_what_it_uses_and_may_be_a_new_name() -> None:
    newer = RULESET._replace(name="newer rules")
    source = engine({JOB: TWO, newer: ONE, CONNECTOR: ONE}, SOURCE, parents={JOB: newer, newer: CONNECTOR})
    target = engine({JOB: ONE, RULESET: ONE, CONNECTOR: ONE, OTHER: ONE})
    made = make_plan(WHOLE, View(source, target), policy=PRUNE, tried={JOB})
    assert removals(made)[RULESET] == f"{JOB} uses it"
    made = make_plan(WHOLE, View(source, target), policy=PRUNE, tried={newer})
    assert removals(made)[RULESET] == f"{newer} is not moved and may be what became of it"
    assert [one.target.key for one in made.to_remove] == [OTHER]
