# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Executions: queue, progress, results, what may not happen meanwhile."""

from __future__ import annotations

import threading

import pytest
import requests
from simulator_jobs import Place, made, run
from simulator_support import until

HOUR = 3600


@pytest.fixture
def slow(local):
    """An engine whose jobs take an hour, its API and an environment: slow(release=..., SWITCH=...)."""

    def make(release="2025.2.0.0", **switches):
        engine = local(release=release, **{"job_seconds": HOUR, "token_seconds": 1_000_000, **switches})
        api = engine.api()
        return engine.engine, api, Place(api)

    return make


def status(api, execution):
    return api.get(f"/executions/{execution['executionId']}").json()["status"]


def set_setting(api, name, value):
    row = next(row for row in api.rows("/application-settings") if row["settingName"] == name)
    assert api.put(f"/application-settings/{row['settingId']}", json={**row, "settingValue": value}).status_code == 200


def test_a_job_runs_and_counts_its_rows(slow):
    engine, api, place = slow()
    job = place.job()
    started = run(api, job)
    number = started["executionId"]
    assert (started["status"], started["rowsMasked"], started["rowsTotal"]) == ("RUNNING", 0, -1)
    assert started["submitTime"] <= started["startTime"] and "endTime" not in started
    engine.clock.advance(HOUR * 0.6)
    half = api.get(f"/executions/{number}").json()
    assert half["status"] == "RUNNING" and 0 < half["rowsMasked"] < half["rowsTotal"]
    engine.clock.advance(HOUR * 0.2)
    later = api.get(f"/executions/{number}").json()
    assert half["rowsMasked"] < later["rowsMasked"] < later["rowsTotal"] == half["rowsTotal"]
    engine.clock.advance(HOUR)
    ended = api.get(f"/executions/{number}").json()
    assert ended["status"] == "SUCCEEDED" and ended["rowsMasked"] == ended["rowsTotal"] == half["rowsTotal"]
    assert started["startTime"] < ended["endTime"]


def test_the_same_job_masks_as_many_rows_again(slow):
    engine, api, place = slow()
    job = place.job()
    totals = []
    for _ in range(2):
        started = run(api, job)
        engine.clock.advance(HOUR + 1)
        totals.append(api.get(f"/executions/{started['executionId']}").json()["rowsTotal"])
    assert totals[0] == totals[1] > 0


@pytest.mark.parametrize(
    ("path", "purpose", "fields"),
    [
        ("/masking-jobs", "MASK", {}),
        ("/profile-jobs", "MASK", {"profileSetId": None}),
        ("/tokenization-jobs", "TOKENIZE", {}),
        ("/reidentification-jobs", "TOKENIZE", {}),
    ],
)
def test_jobs_of_all_kinds_run(local, path, purpose, fields):
    engine = local(job_seconds=HOUR, token_seconds=1_000_000)
    api = engine.api()
    place = Place(api, purpose=purpose)
    if "profileSetId" in fields:
        fields = {"profileSetId": api.rows("/profile-sets")[0]["profileSetId"]}
    job = place.job("nightly", path, **fields)
    started = run(api, job)
    engine.engine.clock.advance(HOUR + 1)
    (ended,) = api.rows("/executions", job_id=job)
    assert (ended["executionId"], ended["status"]) == (started["executionId"], "SUCCEEDED")
    assert (ended["rowsTotal"] == 0) == (path == "/profile-jobs")


def test_the_number_of_a_job_may_come_as_text(slow):
    _, api, place = slow()
    job = place.job()
    assert run(api, str(job))["jobId"] == job


def test_an_unknown_job_and_an_unknown_execution_are_404(slow):
    _, api, _ = slow()
    assert api.post("/executions", json={"jobId": 99_999}).status_code == 404
    assert api.get("/executions/99999").status_code == 404
    assert api.post("/executions/99999/cancel").status_code == 404
    for path in ("/execution-components", "/execution-events"):
        assert api.get(path, params={"execution_id": 99_999}).status_code == 404


