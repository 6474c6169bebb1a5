# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On-the-fly jobs read on the target from where they read on the source."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import UnreachableError
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import TransferOptions
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate, twin
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

WHOLE = wanted("ENVIRONMENT", create_environments=True)
CAREFUL = wanted("ENVIRONMENT", create_environments=True, overwrite=False)
A, B, GOLD = "Team A", "Team B", "Gold"
MINE, RULES = key("DATABASE_CONNECTOR", "mine", A), key("DATABASE_RULESET", "rules", A)
GOLDEN = key("DATABASE_CONNECTOR", "gold", GOLD)


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    """A source with environments, connectors and rulesets that jobs are added to, and an empty target."""
    source = Estate(SOURCE, clock)
    holds = source.holds
    for name in (A, B, GOLD):
        holds.environment(name)
        holds.add("DATABASE_CONNECTOR", "mine", name, host=f"of {name}")
        holds.add("DATABASE_RULESET", "rules", name, on=key("DATABASE_CONNECTOR", "mine", name), tables=[name])
    holds.add("DATABASE_CONNECTOR", "gold", GOLD, host="gold")
    return Fleet(source, Estate(TARGET, clock, first_number=70), tmp_path)


def add_job(
    fleet: Fleet[Estate],
    name: str,
    reads: ObjectKey,
    environment: str = A,
    kind: str = "MASKING_JOB",
    **own: t.Any,
) -> ObjectKey:
    """An on-the-fly job of the source."""
    on = key("DATABASE_RULESET", "rules", environment)
    return fleet.source.holds.add(kind, name, environment, on=on, reads=reads, **own)


def check_same(fleet: Fleet[Estate]) -> None:
    """The target holds what the source holds, and nothing besides; the next run sends no write."""
    assert fleet.target.holds.meanings() == fleet.source.holds.meanings()
    assert fleet.target.holds.environments == fleet.source.holds.environments
    fleet.forget()
    again = fleet.sync(WHOLE)
    assert again["changed"] is False
    assert again["plan"]["summary"]["in_sync"] == len(fleet.source.holds.objects)
    assert fleet.writes == []


@pytest.mark.parametrize("kind", ["MASKING_JOB", "TOKENIZATION_JOB", "REIDENTIFICATION_JOB"])
def test_jobs_that_read_from_several_environments(fleet: Fleet[Estate], kind: str) -> None:
    jobs = [
        add_job(fleet, "from gold", GOLDEN, kind=kind),
        add_job(fleet, "from B", key("DATABASE_CONNECTOR", "mine", B), GOLD, kind=kind),
        add_job(fleet, "from A", MINE, GOLD, kind=kind),
    ]
    # Connectors called "mine" on both ends are a matter of their own.
    fleet.source.refuses_one_name = False
    run = FakeRun()
    result = fleet.sync(WHOLE, run)
    assert result["unverified"] == []
    assert {label(job) for job in jobs} <= set(labels(result["applied"]["created"]))
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()
    assert run.warnings == []
    check_same(fleet)


@pytest.mark.parametrize(
    ("connector", "ruleset"),
    [
        ("DATABASE_CONNECTOR", "DATABASE_RULESET"),
        ("FILE_CONNECTOR", "FILE_RULESET"),
        ("DATASET_CONNECTOR", "DATASET_RULESET"),
    ],
)
def test_a_job_reads_from_a_connector_of_its_own_environment(
    fleet: Fleet[Estate], connector: str, ruleset: str
) -> None:
    source = fleet.source.holds
    other = source.add(connector, "other", A, host="other")
    on = source.add(ruleset, "more rules", A, on=source.add(connector, "another", A, host="another"))
    job = source.add("MASKING_JOB", "within", A, on=on, reads=other, email="a@example.com")
    result = fleet.sync(WHOLE)
    assert fleet.target.holds.objects[job].reads == other
    assert result["unverified"] == []
    # The temporary environment is gone, and was never part of what is told.
    assert {row["name"] for row in result["applied"]["environments"]} == {A, B, GOLD}
    assert {row["environment"] for row in result["connectors"]} == {A, B, GOLD}
    assert {row.get("environment") for row in result["applied"]["created"]} == {A, B, GOLD}
    check_same(fleet)


