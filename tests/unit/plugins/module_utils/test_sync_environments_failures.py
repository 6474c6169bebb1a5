# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments in sync with engines that refuse, fail and lose answers; what is told, and what the next run does."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._destination import STAGING
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    ImportFailedError,
    MaskingError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate, twin
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CUSTOMERS,
    DEV,
    DEV_ORACLE,
    EVERYTHING,
    GOLD,
    GOLDEN,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    furnish,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Fault,
    as_usual,
    lost_on_the_way,
    lost_on_the_way_back,
    refused,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

NO = refused(400, {"errorMessage": "enough for today"})
WITHIN = key("MASKING_JOB", "within", DEV)
# Its connectors have one name, so that it is built where an engine refuses its export.
BUILT = key("MASKING_JOB", "built", DEV)


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    """A source with jobs that take every way, and an empty target."""
    source = furnish(Estate(SOURCE, clock))
    on = key("DATABASE_RULESET", "customers", DEV)
    other = source.holds.add("DATABASE_CONNECTOR", "other", DEV, host="db7")
    source.holds.add("MASKING_JOB", "within", DEV, on=on, reads=other)
    source.holds.add("MASKING_JOB", "built", DEV, on=on, reads=ORACLE)
    return Fleet(source, Estate(TARGET, clock, first_number=70), tmp_path)


def check_repaired(fleet: Fleet[Estate]) -> None:
    """One more run makes the target equal, and the one after it has nothing to do."""
    fleet.sync(EVERYTHING)
    assert fleet.target.holds.meanings() == fleet.source.holds.meanings()
    assert fleet.target.holds.environments == fleet.source.holds.environments
    fleet.forget()
    assert fleet.sync(EVERYTHING)["changed"] is False
    assert fleet.writes == []


def told(run: FakeRun) -> set[str]:
    """Objects that a failed run says to have moved."""
    applied = run.partial["applied"]
    return set(labels(applied["created"] + applied["updated"] + applied["removed"]))


def held(fleet: Fleet[Estate]) -> set[str]:
    """Objects that the target holds."""
    return set(map(label, fleet.target.holds.objects))


def test_a_failure_in_the_middle_tells_what_has_moved(fleet: Fleet[Estate]) -> None:
    fleet.target.fault("POST /import-async", *[as_usual] * 3, NO)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert run.partial["changed"] is True
    assert run.partial["applied"]["imports"] == 3
    assert told(run) == held(fleet)
    assert 0 < len(held(fleet)) < len(fleet.source.holds.objects)
    assert {row["name"] for row in run.partial["applied"]["environments"]} == set(fleet.target.holds.environments)
    # Those that are there need passwords, whatever became of the rest.
    there = {f"{row['environment']}/{row['name']}" for row in run.partial["connectors"] if row["created"]}
    assert there == {name for name in held(fleet) if name in {label(one) for one in _connectors(fleet)}}
    assert run.partial["plan"]["summary"]["to_create"] == len(fleet.source.holds.objects)
    check_repaired(fleet)


def _connectors(fleet: Fleet[Estate]) -> list[t.Any]:
    return [one for one in fleet.target.holds.objects if one.type.endswith("_CONNECTOR")]