def test_lists_are_filtered_and_in_order(slow):
    engine, api, place = slow()
    one, two = place.job("one"), place.job("two")
    first, second = run(api, one), run(api, two)
    engine.clock.advance(HOUR + 1)
    third = run(api, one)
    numbers = [execution["executionId"] for execution in (first, second, third)]
    assert [row["executionId"] for row in api.rows("/executions")] == numbers == sorted(numbers)
    assert [row["executionId"] for row in api.rows("/executions", job_id=one)] == [numbers[0], numbers[2]]
    assert [row["executionId"] for row in api.rows("/executions", execution_status="SUCCEEDED")] == numbers[:2]
    assert api.rows("/executions", execution_status="QUEUED") == []


def test_the_status_filter_came_with_5_1_18(slow):
    _, api, place = slow(release="6.0.17.0")
    run(api, place.job())
    assert len(api.rows("/executions", execution_status="FAILED")) == 1  # not known, so not looked at


def test_at_most_seven_jobs_run_and_the_others_wait_their_turn(slow):
    engine, api, place = slow()
    runs = [run(api, place.job(f"job {number}")) for number in range(9)]
    assert [item["status"] for item in runs] == ["RUNNING"] * 7 + ["QUEUED"] * 2
    assert "startTime" not in runs[7] and "rowsTotal" not in runs[7] and runs[7]["submitTime"]
    api.post(f"/executions/{runs[0]['executionId']}/cancel")
    assert [status(api, item) for item in runs[7:]] == ["RUNNING", "QUEUED"]
    engine.clock.advance(HOUR + 10)
    assert [status(api, item) for item in runs] == ["CANCELLED"] + ["SUCCEEDED"] * 7 + ["RUNNING"]
    last = api.get(f"/executions/{runs[8]['executionId']}").json()
    ends = [api.get(f"/executions/{item['executionId']}").json()["endTime"] for item in runs[1:7]]
    assert last["startTime"] == min(ends)


def test_a_queue_empties_itself_over_time(slow):
    engine, api, place = slow()
    set_setting(api, "NumSimulJobsAllowed", "1")
    runs = [run(api, place.job(f"job {number}")) for number in range(3)]
    engine.clock.advance(10 * HOUR)
    ended = [api.get(f"/executions/{item['executionId']}").json() for item in runs]
    assert [item["status"] for item in ended] == ["SUCCEEDED"] * 3
    assert [item["startTime"] for item in ended[1:]] == [item["endTime"] for item in ended[:2]]


@pytest.mark.parametrize(("setting", "running"), [("2", 2), ("0", 3)])
def test_the_number_of_jobs_is_a_setting(slow, setting, running):
    _, api, place = slow(engine_cores=4)
    set_setting(api, "NumSimulJobsAllowed", setting)
    runs = [run(api, place.job(f"job {number}")) for number in range(4)]
    assert sum(item["status"] == "RUNNING" for item in runs) == running


@pytest.mark.parametrize(("setting", "running"), [("3000", 2), ("0", 3)])
def test_memory_is_limited_too(slow, setting, running):
    # three quarters of 12 GB less 6 GB are 3 GB
    _, api, place = slow(engine_memory_mb=12 * 1024)
    set_setting(api, "MaximumMemoryForJobs", setting)
    runs = [run(api, place.job(f"job {number}", maxMemory=1024)) for number in range(4)]
    assert sum(item["status"] == "RUNNING" for item in runs) == running


def test_a_job_too_large_for_the_engine_runs_alone(slow):
    engine, api, place = slow()
    set_setting(api, "MaximumMemoryForJobs", "2000")
    small, large = run(api, place.job("small")), run(api, place.job("large", maxMemory=5000))
    assert (small["status"], large["status"]) == ("RUNNING", "QUEUED")
    engine.clock.advance(HOUR + 1)
    assert status(api, large) == "RUNNING"


def test_the_queue_is_first_come_first_served(slow):
    _, api, place = slow()
    set_setting(api, "MaximumMemoryForJobs", "2100")
    run(api, place.job("first"))
    large, small = run(api, place.job("large", maxMemory=1500)), run(api, place.job("small", maxMemory=100))
    assert (large["status"], small["status"]) == ("QUEUED", "QUEUED")
    api.post(f"/executions/{large['executionId']}/cancel")
    assert status(api, small) == "RUNNING"


