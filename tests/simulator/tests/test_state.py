# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""State on disk: restarts, kills in the middle, and stopping."""

from __future__ import annotations

import random
import subprocess
import time

import pytest
from simulator_support import GLOBAL, domain, until


def test_sigterm_stops_cleanly_and_state_stays(process):
    engine = process(data="demo")
    api = engine.api()
    assert api.post("/domains", json={"domainName": "KEPT", "defaultAlgorithmCode": "CustomerEmail"}).ok
    before = api.hashes()
    token = api.headers["Authorization"]
    assert engine.stop() == 0
    assert engine.process.stderr.read() == ""
    engine.start()
    assert engine.api().hashes() == before
    stale = engine.api(user=None)
    assert stale.get("/domains", headers={"Authorization": token}).status_code == 401


def test_numbers_are_never_given_twice(process):
    engine = process(data="demo")
    api = engine.api()

    def make():
        return api.post("/applications", json={"applicationName": "Again"}).json()["applicationId"]

    first = make()
    assert api.delete(f"/applications/{first}").ok
    engine.stop()
    engine.start()
    api = engine.api()
    assert make() > first


def test_lock_out_survives_a_restart(process):
    engine = process()
    bad = {"username": "admin", "password": "no"}
    for _ in range(3):
        engine.api(user=None).post("/login", json=bad)
    engine.kill()
    engine.start()
    good = {"username": "admin", "password": "Admin-12"}
    assert engine.api(user=None).post("/login", json=good).status_code == 401


def test_tasks_that_ran_when_the_engine_died_are_failed(process):
    source = process(data="demo")
    document = source.api().document(GLOBAL)
    engine = process("--set", "task_run_seconds=60")
    api = engine.api()
    before = api.hashes()
    tasks = [api.import_async(document).json(), api.post("/export-async", json=[GLOBAL]).json()]
    until(lambda: api.get(f"/async-tasks/{tasks[0]['asyncTaskId']}").json()["status"] == "RUNNING")
    engine.kill()
    engine.start()
    api = engine.api()
    for task in tasks:
        assert api.get(f"/async-tasks/{task['asyncTaskId']}").json()["status"] == "FAILED"
        assert api.download(task).status_code == 404
    assert api.hashes() == before


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_an_import_is_whole_or_absent(process, seed):
    source = process(data="scale:600:300:0:0:2000")
    document = source.api().document(GLOBAL)
    wanted = source.api().hashes("GLOBAL_OBJECT")
    engine = process("--set", "task_run_seconds=0", "--set", "task_wait_seconds=0")
    api = engine.api()
    empty = api.hashes("GLOBAL_OBJECT")
    task = api.import_async(document).json()
    time.sleep(random.Random(seed).uniform(0, 0.25))  # any moment: nothing is waited for
    engine.kill()
    engine.start()
    api = engine.api()
    now = api.hashes("GLOBAL_OBJECT")
    status = api.get(f"/async-tasks/{task['asyncTaskId']}").json()["status"]
    assert (now, status) in ((empty, "FAILED"), (wanted, "SUCCEEDED"))
    assert api.import_(document).ok
    assert api.hashes("GLOBAL_OBJECT") == wanted


def test_a_state_folder_keeps_its_release(process, tmp_path):
    engine = process(name="one")
    engine.stop()
    other = [word if word != "2025.2.0.0" else "2025.3.0.0" for word in engine.command]
    result = subprocess.run(other, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert "2025.2.0.0" in result.stderr and "Traceback" not in result.stderr


def test_a_state_folder_has_one_engine(process):
    engine = process(name="one")
    result = subprocess.run(engine.command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2 and "in use by another engine" in result.stderr
    assert engine.api().get("/domains").ok


def test_half_written_files_are_gone_after_a_restart(process):
    engine = process(data="demo")
    documents = engine.folder / "process0" / "documents"
    engine.kill()
    (documents / "export_document_x.part").write_text("half")
    (documents / "import-x").mkdir()
    engine.start()
    assert list(documents.iterdir()) == []


def test_profile_counts_only_for_a_new_state(process):
    engine = process(data="demo")
    assert engine.api().delete("/domains/INVOICE_NO").ok
    engine.stop()
    engine.start()
    assert engine.api().get("/domains/INVOICE_NO").status_code == 404
    assert engine.api().export(domain("INVOICE_NO")).status_code == 404
