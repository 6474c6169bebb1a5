# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may run side by side, before release 20 and after."""

from __future__ import annotations

import threading

import pytest
from simulator_support import DEADLINE, GLOBAL, domain, until

from masking_simulator.errors import ApiError

SLOW = {"task_run_seconds": 0.6}


def document(local, release):
    return local(data="demo", release=release).api().document(domain("INVOICE_NO"))


@pytest.mark.parametrize(
    ("switches", "synchronous", "asynchronous"),
    [
        ({}, 400, 409),
        ({"concurrency_status": 400}, 400, 400),
        ({"synchronous_concurrency_status": 409}, 409, 409),
    ],
)
def test_before_20_an_import_is_refused_while_an_export_runs(local, switches, synchronous, asynchronous):
    api = local(data="demo", release="19.0.0.0", **switches, **SLOW).api()
    bundle = document(local, "19.0.0.0")
    export = api.post("/export-async", json=[GLOBAL]).json()
    for answer, status in ((api.import_(bundle), synchronous), (api.import_async(bundle), asynchronous)):
        assert answer.status_code == status
        assert "export" in answer.json()["errorMessage"]
    assert api.ended(export)["status"] == "SUCCEEDED"
    assert until(lambda: api.import_(bundle).is_success)


def test_before_20_two_imports_and_an_export_during_an_import_are_refused(local):
    api = local(release="19.0.0.0", **SLOW).api()
    bundle = document(local, "19.0.0.0")
    first = api.import_async(bundle).json()
    assert api.import_async(bundle).status_code == 409
    assert api.export(domain("SSN")).status_code == 400
    assert api.ended(first)["status"] == "SUCCEEDED"
    assert until(lambda: api.export(domain("SSN")).is_success)


@pytest.mark.parametrize("operation", ["IMPORT", "ENCRYPTION_KEY_CREATE"])
def test_what_a_task_kept_out_may_run_as_soon_as_its_success_shows(local, operation):
    engine = local(release="19.0.0.0").engine
    tidied = threading.Event()

    def work(finish):
        finish()
        assert tidied.wait(DEADLINE)

    kind = "import" if operation == "IMPORT" else "key"
    task = engine.tasks.start(operation, work, after=engine.gate.enter(kind))
    with pytest.raises(ApiError):
        engine.gate.enter("import")
    until(lambda: engine.tasks.get(task["asyncTaskId"])["status"] == "SUCCEEDED")
    try:
        engine.gate.enter("import")()
    finally:
        tidied.set()


def test_before_20_two_exports_run_together(local):
    api = local(release="19.0.0.0", **SLOW).api()
    tasks = [api.post("/export-async", json=[domain("SSN")]).json() for _ in range(2)]
    assert {api.ended(task)["status"] for task in tasks} == {"SUCCEEDED"}


def test_from_20_on_they_run_together(local):
    api = local(release="20.0.0.0", **SLOW).api()
    bundle = document(local, "20.0.0.0")
    tasks = [
        api.import_async(bundle).json(),
        api.post("/export-async", json=[domain("SSN")]).json(),
        api.import_async(bundle).json(),
    ]
    assert api.import_(bundle).is_success
    assert {api.ended(task)["status"] for task in tasks} == {"SUCCEEDED"}


@pytest.mark.parametrize(
    ("release", "switch", "status"),
    [
        ("19.0.0.0", "allowed", 400),
        ("20.0.0.0", "allowed", 200),
        ("20.0.0.0", "refused", 400),
    ],
)
def test_import_while_a_job_runs(local, release, switch, status):
    engine = local(release=release, import_while_jobs_run=switch)
    api = engine.api()
    bundle = document(local, release)
    execution = engine.engine.executions.start(7, None)
    (running,) = api.rows("/executions", execution_status="RUNNING")
    assert running["executionId"] == execution["executionId"]
    assert api.import_(bundle).status_code == status
    assert api.post(f"/executions/{execution['executionId']}/cancel").json()["status"] == "CANCELLED"
    assert api.import_(bundle).is_success


def test_an_execution_ends_by_the_clock(local):
    engine = local()
    api = engine.api()
    number = engine.engine.executions.start(7, 60)["executionId"]
    assert api.get(f"/executions/{number}").json()["status"] == "RUNNING"
    engine.engine.clock.advance(61)
    ended = api.get(f"/executions/{number}").json()
    assert ended["status"] == "SUCCEEDED" and ended["endTime"]
    assert api.post(f"/executions/{number}/cancel").status_code == 400


def test_a_refusal_can_show_in_the_task_only(local):
    api = local(release="19.0.0.0", concurrency_refusal="task", **SLOW).api()
    bundle = document(local, "19.0.0.0")
    first, second = api.import_async(bundle).json(), api.import_async(bundle).json()
    assert api.ended(first)["status"] == "SUCCEEDED"
    assert api.ended(second)["status"] == "FAILED"


def test_nothing_runs_beside_the_making_of_a_key(local):
    api = local(release="2025.2.0.0", **SLOW).api()
    task = api.put("/encryptionKey").json()
    assert task["operation"] == "ENCRYPTION_KEY_CREATE"
    before = api.hashes("KEY")
    assert api.export(domain("SSN")).status_code == 400
    assert api.put("/encryptionKey").status_code == 409
    assert api.ended(task)["status"] == "SUCCEEDED"
    assert api.hashes("KEY") != before
    assert api.get("/system-information").json()["latestGlobalKeyResetTime"]