def test_the_queue_came_with_6_0_5(slow):
    _, api, place = slow(release="6.0.5.0")
    runs = [run(api, place.job(f"job {number}")) for number in range(8)]
    assert runs[7]["status"] == "QUEUED" and runs[7]["submitTime"]


@pytest.mark.parametrize(("switch", "expected"), [("run", 200), ("refused", 409)])
def test_before_6_0_5_there_is_no_queue(slow, switch, expected):
    engine, api, place = slow(release="6.0.4.0", jobs_above_limit=switch)
    engine.executions._limits = lambda: (1, float("inf"))  # older settings have no limit
    first = run(api, place.job("one"))
    assert first["status"] == "RUNNING" and "submitTime" not in first
    answer = api.post("/executions", json={"jobId": place.job("two")})
    assert answer.status_code == expected
    assert {row["status"] for row in api.rows("/executions")} == {"RUNNING"}
    assert api.post(f"/executions/{first['executionId']}/cancel").json()["status"] == "FAILED"


def test_an_execution_can_wait_before_it_runs(slow):
    engine, api, place = slow(execution_wait_seconds=60)
    started = run(api, place.job())
    assert started["status"] == "WAITING" and "startTime" not in started
    assert api.rows("/executions", execution_status="WAITING")
    engine.clock.advance(61)
    assert status(api, started) == "RUNNING"
    engine.clock.advance(HOUR + 1)
    assert status(api, started) == "SUCCEEDED"


def test_cancelling(slow):
    engine, api, place = slow()
    set_setting(api, "NumSimulJobsAllowed", "1")
    running, queued = run(api, place.job("one")), run(api, place.job("two"))
    path = f"/executions/{queued['executionId']}/cancel"
    assert api.post(path, params={"expectedStatus": "RUNNING"}).status_code == 400
    ended = api.post(path, params={"expectedStatus": "QUEUED"}).json()
    assert ended["status"] == "CANCELLED" and ended["endTime"] and "startTime" not in ended
    engine.clock.advance(HOUR * 0.6)
    ended = api.post(f"/executions/{running['executionId']}/cancel").json()
    assert ended["status"] == "CANCELLED" and 0 < ended["rowsMasked"] < ended["rowsTotal"]
    engine.clock.advance(HOUR)
    assert api.get(f"/executions/{running['executionId']}").json() == ended
    assert api.post(f"/executions/{running['executionId']}/cancel").status_code == 400


def test_a_cancelled_job_may_take_its_time_to_stop(slow):
    engine, api, place = slow(cancel_seconds=30)
    started = run(api, place.job())
    assert api.post(f"/executions/{started['executionId']}/cancel").json()["status"] == "RUNNING"
    engine.clock.advance(31)
    assert status(api, started) == "CANCELLED"


@pytest.mark.parametrize(("switch", "expected"), [("refused", 409), ("allowed", 200)])
def test_a_job_that_runs_already(slow, switch, expected):
    engine, api, place = slow(job_runs_already=switch)
    job = place.job()
    run(api, job)
    assert api.post("/executions", json={"jobId": job}).status_code == expected
    engine.clock.advance(HOUR + 1)
    assert api.post("/executions", json={"jobId": job}).status_code == 200


def test_a_running_or_queued_job_cannot_be_changed_or_deleted(slow):
    engine, api, place = slow()
    set_setting(api, "NumSimulJobsAllowed", "1")
    jobs = [place.job("one"), place.job("two")]
    for job in jobs:
        run(api, job)
    for job in jobs:
        body = api.get(f"/masking-jobs/{job}").json()
        assert api.put(f"/masking-jobs/{job}", json=body).status_code == 400
        assert api.delete(f"/masking-jobs/{job}").status_code == 400
    engine.clock.advance(3 * HOUR)
    assert api.put(f"/masking-jobs/{jobs[0]}", json=body | {"jobName": "one"}).status_code == 200
    assert api.delete(f"/masking-jobs/{jobs[1]}").status_code == 200
    assert len(api.rows("/executions", job_id=jobs[1])) == 1