def test_a_temporary_environment_is_not_made_unasked(fleet: Fleet[Estate]) -> None:
    for name in (A, B, GOLD):
        fleet.target.holds.environment(name)
    other = fleet.source.holds.add("DATABASE_CONNECTOR", "other", A)
    job = add_job(fleet, "within", other)
    result = fleet.sync(wanted("ENVIRONMENT"))
    assert labels(result["plan"]["blocked"]) == [label(job)]
    assert "create_environments" in result["plan"]["blocked"][0]["reason"]
    assert "POST /environments" not in fleet.writes
    assert RULES in fleet.target.holds.objects
    assert job not in fleet.target.holds.objects


@pytest.mark.parametrize("options", [WHOLE, CAREFUL], ids=["overwriting", "careful"])
def test_jobs_of_two_environments_that_read_from_connectors_of_one_name(fleet: Fleet[Estate], options: t.Any) -> None:
    for name in (A, B):
        other = fleet.source.holds.add("DATABASE_CONNECTOR", "other", name, host=f"other of {name}")
        add_job(fleet, "within", other, name)
    fleet.sync(options)
    check_same(fleet)


# Two connectors of one name


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("answers", ["accepted", "refused", "refused in the task"])
@pytest.mark.parametrize("careful", [True, False])
def test_a_job_whose_connectors_share_a_name(fleet: Fleet[Estate], jobs: int, answers: str, careful: bool) -> None:
    fleet.source.refuses_one_name = answers != "accepted"
    fleet.source.refuses_exports_in_tasks = answers == "refused in the task"
    added = [
        add_job(fleet, f"copy {number}", key("DATABASE_CONNECTOR", "mine", GOLD), feedbackSize=number)
        for number in range(jobs)
    ]
    # One that can be exported goes the usual way.
    added.append(add_job(fleet, "plain", GOLDEN))
    result = fleet.sync(CAREFUL if careful else WHOLE)
    built = [request for request in fleet.writes if request == "POST /masking-jobs"]
    assert len(built) == (0 if answers == "accepted" else jobs)
    assert result["unverified"] == []
    assert {label(job) for job in added} <= set(labels(result["applied"]["created"]))
    check_same(fleet)


@pytest.mark.parametrize("in_tasks", [True, False])
def test_a_refused_export_is_refused_once_for_all_targets(
    fleet: Fleet[Estate], clock: FakeClock, in_tasks: bool
) -> None:
    fleet.source.refuses_exports_in_tasks = in_tasks
    job = add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    exchange = Exchange(str(fleet.folder / "shared"), fleet.target.transport.pause)
    exports = []
    for number in range(2):
        name = f"{TARGET}:{number}"
        target = Estate(name, clock, first_number=70 + number)
        sync(fleet.source.engine, target.engine, WHOLE, exchange, Receipts(None, SOURCE, name), FakeRun())
        assert target.holds.objects[job].meaning == fleet.source.holds.objects[job].meaning
        exports.append(fleet.source.requests.count("POST /export-async"))
    assert exports[0] == exports[1]


def test_a_source_that_cannot_be_reached_is_no_refusal(fleet: Fleet[Estate]) -> None:
    add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    fleet.sync(wanted("DATABASE_RULESET", create_environments=True))

    def gone(_handle: t.Any, _given: t.Any) -> t.Any:
        raise UnreachableError("nobody is there", engine=SOURCE)

    fleet.source.fault("POST /export-async", gone)
    with pytest.raises(UnreachableError):
        fleet.sync(wanted("MASKING_JOB", create_environments=True))
    assert "POST /masking-jobs" not in fleet.writes


def test_by_the_endpoints_that_answer_at_once(fleet: Fleet[Estate]) -> None:
    add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    add_job(fleet, "within", fleet.source.holds.add("DATABASE_CONNECTOR", "other", A))
    fleet.sync(dataclasses.replace(WHOLE, transfer=TransferOptions(background=False)))
    assert {"POST /export"} == set(fleet.source.writes)
    assert "POST /import-async" not in fleet.target.writes
    check_same(fleet)


def test_on_an_old_engine_that_is_busy(fleet: Fleet[Estate], clock: FakeClock) -> None:
    # Before release 20 an import is refused while a job runs (documented).
    fleet.source.release = "6.0.17.0"
    fleet.target = Estate(TARGET, clock, first_number=70, release="6.0.17.0")
    fleet.source = twin(fleet.source, SOURCE, release="6.0.17.0", first_number=1)
    fleet.target.jobs.append(clock.now + 600)
    add_job(fleet, "within", fleet.source.holds.add("DATABASE_CONNECTOR", "other", A))
    fleet.sync(WHOLE)
    assert clock.now > fleet.target.jobs[0]
    check_same(fleet)


