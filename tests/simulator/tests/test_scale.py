# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Size: what an engine holds is listed and moved in good time, however much that is."""

from __future__ import annotations

import time

from simulator_environments import ident
from simulator_support import GLOBAL, Local

from masking_simulator.model import hashing

#: seconds a page of 1,000 objects may take
PAGE = 0.05


def page_time(api):
    """The best of five, so that another process on the machine does not decide."""

    def once():
        start = time.perf_counter()
        answer = api.get("/syncable-objects", params={"page_size": 1000})
        seconds = time.perf_counter() - start
        assert len(answer.json()["responseList"]) == 1000
        return seconds

    return min(once() for _ in range(5))


def test_ten_thousand_objects(process):
    source, target = process(data="scale:6000:4000:0:0:100"), process()
    api = source.api()
    assert api.get("/syncable-objects").json()["_pageInfo"]["total"] > 10_000
    assert page_time(api) < PAGE
    task = api.post("/export-async", json=[GLOBAL]).json()
    assert api.ended(task)["status"] == "SUCCEEDED"
    receiver = target.api()
    done = receiver.import_async(api.download(task).content).json()
    assert receiver.ended(done)["status"] == "SUCCEEDED"
    assert len(receiver.download(done).json()) > 10_000
    assert page_time(receiver) < PAGE
    assert receiver.hashes("GLOBAL_OBJECT") == api.hashes("GLOBAL_OBJECT")


def test_estate(tmp_path, monkeypatch):
    """40 environments, 300 connectors, 300 rulesets with 20,000 columns, 400 jobs."""
    Local(tmp_path / "state", "2025.2.0.0", "estate", 1, {}).close()
    start = time.perf_counter()
    engine = Local(tmp_path / "state", "2025.2.0.0", "estate", 1, {})
    assert time.perf_counter() - start < 3, "seconds to load its state"
    api = engine.api()
    try:
        for path in ("/syncable-objects", "/table-metadata", "/column-metadata"):
            start = time.perf_counter()
            assert len(api.get(path, params={"page_size": 1000}).json()["responseList"]) == 1000
            assert time.perf_counter() - start < 1, path
        assert api.get("/column-metadata").json()["_pageInfo"]["total"] == 20_000
        digested = []
        own_digest = hashing.own_digest
        monkeypatch.setattr(hashing, "own_digest", lambda obj: digested.append(obj.name) or own_digest(obj))
        job = api.rows("/masking-jobs")[0]
        assert api.put(f"/masking-jobs/{job['maskingJobId']}", json=job).status_code == 200
        api.hashes()
        assert digested == [job["jobName"]], "saving a job computes nothing anew but the job"
        start = time.perf_counter()
        exported = 0
        for environment in api.rows("/environments"):
            answer = api.export(ident("ENVIRONMENT", environment["environmentId"]))
            exported += answer.status_code == 200
        assert exported >= 30 and time.perf_counter() - start < 20
    finally:
        engine.close()
