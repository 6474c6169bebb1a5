# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_job_run."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_job_run import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner, Runner
from requests import exceptions as failures

Row = dict[str, t.Any]
ENVIRONMENTS = [{"environmentId": 3, "environmentName": "QA"}, {"environmentId": 4, "environmentName": "SRC"}]
JOB = {"maskingJobId": 30, "jobName": "nightly", "rulesetId": 9}
GIVEN = {"environment": "QA", "name": "nightly", "type": "masking"}
SECOND, THIRD = "https://second.example.com", "https://third.example.com"


def api(url: str) -> str:
    return f"{url}/masking/api"


def run_row(number: int = 41, status: str = "RUNNING", job: int = 30, **more: t.Any) -> Row:
    return {"executionId": number, "jobId": job, "status": status, **more}


def found(conversation: Conversation, job: Row | None = None, base: str | None = None) -> None:
    conversation.page("/environments", ENVIRONMENTS, base=base)
    conversation.page("/masking-jobs", [job or JOB], environment_id=3, base=base)


def release(conversation: Conversation, base: str | None = None, version: str = "2025.2.0.0") -> None:
    conversation.expect("GET", "/system-information", base=base).answers(200, {"version": version})


def known(conversation: Conversation, *rows: Row, base: str | None = None) -> None:
    conversation.page("/executions", list(rows), job_id=30, base=base)


def started(conversation: Conversation, base: str | None = None, **more: t.Any) -> None:
    body = {"jobId": 30, **more}
    conversation.expect("POST", "/executions", json=body, base=base).answers(200, run_row(status="QUEUED"))


def state(conversation: Conversation, status: str, base: str | None = None, **more: t.Any) -> None:
    conversation.expect("GET", "/executions/41", base=base).answers(200, run_row(status=status, **more))


def details(
    conversation: Conversation,
    components: list[Row] | None = None,
    events: list[Row] | None = None,
    base: str | None = None,
) -> None:
    conversation.page("/execution-components", components or [], execution_id=41, base=base)
    conversation.page("/execution-events", events or [], execution_id=41, base=base)


def begun(conversation: Conversation) -> None:
    found(conversation)
    release(conversation)
    known(conversation)


# One engine


def test_a_job_is_run_to_its_end(conversation: Conversation, run_module: Runner, clock: FakeClock) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "RUNNING", rowsMasked=0, rowsTotal=-1)
    state(conversation, "RUNNING", rowsMasked=400, rowsTotal=1000)
    times = {"submitTime": "t0", "startTime": "t1", "endTime": "t2"}
    state(conversation, "SUCCEEDED", rowsMasked=1000, rowsTotal=1000, **times)
    component = {
        "executionComponentId": 1,
        "executionId": 41,
        "componentName": "CUSTOMERS",
        "status": "SUCCEEDED",
        "rowsMasked": 1000,
        "rowsTotal": 1000,
        "nonConformingDataCount": 2,
    }
    details(conversation, [component])
    result = run_module(DEFINITION, **GIVEN)
    assert "failed" not in result
    assert result["changed"] is True
    assert result["execution"] == {
        "id": 41,
        "status": "SUCCEEDED",
        "rows_masked": 1000,
        "rows_total": 1000,
        "bytes_processed": None,
        "bytes_total": None,
        "submit": "t0",
        "start": "t1",
        "end": "t2",
    }
    assert result["progress"] == 100
    (shown,) = result["components"]
    assert (shown["name"], shown["rows_masked"], shown["non_conforming"]) == ("CUSTOMERS", 1000, 2)
    assert result["events"] == []
    assert result["job"] == {"environment": "QA", "name": "nightly", "type": "masking"}
    assert result["engine"] == {"name": "https://engine.example.com", "release": "2025.2.0.0"}
    assert clock.slept == sorted(clock.slept)
    assert clock.slept[-1] > clock.slept[0]


def test_without_waiting_it_is_started_only(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    result = run_module(DEFINITION, wait=False, **GIVEN)
    assert (result["changed"], result["execution"]["status"]) == (True, "QUEUED")


def test_check_mode_starts_nothing(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    result = run_module(DEFINITION, check_mode=True, **GIVEN)
    assert result["changed"] is True
    assert "execution" not in result


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "WARNING"])
def test_a_job_that_fails_fails_the_task(conversation: Conversation, run_module: Runner, status: str) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, status, rowsMasked=12, rowsTotal=1000)
    event = {
        "executionId": 41,
        "eventType": "JOB_ABORTED",
        "severity": "CRITICAL",
        "cause": "UNHANDLED_EXCEPTION",
        "count": 1,
        "exceptionDetail": "ORA-00942: table or view does not exist",
    }
    details(conversation, events=[event])
    result = run_module(DEFINITION, **GIVEN)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["error"]["code"] == "job_failed"
    for text in ("https://engine.example.com", "nightly", "QA", status, "12 of 1000", "ORA-00942", "JOB_ABORTED"):
        assert text in result["msg"]
    assert result["execution"]["rows_masked"] == 12
    assert result["events"][0]["detail"] == event["exceptionDetail"]