def test_a_built_job_is_changed_when_the_source_changes(fleet: Fleet[Estate]) -> None:
    job = add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD), email="a@example.com")
    fleet.sync(WHOLE)
    fleet.source.holds.edit(job, email="b@example.com", feedbackSize=5)
    number = fleet.target.holds.number(job)
    fleet.forget()
    result = fleet.sync(WHOLE)
    assert labels(result["plan"]["to_update"]) == labels(result["applied"]["updated"]) == [label(job)]
    assert fleet.target.holds.number(job) == number
    assert fleet.target.writes == ["PUT /masking-jobs"]
    check_same(fleet)


def test_a_job_alone_is_built_with_what_it_hangs_on(fleet: Fleet[Estate]) -> None:
    job = add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    options = wanted("MASKING_JOB", names=["copy"], create_environments=True)
    result = fleet.sync(options)
    assert fleet.target.holds.objects[job].meaning == fleet.source.holds.objects[job].meaning
    assert set(fleet.target.holds.objects) == {job, RULES, MINE, key("DATABASE_CONNECTOR", "mine", GOLD)}
    assert {(row["environment"], row["name"], row["created"]) for row in result["connectors"]} == {
        (A, "mine", True),
        (GOLD, "mine", True),
    }
    fleet.forget()
    assert fleet.sync(options)["changed"] is False
    assert fleet.writes == []


def test_jobs_under_other_names_of_environments(fleet: Fleet[Estate]) -> None:
    naming = Naming({A: "QA", GOLD: "Gold QA"})
    built = add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    within = add_job(fleet, "within", fleet.source.holds.add("DATABASE_CONNECTOR", "other", A))
    fleet.sync(WHOLE, naming=naming)
    held = fleet.target.holds.objects
    assert held[built._replace(environment="QA")].reads == key("DATABASE_CONNECTOR", "mine", "Gold QA")
    assert held[within._replace(environment="QA")].reads == key("DATABASE_CONNECTOR", "other", "QA")
    assert set(fleet.target.holds.environments) == {"QA", B, "Gold QA"}
    fleet.forget()
    assert fleet.sync(WHOLE, naming=naming)["changed"] is False
    assert fleet.writes == []


def test_jobs_that_tell_their_environment(fleet: Fleet[Estate]) -> None:
    # One sample of a vendor shows it.
    for engine in (fleet.source, fleet.target):
        engine.rows.job_environments = True
    add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", GOLD))
    add_job(fleet, "within", fleet.source.holds.add("DATABASE_CONNECTOR", "other", A))
    fleet.sync(WHOLE)
    check_same(fleet)


# Drift


def same(fleet: Fleet[Estate], target: Estate | None = None) -> Fleet[Estate]:
    """The same source, and a target that holds the same."""
    return Fleet(fleet.source, target or twin(fleet.source, TARGET), fleet.folder)


def test_a_job_that_reads_from_another_connector_is_pointed_back(fleet: Fleet[Estate]) -> None:
    job = add_job(fleet, "copy", GOLDEN)
    fleet = same(fleet)
    holds = fleet.target.holds
    holds.environment("Silver")
    # The same connector elsewhere, so that no hash tells.
    silver = holds.add("DATABASE_CONNECTOR", "gold", "Silver", host="gold")
    holds.change(job, reads=silver, revision=holds.objects[job].revision)
    assert holds.hash_of(job) == fleet.source.holds.hash_of(job)
    foretold = fleet.sync(WHOLE, FakeRun(check_mode=True))
    assert labels(foretold["plan"]["to_update"]) == [label(job)]
    assert foretold["plan"]["to_update"][0]["reason"]
    assert foretold["diff"]["before"] != foretold["diff"]["after"]
    result = fleet.sync(WHOLE)
    assert result["changed"] is True
    assert fleet.writes == ["PUT /masking-jobs"]
    assert holds.objects[job].reads == GOLDEN
    assert labels(result["applied"]["updated"]) == [label(job)]
    fleet.forget()
    assert fleet.sync(WHOLE)["changed"] is False
    assert fleet.writes == []


def test_it_is_left_where_nothing_may_be_overwritten(fleet: Fleet[Estate]) -> None:
    job = add_job(fleet, "copy", GOLDEN)
    fleet = same(fleet)
    fleet.target.holds.change(job, reads=key("DATABASE_CONNECTOR", "mine", B))
    result = fleet.sync(CAREFUL)
    assert labels(result["plan"]["blocked"]) == [label(job)]
    assert fleet.writes == []