@pytest.mark.parametrize(("password", "problem"), [(None, "no password is set"), ("wrong", "wrong")])
def test_a_job_fails_whose_connector_has_no_password_or_a_wrong_one(local, password, problem):
    engine = local(job_seconds=HOUR, token_seconds=1_000_000)
    engine.engine.accounts.set("db.example.com", "masker", "right")
    api = engine.api()
    place = Place(api, password=password)
    started = run(api, place.job())
    assert started["status"] == "RUNNING"
    engine.engine.clock.advance(HOUR / 2)
    assert status(api, started) == "FAILED"
    (event,) = api.rows("/execution-events", execution_id=started["executionId"])
    assert (event["eventType"], event["severity"], event["count"]) == ("JOB_ABORTED", "CRITICAL", 1)
    assert problem in event["exceptionDetail"] and "dev database" in event["exceptionDetail"]
    first, second = api.rows("/execution-components", execution_id=started["executionId"])
    assert (first["status"], second["status"]) == ("FAILED", "CANCELLED")
    assert event["executionComponentId"] == first["executionComponentId"]


def test_a_password_set_while_the_job_is_queued_is_in_time(slow):
    engine, api, place = slow()
    set_setting(api, "NumSimulJobsAllowed", "1")
    blocker = run(api, place.job("one"))
    place.connector = place.database_connector("second", None)["databaseConnectorId"]
    place.ruleset = place.database_ruleset("second tables", "ORDERS")
    queued = run(api, place.job("two"))
    body = api.get(f"/database-connectors/{place.connector}").json()
    assert api.put(f"/database-connectors/{place.connector}", json={**body, "password": "other"}).status_code == 200
    engine.clock.advance(HOUR * 2.5)
    assert [status(api, item) for item in (blocker, queued)] == ["SUCCEEDED", "SUCCEEDED"]


def test_an_on_the_fly_job_needs_its_source_too(slow):
    engine, api, place = slow()
    there = Place(api, "prod", password=None)
    source = {"connectorId": there.connector, "connectorType": "DATABASE"}
    started = run(api, place.job("copy", onTheFlyMasking=True, onTheFlyMaskingSource=source))
    engine.clock.advance(HOUR + 1)
    assert status(api, started) == "FAILED"
    (event,) = api.rows("/execution-events", execution_id=started["executionId"])
    assert "prod database" in event["exceptionDetail"]


def test_a_multi_tenant_job_runs_on_the_connector_it_is_given(slow):
    engine, api, place = slow()
    engine.accounts.set("tenant.example.com", "masker", "tenant")
    tenant = place.database_connector("tenant", "tenant", host="tenant.example.com")["databaseConnectorId"]
    other = place.database_connector("other tenant", None)["databaseConnectorId"]
    job = place.job(multiTenant=True)
    assert api.post("/executions", json={"jobId": job}).status_code == 400
    assert api.post("/executions", json={"jobId": job, "targetConnectorId": 99_999}).status_code == 404
    good, bad = run(api, job, targetConnectorId=tenant), run(api, job, targetConnectorId=other)
    assert (good["targetConnectorId"], bad["targetConnectorId"]) == (tenant, other)
    assert api.post("/executions", json={"jobId": job, "targetConnectorId": tenant}).status_code == 409
    engine.clock.advance(HOUR + 1)
    assert (status(api, good), status(api, bad)) == ("SUCCEEDED", "FAILED")


def test_other_jobs_pay_no_heed_to_a_given_connector(slow):
    _, api, place = slow()
    assert "targetConnectorId" not in run(api, place.job(), targetConnectorId=99_999)


