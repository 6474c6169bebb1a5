# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bundles into an engine that does not always behave."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    EngineBusyError,
    ImportFailedError,
    MaskingError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    TransferOptions,
    arrived_after_all,
    describe,
    export_bundle,
    import_bundle,
    purge,
    status_to_result,
    transfer_options,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row, row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Fault,
    Handle,
    answer,
    lost_on_the_way,
    lost_on_the_way_back,
    refused,
)
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)

DOMAIN: Name = ("DOMAIN", "D")
LOOKUP: Name = ("LOOKUP", "L")
THINGS = {DOMAIN: Thing("new", (LOOKUP,)), LOOKUP: Thing("base")}
WANTED = [{"objectIdentifier": {"id": "D"}, "objectType": "DOMAIN"}]
OVERWRITE = ImportGoal(force_overwrite=True)
BACKGROUND, FOREGROUND = TransferOptions(), TransferOptions(background=False)
WAYS = pytest.mark.parametrize("options", [BACKGROUND, FOREGROUND], ids=["background", "foreground"])


@pytest.fixture
def source(clock: FakeClock) -> Memory:
    return Memory("https://source.example.com", clock, THINGS)


@pytest.fixture
def target(clock: FakeClock) -> Memory:
    return Memory("https://target.example.com", clock, {LOOKUP: Thing("old")})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


@pytest.fixture
def bundle(source: Memory, path: Path) -> str:
    export_bundle(source.engine, WANTED, str(path), FOREGROUND)
    return str(path)


def import_path(options: TransferOptions) -> str:
    return "POST /import-async" if options.background else "POST /import"


@WAYS
def test_an_import_tells_the_status_of_each_object(target: Memory, bundle: str, options: TransferOptions) -> None:
    statuses = import_bundle(target.engine, bundle, OVERWRITE, options)
    assert statuses is not None
    assert {one["objectType"]: one["importStatus"] for one in statuses} == {"DOMAIN": "SUCCESS", "LOOKUP": "SUCCESS"}
    assert target.things == THINGS
    assert target.writes == [import_path(options)]


@pytest.mark.parametrize(
    ("goal", "params"),
    [
        (ImportGoal(True), {"force_overwrite": "true"}),
        (ImportGoal(False), {"force_overwrite": "false"}),
        (
            ImportGoal(False, 3, 4),
            {"force_overwrite": "false", "environment_id": 3, "source_environment_id": 4},
        ),
        (ImportGoal(True, 0), {"force_overwrite": "true", "environment_id": 0}),
    ],
)
def test_where_an_import_goes(goal: ImportGoal, params: dict[str, t.Any]) -> None:
    assert goal.params == params


@WAYS
def test_statuses_of_a_refused_import_are_told(target: Memory, bundle: str, options: TransferOptions) -> None:
    with pytest.raises(ImportFailedError) as caught:
        import_bundle(target.engine, bundle, ImportGoal(force_overwrite=False), options)
    error = caught.value
    assert "it exists with other content" in str(error.detail)
    assert "LOOKUP L" in str(error.detail)
    assert error.objects is not None
    assert {one["status"] for one in error.objects} == {"SUCCESS", "FAILED"}
    assert target.things == {LOOKUP: Thing("old")}
    assert target.writes == [import_path(options)]


FAILED_ROWS = [
    {"objectIdentifier": {"id": "D"}, "objectType": "DOMAIN", "importStatus": "SKIPPED"},
    {"objectIdentifier": {"id": 7}, "objectType": "DATABASE_RULESET", "importStatus": "FAILED"},
]


@pytest.mark.parametrize("status", [200, 201, 404, 409])
def test_failed_rows_are_a_failure_whatever_the_status(target: Memory, bundle: str, status: int) -> None:
    target.fault("POST /import", refused(status, FAILED_ROWS))
    with pytest.raises(ImportFailedError, match="DATABASE_RULESET 7") as caught:
        import_bundle(target.engine, bundle, OVERWRITE, FOREGROUND)
    assert target.writes == ["POST /import"]
    assert caught.value.objects is not None
    assert [one["status"] for one in caught.value.objects] == ["SKIPPED", "FAILED"]


def test_failed_rows_of_a_task_that_succeeded_are_a_failure(target: Memory, bundle: str) -> None:
    target.fault("GET /file-downloads", lambda _handle, _given: Answer(200, {}, json.dumps(FAILED_ROWS).encode(), "e"))
    with pytest.raises(ImportFailedError, match="DATABASE_RULESET 7"):
        import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)


def test_many_failures_are_named_in_part_and_listed_whole(target: Memory, bundle: str) -> None:
    rows = [{**FAILED_ROWS[1], "objectIdentifier": {"id": number}, "failureMessage": "x"} for number in range(9)]
    target.fault("POST /import", refused(409, rows))
    with pytest.raises(ImportFailedError, match="and 4 more") as caught:
        import_bundle(target.engine, bundle, OVERWRITE, FOREGROUND)
    assert len(caught.value.objects or []) == 9


