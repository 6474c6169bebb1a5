# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan removes and what it leaves, case by case."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    OnTheFly,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._plan import (
    Plan,
    Removal,
    to_diff,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    entry,
)
from ansible_collections.maskops.delphix.tests.unit.support.plans import (
    CONNECTOR,
    DEV,
    JOB,
    JOBS,
    ONE,
    OTHER,
    QA,
    RULESET,
    SAME,
    WHOLE,
    engine,
    extra,
    plan_of,
)


def removals(made: Plan) -> dict[ObjectKey, str | None]:
    return {one.target.key: one.kept for one in made.removals}


EXTRA = {RULESET: ONE, CONNECTOR: ONE, JOB: ONE}


def test_extra_objects_are_reported_only() -> None:
    made = plan_of(WHOLE, engine({OTHER: ONE}, SOURCE), engine({OTHER: ONE, **EXTRA}), policy=Policy())
    assert set(extra(made)) == {JOB, RULESET, CONNECTOR}
    assert made.to_remove == []
    assert not made.changes
    assert all("reason" not in row for row in made.to_result()["extra"])


def test_extra_objects_go_in_the_order_of_their_dependencies() -> None:
    made = plan_of(WHOLE, engine({OTHER: ONE}, SOURCE), engine({OTHER: ONE, **EXTRA}), policy=Policy(prune=True))
    assert [one.target.key for one in made.to_remove] == [JOB, RULESET, CONNECTOR]
    assert made.changes
    assert made.summary()["to_remove"] == 3
    assert to_diff(made)["after"] == ""
    assert str(JOB) in to_diff(made)["before"]


def test_what_is_in_use_by_something_that_stays_is_kept() -> None:
    # The job is on both engines, and so is kept with all that it uses on the target.
    made = plan_of(
        WHOLE,
        engine({JOB: ONE}, SOURCE, parents={}),
        engine(EXTRA, reads=CONNECTOR, settings=SAME),
        policy=Policy(prune=True),
    )
    assert made.to_remove == []
    assert removals(made).keys() == {RULESET, CONNECTOR}
    assert all("uses it" in str(why) for why in removals(made).values())


def test_what_a_job_elsewhere_reads_from_is_in_use() -> None:
    elsewhere = JOB._replace(environment=DEV)
    target = engine({elsewhere: ONE, CONNECTOR: ONE}, parents={})
    target = dataclasses.replace(target, on_the_fly={elsewhere: OnTheFly(CONNECTOR, {})})
    source = engine({elsewhere: ONE}, SOURCE, parents={})
    made = plan_of(WHOLE, source, target, policy=Policy(prune=True))
    assert "nightly" in str(removals(made)[CONNECTOR])


def test_what_is_kept_keeps_what_it_uses() -> None:
    made = plan_of(
        WHOLE,
        engine({OTHER: ONE}, SOURCE),
        engine({OTHER: ONE, **EXTRA}),
        policy=Policy(prune=True),
        kept={RULESET: "it is built in"},
    )
    assert removals(made)[RULESET] == "it is built in"
    assert "rules" in str(removals(made)[CONNECTOR])
    assert [one.target.key for one in made.to_remove] == [JOB]


def test_environments_that_the_source_does_not_have_are_not_touched() -> None:
    theirs = {one._replace(environment="Local"): ONE for one in EXTRA}
    made = plan_of(
        WHOLE,
        engine({OTHER: ONE}, SOURCE),
        engine({OTHER: ONE, **theirs}, environments=[QA, DEV, "Local"], parents={}),
        policy=Policy(prune=True),
    )
    assert made.to_remove == []
    assert set(theirs) <= set(extra(made))


@pytest.mark.parametrize(
    ("selection", "gone"),
    [
        (JOBS, {JOB}),
        (Selection.of(["MASKING_JOB"], ["QA/n*"]), {JOB}),
        (Selection.of(["MASKING_JOB"], ["weekly*"]), set()),
        (Selection.of(["MASKING_JOB"], exclude=["nightly"]), set()),
        (Selection.of(["ENVIRONMENT"], environments=[DEV]), set()),
        (Selection.of(["PROFILE_JOB"]), set()),
    ],
)
def test_only_what_is_selected_goes(selection: Selection, gone: set[ObjectKey]) -> None:
    made = plan_of(selection, engine({OTHER: ONE}, SOURCE), engine({OTHER: ONE, **EXTRA}), policy=Policy(prune=True))
    assert {one.target.key for one in made.to_remove} == gone


def test_what_the_source_cannot_export_is_not_extra() -> None:
    source = engine({RULESET: ONE, CONNECTOR: ONE}, SOURCE, parents={})
    broken = entry(JOB.type, JOB.name, reason="depends on a mapping algorithm", environment=QA)
    source = dataclasses.replace(source, objects={**source.objects, JOB: broken})
    made = plan_of(WHOLE, source, engine(EXTRA), policy=Policy(prune=True))
    assert made.removals == ()


def test_a_removal_tells_why_something_stays() -> None:
    one = SyncableObject(JOB, {"id": 5}, ONE)
    row = {"type": JOB.type, "name": JOB.name, "environment": QA}
    assert Removal(one).to_result() == {**row, "target_hash": ONE}
    assert Removal(one, "it is built in").to_result() == {**row, "reason": "it is built in"}