def test_components_follow_the_rows(slow):
    engine, api, place = slow()
    started = run(api, place.job())
    path = {"execution_id": started["executionId"]}

    def look():
        rows = api.rows("/execution-components", **path)
        assert [row["componentName"] for row in rows] == ["EMP", "DEPT"]
        execution = api.get(f"/executions/{started['executionId']}").json()
        if execution["rowsTotal"] >= 0:
            assert sum(row["rowsTotal"] for row in rows) == execution["rowsTotal"]
            assert sum(row["rowsMasked"] for row in rows) == execution["rowsMasked"]
        return rows

    counting = look()
    assert {(row["status"], row["rowsTotal"]) for row in counting} == {("WAITING", -1)}
    assert not any("startTime" in row for row in counting)
    engine.clock.advance(HOUR * 0.2 + 1)
    begun = look()
    assert [row["status"] for row in begun] == ["RUNNING", "WAITING"] and "startTime" in begun[0]
    engine.clock.advance(HOUR * 0.8 - 2)
    late = look()
    assert [row["status"] for row in late] == ["SUCCEEDED", "RUNNING"]
    assert late[0]["endTime"] == late[1]["startTime"]
    engine.clock.advance(2)
    assert [row["status"] for row in look()] == ["SUCCEEDED", "SUCCEEDED"]
    assert api.rows("/execution-events", **path) == []


def test_cancelled_components(slow):
    engine, api, place = slow()
    started = run(api, place.job())
    engine.clock.advance(HOUR * 0.21)
    api.post(f"/executions/{started['executionId']}/cancel")
    rows = api.rows("/execution-components", execution_id=started["executionId"])
    assert [row["status"] for row in rows] == ["CANCELLED", "CANCELLED"]


def test_components_of_a_profile_job_have_no_rows(slow):
    engine, api, place = slow()
    sets = api.rows("/profile-sets")
    started = run(api, place.job("find", "/profile-jobs", profileSetId=sets[0]["profileSetId"]))
    engine.clock.advance(HOUR + 1)
    rows = api.rows("/execution-components", execution_id=started["executionId"])
    assert [(row["status"], row["rowsTotal"]) for row in rows] == [("SUCCEEDED", 0)] * 2
    assert not any("startTime" in row for row in rows)


@pytest.mark.parametrize(("switch", "count"), [("no", 0), ("yes", 1)])
def test_data_that_cannot_be_masked_leaves_events(slow, switch, count):
    engine, api, place = slow(unmasked_data=switch)
    table = next(row for row in api.rows("/table-metadata") if row["tableName"] == "EMP")
    column = api.rows("/column-metadata", table_metadata_id=table["tableMetadataId"])[1]
    domain = api.rows("/domains")[0]
    body = {**column, "domainName": domain["domainName"], "algorithmName": domain["defaultAlgorithmCode"]}
    assert api.put(f"/column-metadata/{column['columnMetadataId']}", json=body).status_code == 200
    started = run(api, place.job())
    engine.clock.advance(HOUR + 1)
    assert status(api, started) == "SUCCEEDED"
    events = api.rows("/execution-events", execution_id=started["executionId"])
    assert len(events) == count
    for event in events:
        assert (event["eventType"], event["severity"]) == ("UNMASKED_DATA", "WARNING")
        assert event["maskedObjectName"] == column["columnName"] and event["maskedObjectParentName"] == "EMP"
        assert event["algorithmName"] == domain["defaultAlgorithmCode"] and event["count"] >= 1


def test_an_execution_that_ran_when_the_engine_died_has_failed(process):
    engine = process("--set", "job_seconds=3600")
    api = engine.api()
    place = Place(api)
    third = place.job("three")
    finished, running = run(api, place.job("one")), run(api, place.job("two"))
    engine.tell("POST", f"/executions/{finished['executionId']}/finish")
    engine.kill()
    engine.start()
    api = engine.api()
    assert (status(api, finished), status(api, running)) == ("SUCCEEDED", "FAILED")
    (event,) = api.rows("/execution-events", execution_id=running["executionId"])
    assert event["eventType"] == "JOB_ABORTED"
    another = run(api, third)
    assert another["executionId"] > running["executionId"]
    numbers = [row["executionComponentId"] for row in api.rows("/execution-components")]
    assert len(numbers) == len(set(numbers)) == 6
    assert event["executionEventId"] not in numbers


def test_engines_number_their_executions_differently(local):
    numbers = []
    for seed in (1, 2):
        api = local(seed=seed).api()
        execution = run(api, Place(api).job())["executionId"]
        parts = [row["executionComponentId"] for row in api.rows("/execution-components")]
        numbers.append({execution, *parts})
    assert not numbers[0] & numbers[1]