def test_a_failed_task_without_statuses(target: Memory, bundle: str) -> None:
    target.keeps_statuses = False
    with pytest.raises(ImportFailedError, match="FAILED") as caught:
        import_bundle(target.engine, bundle, ImportGoal(force_overwrite=False), BACKGROUND)
    assert caught.value.hint
    assert target.writes == ["POST /import-async"]


def test_a_task_that_succeeded_without_statuses(target: Memory, bundle: str) -> None:
    target.keeps_statuses = False
    assert import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND) is None
    assert target.things == THINGS


@WAYS
def test_the_engines_words_are_passed_on(target: Memory, bundle: str, options: TransferOptions) -> None:
    target.fault(import_path(options), refused(400, {"errorMessage": "the signature does not match"}))
    with pytest.raises(ImportFailedError, match="the signature does not match") as caught:
        import_bundle(target.engine, bundle, OVERWRITE, options)
    assert caught.value.http_status == 400
    assert target.writes == [import_path(options)]


def test_passphrases_go_along(source: Memory, target: Memory, path: Path) -> None:
    for background in (True, False):
        options = TransferOptions("a word", background)
        export_bundle(source.engine, WANTED, str(path), options)
        assert b"a word" not in path.read_bytes()
        import_bundle(target.engine, str(path), OVERWRITE, options)
        with pytest.raises(ImportFailedError):
            import_bundle(target.engine, str(path), OVERWRITE, TransferOptions("another", background))
    assert "a word" not in repr(TransferOptions("a word"))


@WAYS
def test_a_lost_import_is_not_sent_again(target: Memory, bundle: str, options: TransferOptions) -> None:
    for fault in (lost_on_the_way, lost_on_the_way_back):
        target.fault(import_path(options), fault)
        target.requests.clear()
        with pytest.raises(AnswerLostError):
            import_bundle(target.engine, bundle, OVERWRITE, options)
        assert target.writes == [import_path(options)]


def restarts(_handle: Handle, _given: Row) -> Answer:
    raise UnreachableError("cannot be reached: Connection refused")


@pytest.mark.parametrize("fault", [refused(404, {"errorMessage": "no such task"}), restarts])
def test_a_task_that_cannot_be_read_any_more_is_a_lost_answer(target: Memory, bundle: str, fault: Fault) -> None:
    # The import was accepted, and nobody knows what became of it. Tasks may go when anybody purges
    # documents (not documented), and engines restart.
    target.fault("GET /async-tasks", fault)
    with pytest.raises(AnswerLostError):
        import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)
    assert target.writes == ["POST /import-async"]


# Busy engines


@WAYS
def test_an_old_engine_is_waited_for_before_an_import(
    target: Memory, bundle: str, clock: FakeClock, options: TransferOptions
) -> None:
    target.release = "19.0.0.0"
    target.jobs = [clock.now + 60]
    import_bundle(target.engine, bundle, OVERWRITE, options)
    assert clock.now >= target.jobs[0]
    assert target.writes == [import_path(options)]


@WAYS
def test_a_new_engine_is_not_waited_for(
    target: Memory, bundle: str, clock: FakeClock, options: TransferOptions
) -> None:
    target.release = "20.0.0.0"
    target.jobs = [clock.now + 3600]
    import_bundle(target.engine, bundle, OVERWRITE, options)
    assert clock.now < target.jobs[0]


@WAYS
@pytest.mark.parametrize("release", ["19.0.0.0", "20.0.0.0"])
def test_a_job_that_started_in_between_is_waited_for(
    target: Memory, bundle: str, clock: FakeClock, options: TransferOptions, release: str
) -> None:
    def start_a_job(_handle: Handle, _given: Row) -> Answer:
        target.jobs = [clock.now + 60]
        return answer(409, {"errorMessage": "in words that nobody documented"})

    target.release = release
    target.fault(import_path(options), start_a_job)
    import_bundle(target.engine, bundle, OVERWRITE, options)
    assert clock.now >= target.jobs[0]
    assert target.writes == [import_path(options)] * 2


@WAYS
def test_a_conflict_that_ended_before_anybody_looked(target: Memory, bundle: str, options: TransferOptions) -> None:
    conflict = refused(409, {"errorMessage": "another operation is running"})
    target.fault(import_path(options), conflict)
    import_bundle(target.engine, bundle, OVERWRITE, options)
    assert target.writes == [import_path(options)] * 2
    target.fault(import_path(options), conflict, conflict)
    with pytest.raises(ImportFailedError, match="another operation"):
        import_bundle(target.engine, bundle, OVERWRITE, options)