@pytest.mark.parametrize("reads", [GOLDEN, key("DATABASE_CONNECTOR", "mine", GOLD)], ids=["imported", "built"])
def test_the_source_reads_from_elsewhere_now(fleet: Fleet[Estate], reads: ObjectKey) -> None:
    job = add_job(fleet, "copy", key("DATABASE_CONNECTOR", "mine", B))
    fleet.sync(WHOLE)
    fleet.source.holds.change(job, reads=reads)
    result = fleet.sync(WHOLE)
    assert result["changed"] is True
    assert fleet.target.holds.objects[job].reads == reads
    check_same(fleet)


@pytest.mark.parametrize("where", ["source", "target"])
def test_saving_alone_is_no_difference(fleet: Fleet[Estate], where: str) -> None:
    job = add_job(fleet, "copy", GOLDEN, email="a@example.com")
    fleet = same(fleet)
    getattr(fleet, where).holds.edit(job)
    check_same(fleet)


@pytest.mark.parametrize("within", [True, False])
def test_a_setting_on_the_target_is_a_difference(fleet: Fleet[Estate], within: bool) -> None:
    reads = fleet.source.holds.add("DATABASE_CONNECTOR", "other", A) if within else GOLDEN
    job = add_job(fleet, "copy", reads, email="a@example.com")
    fleet = same(fleet)
    fleet.target.holds.edit(job, email="theirs@example.com")
    result = fleet.sync(WHOLE)
    assert labels(result["plan"]["to_update"]) == [label(job)]
    assert fleet.target.holds.objects[job].own["email"] == "a@example.com"
    check_same(fleet)


def test_what_a_job_reads_from_has_changed(fleet: Fleet[Estate]) -> None:
    add_job(fleet, "copy", GOLDEN)
    fleet.sync(WHOLE)
    fleet.target.holds.change(GOLDEN, password="works")
    fleet.source.holds.edit(GOLDEN, host="platinum")
    result = fleet.sync(WHOLE)
    assert fleet.target.holds.objects[GOLDEN].own["host"] == "platinum"
    assert fleet.target.holds.objects[GOLDEN].password == "works"
    assert {(row["environment"], row["name"], row["created"]) for row in result["connectors"]} >= {
        (GOLD, "gold", False)
    }
    check_same(fleet)


def test_the_ruleset_of_a_staged_job_has_changed(fleet: Fleet[Estate]) -> None:
    add_job(fleet, "within", fleet.source.holds.add("DATABASE_CONNECTOR", "other", A))
    fleet.sync(WHOLE)
    fleet.source.holds.edit(RULES, tables=["fewer"])
    fleet.forget()
    fleet.sync(WHOLE)
    # The job is equal as soon as its ruleset is.
    assert fleet.target.writes == ["POST /import-async"]
    check_same(fleet)


def test_a_job_is_no_longer_on_the_fly(fleet: Fleet[Estate]) -> None:
    job = add_job(fleet, "copy", GOLDEN)
    fleet.sync(WHOLE)
    fleet.source.holds.change(job, reads=None)
    fleet.sync(WHOLE)
    assert fleet.target.holds.objects[job].reads is None
    check_same(fleet)


# Between releases


@pytest.mark.parametrize("way", ["imported", "staged", "built"])
def test_receipts_know_on_the_fly_jobs(fleet: Fleet[Estate], clock: FakeClock, way: str) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    if way == "staged":
        reads = fleet.source.holds.add("DATABASE_CONNECTOR", "other", A)
    else:
        reads = GOLDEN if way == "imported" else key("DATABASE_CONNECTOR", "mine", GOLD)
    job = add_job(fleet, "copy", reads)
    options = wanted("MASKING_JOB", names=["copy"], create_environments=True)
    first = fleet.sync(options, keep=True)
    assert first["unverified"] == []
    assert fleet.target.holds.objects[job].reads == reads
    fleet.forget()
    second: Row = fleet.sync(options, keep=True)
    assert second["changed"] is False
    assert fleet.writes == []
    fleet.source.holds.edit(job, email="b@example.com")
    third = fleet.sync(options, keep=True)
    assert third["changed"] is True
    assert fleet.target.holds.objects[job].own["email"] == "b@example.com"