def test_a_warning_can_be_accepted(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "WARNING")
    details(conversation)
    result = run_module(DEFINITION, accept_warning=True, **GIVEN)
    assert "failed" not in result
    assert "WARNING" in result["warnings"][0]


def test_data_left_unmasked_is_warned_of(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "SUCCEEDED")
    event = {"eventType": "UNMASKED_DATA", "maskedObjectName": "SSN", "maskedObjectParentName": "CUSTOMERS"}
    details(conversation, events=[event])
    result = run_module(DEFINITION, **GIVEN)
    assert "failed" not in result
    assert "CUSTOMERS.SSN" in result["warnings"][0]


def test_engines_without_details(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "SUCCEEDED")
    for path in ("/execution-components", "/execution-events"):
        conversation.expect("GET", path).answers(404, {"errorMessage": "no such thing"})
    result = run_module(DEFINITION, **GIVEN)
    assert (result["components"], result["events"]) == ([], [])
    assert "warnings" not in result


def test_details_that_cannot_be_read_do_not_fail_a_job(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "SUCCEEDED")
    conversation.expect("GET", "/execution-components").answers(500, {"errorMessage": "overloaded"})
    result = run_module(DEFINITION, **GIVEN)
    assert "failed" not in result
    assert "overloaded" in result["warnings"][0]


def test_a_status_of_a_later_release_ends_with_a_time(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "PAUSED")
    state(conversation, "ABANDONED", endTime="t2")
    details(conversation)
    result = run_module(DEFINITION, **GIVEN)
    assert result["error"]["code"] == "job_failed"
    assert "ABANDONED" in result["msg"]