def test_a_failed_export_tells_what_has_moved(fleet: Fleet[Estate]) -> None:
    fleet.source.fault("POST /export-async", as_usual, as_usual, refused(403, {"errorMessage": "enough for today"}))
    run = FakeRun()
    with pytest.raises(ApiError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert told(run) == held(fleet)
    assert run.partial["changed"] is True
    check_repaired(fleet)


def test_environments_that_were_made_are_told(fleet: Fleet[Estate]) -> None:
    fleet.target.fault("POST /environments", as_usual, as_usual, NO)
    run = FakeRun()
    with pytest.raises(ApiError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    made = {row["name"] for row in run.partial["applied"]["environments"]}
    assert made == set(fleet.target.holds.environments)
    assert len(made) == 2
    assert run.partial["changed"] is True
    assert fleet.target.writes.count("POST /import-async") == 0
    check_repaired(fleet)


def test_an_application_that_cannot_be_made(fleet: Fleet[Estate]) -> None:
    fleet.target.fault("POST /applications", NO)
    run = FakeRun()
    with pytest.raises(ApiError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert run.partial["applied"]["environments"] == []
    assert run.partial["changed"] is False
    check_repaired(fleet)


def test_the_temporary_environment_goes_after_a_refused_import(fleet: Fleet[Estate]) -> None:
    fleet.sync(wanted("all", exclude=["within"], create_environments=True))
    before = fleet.target.holds.meanings()
    fleet.target.fault("POST /import-async", NO)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert fleet.target.holds.environments == fleet.source.holds.environments
    assert fleet.target.holds.meanings() == before
    assert run.partial["changed"] is False
    assert "DELETE /environments" in fleet.target.writes
    check_repaired(fleet)


def test_a_job_that_cannot_be_pointed_is_told_and_repaired_by_the_next_run(fleet: Fleet[Estate]) -> None:
    fleet.target.fault("PUT /masking-jobs", NO)
    run = FakeRun()
    with pytest.raises(ApiError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert run.partial["changed"] is True
    assert label(WITHIN) in told(run)
    # The engine does not delete what a job reads from.
    assert any("temporary environment" in text for text in run.warnings)
    check_repaired(fleet)


def test_a_temporary_environment_of_an_earlier_run_goes_though_nothing_is_to_be_moved(fleet: Fleet[Estate]) -> None:
    fleet.sync(EVERYTHING)
    there = set(fleet.target.holds.environments)
    fleet.target.holds.environment(STAGING, "Shop")
    fleet.forget()
    result = fleet.sync(EVERYTHING)
    assert result["plan"]["to_create"] == result["plan"]["to_update"] == []
    assert set(fleet.target.holds.environments) == there
    assert fleet.writes == ["DELETE /environments"]
    fleet.forget()
    fleet.sync(EVERYTHING)
    assert fleet.writes == []


def test_a_temporary_environment_that_is_not_deleted(fleet: Fleet[Estate]) -> None:
    fleet.target.fault("DELETE /environments", NO, NO)
    run = FakeRun()
    with pytest.raises(ApiError, match="enough for today"):
        fleet.sync(EVERYTHING, run)
    assert any("temporary environment" in text for text in run.warnings)
    check_repaired(fleet)


# Lost answers


@pytest.mark.parametrize(
    ("request_", "once"),
    [
        ("POST /applications", 2),
        ("POST /environments", 6),
        ("POST /import-async", None),
        ("PUT /masking-jobs", 1),
        ("POST /masking-jobs", 1),
        ("DELETE /environments", 1),
    ],
)
def test_a_write_that_arrived_counts_whatever_became_of_its_answer(
    fleet: Fleet[Estate], request_: str, once: int | None
) -> None:
    fleet.target.fault(request_, lost_on_the_way_back)
    result = fleet.sync(EVERYTHING)
    assert fleet.target.holds.meanings() == fleet.source.holds.meanings()
    assert fleet.target.holds.environments == fleet.source.holds.environments
    assert result["changed"] is True
    assert result["unverified"] == []
    assert set(labels(result["applied"]["created"])) == held(fleet)
    # Never sent twice.
    assert once is None or fleet.target.writes.count(request_) == once


@pytest.mark.parametrize(
    "request_",
    [
        "POST /applications",
        "POST /environments",
        "POST /import-async",
        "PUT /masking-jobs",
        "POST /masking-jobs",
        "DELETE /environments",
    ],
)
def test_a_write_that_was_lost_is_not_sent_again(fleet: Fleet[Estate], request_: str) -> None:
    fleet.target.fault(request_, lost_on_the_way)
    run = FakeRun()
    with pytest.raises(AnswerLostError, match="not sent again"):
        fleet.sync(EVERYTHING, run)
    assert fleet.target.writes.count(request_) == 1 + (request_ == "DELETE /environments")
    assert told(run) >= held(fleet)
    assert run.partial["changed"] is bool(run.partial["applied"]["environments"] or told(run))
    check_repaired(fleet)


@pytest.mark.parametrize(("fault", "arrives"), [(lost_on_the_way, False), (lost_on_the_way_back, True)])
def test_a_lost_answer_of_a_removal(fleet: Fleet[Estate], fault: Fault, arrives: bool) -> None:
    fleet = Fleet(fleet.source, twin(fleet.source, TARGET), fleet.folder)
    extra = fleet.target.holds.add("MASKING_JOB", "extra", PAYMENTS, on=CUSTOMERS)
    fleet.target.fault("DELETE /masking-jobs", fault)
    options = wanted("ENVIRONMENT", prune=True)
    if arrives:
        result = fleet.sync(options)
        assert labels(result["applied"]["removed"]) == [label(extra)]
    else:
        run = FakeRun()
        with pytest.raises(AnswerLostError):
            fleet.sync(options, run)
        assert run.partial["changed"] is False
        assert labels(fleet.sync(options)["applied"]["removed"]) == [label(extra)]
    assert extra not in fleet.target.holds.objects
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_a_target_that_cannot_be_read_after_a_failure_does_not_hide_it(fleet: Fleet[Estate]) -> None:
    def gone(_handle: t.Any, _given: t.Any) -> t.Any:
        raise MaskingError("gone for good")

    def fails(_handle: t.Any, _given: t.Any) -> t.Any:
        fleet.target.fault("GET /syncable-objects", gone)
        raise ImportFailedError("the first failure")

    fleet.target.fault("POST /import-async", as_usual, as_usual, fails)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="the first failure"):
        fleet.sync(EVERYTHING, run)
    assert run.partial["applied"]["imports"] == 2
    assert told(run) <= held(fleet)
    assert told(run)
    assert len(run.partial["applied"]["environments"]) == len(fleet.source.holds.environments)
    assert any("gone for good" in text for text in run.warnings)


# Check mode


@pytest.mark.parametrize("careful", [True, False])
def test_check_mode_sends_nothing_whatever_there_is_to_do(fleet: Fleet[Estate], careful: bool) -> None:
    fleet = Fleet(fleet.source, twin(fleet.source, TARGET), fleet.folder)
    holds = fleet.target.holds
    # To point, to build, to stage, to make, to bring along, to remove.
    holds.change(key("MASKING_JOB", "copy for DEV", DEV), reads=DEV_ORACLE)
    for gone in (BUILT, WITHIN, key("TOKENIZATION_JOB", "tokenize", "Tokens")):
        del holds.objects[gone]
    for one in holds.inside("Tokens")[::-1]:
        del holds.objects[one]
    del holds.environments["Tokens"]
    holds.edit(key("DOMAIN", "CARD"), theirs=True)
    holds.add("MASKING_JOB", "extra", PAYMENTS, on=CUSTOMERS)
    before = holds.meanings()
    options = wanted("ENVIRONMENT", create_environments=True, sync_references=True, prune=True, overwrite=not careful)
    foretold = fleet.sync(options, FakeRun(check_mode=True))
    assert foretold["changed"] is True
    assert fleet.writes == []
    assert holds.meanings() == before
    assert fleet.sync(options)["plan"] == foretold["plan"]


# Between releases


def test_receipts_keep_the_next_run_from_sending(fleet: Fleet[Estate], clock: FakeClock) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    naming = Naming({PAYMENTS: "Payments QA"})
    first = fleet.sync(EVERYTHING, keep=True, naming=naming)
    assert first["unverified"] == []
    assert not set(fleet.target.holds.hashes().values()) & set(fleet.source.holds.hashes().values())
    fleet.forget()
    second = fleet.sync(EVERYTHING, keep=True, naming=naming)
    assert second["changed"] is False
    assert second["plan"]["summary"]["in_sync"] == len(fleet.source.holds.objects)
    assert fleet.writes == []


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_receipt_ends_when_either_side_moves(fleet: Fleet[Estate], clock: FakeClock, side: str) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    fleet.sync(EVERYTHING, keep=True)
    getattr(fleet, side).holds.edit(GOLDEN, host=f"changed on the {side}")
    result = fleet.sync(EVERYTHING, keep=True)
    assert label(GOLDEN) in labels(result["plan"]["to_update"])
    assert fleet.target.holds.objects[GOLDEN].own == fleet.source.holds.objects[GOLDEN].own
    fleet.forget()
    assert fleet.sync(EVERYTHING, keep=True)["changed"] is False
    assert fleet.writes == []


def test_references_do_not_block_where_no_hash_can_tell(fleet: Fleet[Estate]) -> None:
    # The engine compares contents, and here they are equal.
    fleet.target = twin(fleet.source, TARGET, release="2025.1.0.0")
    for one in (NIGHTLY, key("PROFILE_JOB", "look", PAYMENTS), CUSTOMERS):
        del fleet.target.holds.objects[one]
    result = fleet.sync(wanted("DATABASE_RULESET", environments=[PAYMENTS]))
    assert result["plan"]["blocked"] == []
    assert CUSTOMERS in fleet.target.holds.objects


def test_a_missing_reference_blocks_between_releases_as_well(fleet: Fleet[Estate], clock: FakeClock) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    fleet.target.holds.environment(PAYMENTS)
    result = fleet.sync(wanted("DATABASE_RULESET", environments=[PAYMENTS]))
    assert labels(result["plan"]["blocked"]) == [label(CUSTOMERS)]
    assert "DOMAIN" in result["plan"]["blocked"][0]["reason"]


def test_what_was_moved_before_a_failure_is_remembered(fleet: Fleet[Estate], clock: FakeClock) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    options = wanted("MOUNT_INFORMATION", "DATABASE_CONNECTOR", create_environments=True)
    fleet.target.fault("POST /import-async", *[as_usual] * 2, NO)
    with pytest.raises(ImportFailedError):
        fleet.sync(options, keep=True)
    again = fleet.sync(options, FakeRun(check_mode=True), keep=True)
    assert "share" not in labels(again["plan"]["to_update"])
    assert GOLD in fleet.target.holds.environments


def test_check_mode_is_sure_of_what_is_new(fleet: Fleet[Estate], clock: FakeClock) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70, release="2025.1.0.0")
    run = FakeRun(check_mode=True)
    assert fleet.sync(EVERYTHING, run)["changed"] is True
    assert run.warnings == []