def test_a_task_refused_by_a_busy_engine_is_tried_again(target: Memory, bundle: str, clock: FakeClock) -> None:
    target.release = "19.0.0.0"

    def start_a_job(_handle: Handle, _given: Row) -> Answer:
        target.jobs = [clock.now + 60]
        return answer(200, {"asyncTaskId": 9, "operation": "IMPORT", "status": "FAILED"})

    target.fault("POST /import-async", start_a_job)
    import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)
    assert target.things == THINGS


def test_an_engine_that_stays_busy(clock: FakeClock, bundle: str) -> None:
    target = Memory("https://target.example.com", clock, release="6.0.17.0", deadline=600)
    target.jobs = [clock.now + 10_000]
    with pytest.raises(EngineBusyError, match="execution 0"):
        import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)
    assert target.writes == []


def test_a_refusal_is_not_forgotten_while_a_job_runs_on(clock: FakeClock, bundle: str) -> None:
    target = Memory("https://target.example.com", clock, deadline=600)
    target.jobs = [clock.now + 10_000]
    target.fault("POST /import-async", *[refused(400, {"errorMessage": "the signature does not match"})] * 9)
    with pytest.raises(MaskingError, match="the signature does not match"):
        import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)


def test_an_engine_that_takes_several_imports_is_not_waited_for_after_a_refusal(
    target: Memory, bundle: str, clock: FakeClock
) -> None:
    target.release = "20.0.0.0"
    target.jobs = [clock.now + 3600]
    target.fault("POST /import-async", refused(400, {"errorMessage": "the passphrase is wrong"}))
    with pytest.raises(ImportFailedError, match="the passphrase is wrong"):
        import_bundle(target.engine, bundle, OVERWRITE, BACKGROUND)
    assert not clock.slept


# After a lost answer


def test_a_lost_answer_is_looked_after_until_it_shows(target: Memory, clock: FakeClock) -> None:
    looks = iter([False, False, True])
    assert arrived_after_all(target.engine, AnswerLostError("lost"), lambda: next(looks))
    assert clock.slept


def test_a_lost_answer_is_looked_after_only_when_no_import_runs(target: Memory, clock: FakeClock) -> None:
    running = {"asyncTaskId": 5, "operation": "IMPORT", "status": "RUNNING"}
    page = Answer(
        200, {}, json.dumps({"_pageInfo": {"numberOnPage": 1, "total": 1}, "responseList": [running]}).encode(), ""
    )
    target.fault("GET /async-tasks", *[lambda _handle, _given: page] * 2)

    def arrived() -> bool:
        assert clock.slept
        return True

    assert arrived_after_all(target.engine, AnswerLostError("lost"), arrived)


def test_a_lost_answer_does_not_wait_for_jobs(target: Memory, clock: FakeClock) -> None:
    target.jobs = [clock.now + 100_000]
    assert arrived_after_all(target.engine, AnswerLostError("lost"), lambda: True)
    assert not clock.slept


def test_a_lost_answer_that_never_shows(target: Memory, clock: FakeClock) -> None:
    assert not arrived_after_all(target.engine, AnswerLostError("lost"), lambda: False)
    assert sum(clock.slept) > 5


# Purge


@pytest.mark.parametrize("what", ["export", "import"])
def test_documents_are_dropped_on_an_idle_engine(target: Memory, what: t.Any) -> None:
    warnings: list[str] = []
    assert purge(target.engine, what, warnings.append)
    assert target.writes == [f"DELETE /{what}-async"]
    assert not warnings


@pytest.mark.parametrize("what", ["export", "import"])
def test_documents_are_left_while_anybody_needs_them(source: Memory, what: t.Any) -> None:
    warnings: list[str] = []
    source.engine.export_async(WANTED, passphrase=None, structure=None)
    assert not purge(source.engine, what, warnings.append)
    assert source.writes == ["POST /export-async"]
    assert "EXPORT task 1" in warnings[0]


# Results


def test_objects_in_words() -> None:
    assert describe(row("DOMAIN", "D")) == "DOMAIN D"
    assert describe(row("MASKING_JOB", {"id": 4})) == "MASKING_JOB 4"
    assert describe({"objectType": "DOMAIN"}) == "DOMAIN ?"
    assert describe({"objectType": "DOMAIN", "objectIdentifier": {}}) == "DOMAIN ?"


def test_statuses_as_results() -> None:
    assert status_to_result(
        {
            "objectIdentifier": {"id": 4},
            "importedObjectIdentifier": {"id": 5},
            "objectType": "MASKING_JOB",
            "importStatus": "FAILED",
            "failureMessage": "why",
        }
    ) == {
        "type": "MASKING_JOB",
        "identifier": {"id": 4},
        "imported_identifier": {"id": 5},
        "status": "FAILED",
        "failure": "why",
    }


def test_options_from_parameters() -> None:
    assert transfer_options({"passphrase": "", "method": "async"}) == TransferOptions()
    assert transfer_options({"passphrase": "p", "method": "sync", "structure": "ZIP"}) == TransferOptions(
        "p", False, "ZIP"
    )