def test_faults_slow_and_failing_jobs(process):
    engine = process("--set", "job_seconds=100")
    api = engine.api()
    place = Place(api)
    jobs = [place.job(name) for name in ("one", "two", "three")]
    start = {"path": "^/executions$", "method": "POST", "times": 1}
    rules = [
        {"match": start, "action": {"kind": "fail_task"}},
        {"match": {**start, "after": 1}, "action": {"kind": "slow_task", "seconds": 1000}},
    ]
    engine.tell("PUT", "/faults", rules)
    runs = [run(api, job) for job in jobs]
    engine.tell("POST", "/clock", {"advance_seconds": 200})
    assert [status(api, item) for item in runs] == ["FAILED", "RUNNING", "SUCCEEDED"]
    failed = api.get(f"/executions/{runs[0]['executionId']}").json()
    assert 0 < failed["rowsMasked"] < failed["rowsTotal"]


def test_control_runs_a_job_until_it_is_told(process):
    engine = process()
    api = engine.api()
    place = Place(api, password=None)
    job = place.job()
    started = engine.tell("POST", "/executions", {"job_id": job})
    engine.tell("POST", "/clock", {"advance_seconds": 1000})
    assert status(api, started) == "RUNNING"
    assert len(api.rows("/execution-components", execution_id=started["executionId"])) == 2
    finish = f"/executions/{started['executionId']}/finish"
    answer = requests.post(engine.control + finish, json={"status": "RUNNING"}, timeout=10, proxies={"http": ""})
    assert answer.status_code == 400
    ended = engine.tell("POST", finish, {"status": "SUCCEEDED"})
    assert ended["status"] == "SUCCEEDED" and ended["rowsMasked"] == ended["rowsTotal"] > 0


def test_a_job_ends_by_itself_in_real_time(local):
    api = local(job_seconds=0.2).api()
    started = run(api, Place(api).job())
    until(lambda: status(api, started) == "SUCCEEDED")


def test_no_job_starts_while_a_key_is_made(local):
    api = local(task_run_seconds=0.6).api()
    place = Place(api)
    job = place.job()
    task = api.put("/encryptionKey").json()
    assert api.post("/executions", json={"jobId": job}).status_code == 409
    api.ended(task)
    assert api.post("/executions", json={"jobId": job}).status_code == 200


def test_a_ruleset_of_files_has_files_for_components(slow):
    engine, api, place = slow()
    mount = made(api, "/mount-filesystem", mountName="landing", hostAddress="f", mountPath="/x", type="NFS4")
    info = {"connectionMode": "MOUNT", "path": "in", "mountId": mount["mountId"]}
    connector = made(
        api,
        "/file-connectors",
        connectorName="files",
        environmentId=place.environment,
        fileType="DELIMITED",
        connectionInfo=info,
    )
    ruleset = made(api, "/file-rulesets", rulesetName="files", fileConnectorId=connector["fileConnectorId"])
    made(api, "/file-metadata", fileName="orders.csv", rulesetId=ruleset["fileRulesetId"])
    started = run(api, place.job("files", rulesetId=ruleset["fileRulesetId"]))
    engine.clock.advance(HOUR + 1)
    ended = api.get(f"/executions/{started['executionId']}").json()
    assert ended["status"] == "SUCCEEDED" and ended["bytesProcessed"] == ended["bytesTotal"] > ended["rowsTotal"]
    (row,) = api.rows("/execution-components", execution_id=started["executionId"])
    assert row["componentName"] == "orders.csv"


def test_an_import_may_ask_what_runs_while_somebody_waits_to_write(local):
    """An import holds the store; who starts a job meanwhile waits for it, and must not keep it waiting."""
    engine = local(job_seconds=HOUR).engine
    started = threading.Event()

    def start():
        started.set()
        engine.executions.start(7, HOUR)

    thread = threading.Thread(target=start)
    with engine.store.transaction():
        thread.start()
        assert started.wait(10)
        until(lambda: engine.executions.runs(7))
        assert engine.executions.busy() and len(engine.executions.all()) == 1
    thread.join(10)
    assert not thread.is_alive()
    assert len(engine.store.records("execution")) == 1