def test_a_refused_start_says_why(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    conversation.expect("POST", "/executions").answers(409, {"errorMessage": "memory is short"})
    result = run_module(DEFINITION, **GIVEN)
    assert (result["failed"], result["error"]["code"]) == (True, "refused")
    assert "memory is short" in result["msg"]


def test_a_refused_start_has_changed_nothing(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    conversation.expect("POST", "/executions").answers(400, {"errorMessage": "no"})
    assert run_module(DEFINITION, **GIVEN)["changed"] is False


# Names


def test_a_name_of_one_kind_needs_no_type(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/masking-jobs", [], environment_id=3)
    conversation.page("/profile-jobs", [{"profileJobId": 30, "jobName": "nightly"}], environment_id=3)
    for kind in ("tokenization", "reidentification"):
        conversation.expect("GET", f"/{kind}-jobs").answers(404, {"errorMessage": "no such thing"})
    release(conversation)
    known(conversation)
    result = run_module(DEFINITION, check_mode=True, environment="QA", name="nightly")
    assert result["job"]["type"] == "profile"


def test_a_name_of_two_kinds_does(conversation: Conversation, run_module: Runner) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/masking-jobs", [JOB], environment_id=3)
    conversation.page("/profile-jobs", [{"profileJobId": 31, "jobName": "nightly"}], environment_id=3)
    for kind in ("tokenization", "reidentification"):
        conversation.page(f"/{kind}-jobs", [], environment_id=3)
    result = run_module(DEFINITION, environment="QA", name="nightly")
    assert result["error"]["code"] == "ambiguous"
    assert "masking, profile" in result["msg"]


@pytest.mark.parametrize(("environment", "name"), [("QA", "daily"), ("PROD", "nightly")])
def test_names_that_are_not_there(conversation: Conversation, run_module: Runner, environment: str, name: str) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    if environment == "QA":
        conversation.page("/masking-jobs", [JOB], environment_id=3)
    result = run_module(DEFINITION, environment=environment, name=name, type="masking")
    assert result["error"]["code"] == "not_found"
    assert (name if environment == "QA" else environment) in result["msg"]


# Running already


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_job_that_runs_is_not_started_again(conversation: Conversation, run_module: Runner, check_mode: bool) -> None:
    found(conversation)
    release(conversation)
    known(conversation, run_row(40, "SUCCEEDED"), run_row(rowsMasked=5))
    result = run_module(DEFINITION, check_mode=check_mode, **GIVEN)
    assert (result["error"]["code"], result["changed"]) == ("job_running", False)
    assert "41" in result["msg"]


def test_it_is_joined(conversation: Conversation, run_module: Runner) -> None:
    found(conversation)
    release(conversation)
    known(conversation, run_row(), run_row(40, "SUCCEEDED"))
    state(conversation, "SUCCEEDED")
    details(conversation)
    result = run_module(DEFINITION, if_running="wait", **GIVEN)
    assert (result["changed"], result["execution"]["status"]) == (False, "SUCCEEDED")


def test_it_is_joined_in_its_failure_too(conversation: Conversation, run_module: Runner) -> None:
    found(conversation)
    release(conversation)
    known(conversation, run_row())
    state(conversation, "FAILED")
    details(conversation)
    result = run_module(DEFINITION, if_running="wait", **GIVEN)
    assert (result["error"]["code"], result["changed"]) == ("job_failed", False)


def test_it_is_left_alone(conversation: Conversation, run_module: Runner) -> None:
    found(conversation)
    release(conversation)
    known(conversation, run_row(status="QUEUED"))
    result = run_module(DEFINITION, if_running="skip", **GIVEN)
    assert (result["changed"], result["execution"]["id"]) == (False, 41)


# The deadline


def test_at_the_deadline_it_goes_on(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "RUNNING", rowsMasked=1, rowsTotal=10)
    result = run_module(DEFINITION, deadline=1, **GIVEN)
    assert (result["error"]["code"], result["changed"]) == ("deadline_exceeded", True)
    assert "still runs" in result["msg"]
    assert "41" in result["msg"]
    assert (result["execution"]["id"], result["progress"]) == (41, 10)


@pytest.mark.parametrize("refused", [False, True])
def test_at_the_deadline_it_is_cancelled_if_wanted(
    conversation: Conversation, run_module: Runner, refused: bool
) -> None:
    begun(conversation)
    started(conversation)
    state(conversation, "RUNNING")
    cancel = conversation.expect("POST", "/executions/41/cancel")
    if refused:
        cancel.answers(400, {"errorMessage": "too late"})
    else:
        cancel.answers(200, run_row(status="CANCELLED"))
    result = run_module(DEFINITION, deadline=1, cancel_on_timeout=True, **GIVEN)
    assert result["error"]["code"] == "deadline_exceeded"
    assert ("still runs" in result["msg"]) is refused
    assert result["execution"]["status"] == ("RUNNING" if refused else "CANCELLED")


# Answers that are lost


def test_a_start_is_never_sent_twice(conversation: Conversation, run_module: Runner) -> None:
    found(conversation)
    release(conversation)
    known(conversation, run_row(40, "SUCCEEDED"))
    conversation.expect("POST", "/executions").raises(failures.ReadTimeout("silence"))
    known(conversation, run_row(40, "SUCCEEDED"))
    known(conversation, run_row(), run_row(40, "SUCCEEDED"))
    state(conversation, "SUCCEEDED")
    details(conversation)
    result = run_module(DEFINITION, **GIVEN)
    assert (result["changed"], result["execution"]["id"]) == (True, 41)
    assert "41" in result["warnings"][0]


@pytest.mark.parametrize("new", [[], [run_row(41), run_row(42)]], ids=["none", "two"])
def test_a_start_that_cannot_be_found(conversation: Conversation, run_module: Runner, new: list[Row]) -> None:
    begun(conversation)
    conversation.expect("POST", "/executions").answers(503)
    for _look in range(1 if new else 5):
        known(conversation, *new)
    result = run_module(DEFINITION, **GIVEN)
    assert result["error"]["code"] == "answer_lost"
    assert all(str(row["executionId"]) in result["msg"] for row in new)


def test_a_start_with_an_answer_that_nobody_understands(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    conversation.expect("POST", "/executions").answers(200, b"<html>a proxy's page</html>")
    known(conversation, run_row())
    state(conversation, "SUCCEEDED")
    details(conversation)
    result = run_module(DEFINITION, **GIVEN)
    assert (result["changed"], result["execution"]["id"]) == (True, 41)


def test_an_engine_out_of_reach_for_a_while_is_waited_for(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    conversation.expect("GET", "/executions/41").raises(failures.ConnectTimeout("silence"))
    conversation.expect("GET", "/executions/41").answers(500)
    state(conversation, "SUCCEEDED")
    details(conversation)
    result = run_module(DEFINITION, retries=0, **GIVEN)
    assert "failed" not in result
    assert len(result["warnings"]) == 1


def test_but_not_for_ever(conversation: Conversation, run_module: Runner, clock: FakeClock) -> None:
    begun(conversation)
    started(conversation)
    silence = failures.ConnectTimeout("silence")
    first = conversation.expect("GET", "/executions/41").raises(silence)
    first.then = lambda: clock.sleep(301)
    result = run_module(DEFINITION, retries=0, **GIVEN)
    assert (result["error"]["code"], result["changed"]) == ("unreachable", True)
    assert result["execution"]["id"] == 41


def test_an_execution_that_an_engine_forgets(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    started(conversation)
    conversation.expect("GET", "/executions/41").answers(404)
    result = run_module(DEFINITION, **GIVEN)
    assert (result["error"]["code"], result["changed"]) == ("not_found", True)


# Multi-tenant jobs


TENANT = {**JOB, "multiTenant": True, "rulesetType": "DATABASE"}


def test_a_multi_tenant_job_is_told_its_connectors(conversation: Conversation, run_module: Runner) -> None:
    found(conversation, {**TENANT, "onTheFlyMasking": True})
    conversation.page("/environments", ENVIRONMENTS)
    rows = [{"databaseConnectorId": 5, "connectorName": "seven", "environmentId": 3}]
    conversation.page("/database-connectors", rows, environment_id=3)
    rows = [{"databaseConnectorId": 6, "connectorName": "seven", "environmentId": 4}]
    conversation.page("/database-connectors", rows, environment_id=4)
    release(conversation)
    # It may run for another tenant meanwhile.
    known(conversation, run_row(40, targetConnectorId=9))
    started(conversation, targetConnectorId=5, sourceConnectorId=6)
    tenancy = {"target_connector": "seven", "source_connector": "seven", "source_environment": "SRC"}
    assert run_module(DEFINITION, wait=False, **tenancy, **GIVEN)["changed"] is True


@pytest.mark.parametrize(
    ("job", "options", "named"),
    [
        (TENANT, {}, "target_connector"),
        ({**TENANT, "onTheFlyMasking": True}, {"target_connector": "seven"}, "source_connector"),
        (JOB, {"target_connector": "seven"}, "target_connector"),
        (TENANT, {"target_connector": "seven", "source_connector": "seven"}, "source_connector"),
    ],
    ids=["no target", "no source", "target of its own", "not on-the-fly"],
)
def test_connectors_that_do_not_fit_the_job(
    conversation: Conversation, run_module: Runner, job: Row, options: Row, named: str
) -> None:
    found(conversation, job)
    result = run_module(DEFINITION, **options, **GIVEN)
    assert result["error"]["code"] == "invalid_option"
    assert named in result["msg"]


def test_a_multi_tenant_job_runs_once_for_a_tenant(conversation: Conversation, run_module: Runner) -> None:
    found(conversation, TENANT)
    conversation.page("/environments", ENVIRONMENTS)
    rows = [{"databaseConnectorId": 5, "connectorName": "seven", "environmentId": 3}]
    conversation.page("/database-connectors", rows, environment_id=3)
    release(conversation)
    known(conversation, run_row(40, targetConnectorId=5))
    result = run_module(DEFINITION, target_connector="seven", **GIVEN)
    assert result["error"]["code"] == "job_running"


# Several engines


def active(conversation: Conversation, *rows: Row, base: str | None = None) -> None:
    for status in ("RUNNING", "QUEUED", "WAITING"):
        chosen = [row for row in rows if row["status"] == status]
        conversation.page("/executions", chosen, execution_status=status, base=base)


def asked(conversation: Conversation, number: int, base: str | None = None) -> None:
    found(conversation, base=base)
    release(conversation, base)
    active(conversation, *(run_row(50 + one, job=99) for one in range(number)), base=base)


CANDIDATES = [{"url": SECOND, "token": "given"}, {"url": THIRD, "token": "given"}]


@pytest.mark.parametrize(
    ("counts", "chosen"), [((2, 1, 1), SECOND), ((0, 0, 0), None), ((3, 2, 1), THIRD)], ids=["tie", "all", "last"]
)
def test_the_least_busy_engine_runs_it(
    conversation: Conversation, run_module: Runner, counts: tuple[int, int, int], chosen: str | None
) -> None:
    bases = [None, api(SECOND), api(THIRD)]
    for number, base in zip(counts, bases, strict=True):
        asked(conversation, number, base)
    base = api(chosen) if chosen else None
    known(conversation, base=base)
    started(conversation, base)
    result = run_module(DEFINITION, wait=False, candidates=CANDIDATES, **GIVEN)
    assert result["engine"]["name"] == (chosen or "https://engine.example.com")
    assert [row["active"] for row in result["considered"]] == list(counts)


def test_a_job_that_runs_on_one_engine_is_not_started_on_another(
    conversation: Conversation, run_module: Runner
) -> None:
    asked(conversation, 0)
    found(conversation, base=api(SECOND))
    release(conversation, api(SECOND))
    active(conversation, run_row(), base=api(SECOND))
    known(conversation, run_row(), base=api(SECOND))
    result = run_module(DEFINITION, candidates=CANDIDATES[:1], **GIVEN)
    assert result["error"]["code"] == "job_running"
    assert SECOND in result["msg"]


def test_engines_that_cannot_be_asked_are_left_out(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("GET", "/environments").raises(failures.ConnectTimeout("silence"))
    conversation.page("/environments", ENVIRONMENTS, base=api(SECOND))
    conversation.page("/masking-jobs", [], environment_id=3, base=api(SECOND))
    asked(conversation, 4, api(THIRD))
    known(conversation, base=api(THIRD))
    result = run_module(DEFINITION, check_mode=True, retries=0, candidates=CANDIDATES, **GIVEN)
    assert result["engine"]["name"] == THIRD
    assert [bool(row["skipped"]) for row in result["considered"]] == [True, True, False]
    (warning,) = result["warnings"]
    assert "https://engine.example.com" in warning


def test_no_engine_has_the_job(conversation: Conversation, run_module: Runner) -> None:
    for base in (None, api(SECOND)):
        conversation.page("/environments", ENVIRONMENTS, base=base)
        conversation.page("/masking-jobs", [], environment_id=3, base=base)
    result = run_module(DEFINITION, candidates=CANDIDATES[:1], **GIVEN)
    assert result["error"]["code"] == "not_found"
    assert SECOND in result["msg"]


def test_an_engine_that_is_given_twice_is_asked_once(conversation: Conversation, run_module: Runner) -> None:
    begun(conversation)
    same = [{"url": "https://engine.example.com/masking", "token": "other"}]
    assert run_module(DEFINITION, check_mode=True, candidates=same, **GIVEN)["considered"] == []


def test_candidates_log_in_as_this_engine_unless_told_otherwise(conversation: Conversation, run_module: Runner) -> None:
    for url, user in ((None, "admin"), (SECOND, "admin"), (THIRD, "runner")):
        base = api(url) if url else None
        conversation.expect(
            "POST", "/login", base=base, json={"username": user, "password": f"of {user}"}, token=None
        ).answers(200, {"Authorization": f"token of {url}"})
        asked(conversation, 0, base)
    known(conversation)
    for url in (None, SECOND, THIRD):
        conversation.logout(f"token of {url}", base=api(url) if url else None)
    login = {"username": "admin", "password": "of admin", "token": None}
    candidates = [{"url": SECOND}, {"url": THIRD, "username": "runner", "password": "of runner"}]
    result = run_module(DEFINITION, check_mode=True, candidates=candidates, **login, **GIVEN)
    assert result["changed"] is True


def test_a_token_is_not_taken_over(conversation: Conversation, run_module: Runner) -> None:
    result = run_module(DEFINITION, candidates=[{"url": SECOND}], **GIVEN)
    assert result["error"]["code"] == "invalid_option"
    assert SECOND in result["msg"]
    assert not conversation.seen


def test_secrets_of_candidates_do_not_come_out(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    conversation.expect("GET", "/environments").answers(400, {"errorMessage": "hidden-word hidden-proxy"})
    conversation.expect("GET", "/environments").answers(400, {"errorMessage": "hidden-word hidden-proxy"})
    conversation.expect("POST", "/login", base=api(SECOND)).answers(401, {"errorMessage": "hidden-word"})
    candidate = {"url": SECOND, "username": "u", "password": "hidden-word", "proxy": "http://me:hidden-proxy@p:1"}
    login = {"url": "https://engine.example.com", "token": "given"}
    result = run_as_ansible(DEFINITION, candidates=[candidate], **login, **GIVEN)
    assert result["failed"] is True
    assert "hidden" not in json.dumps(result)
