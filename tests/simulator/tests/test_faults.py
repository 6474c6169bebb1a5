# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: every kind, as a client sees it."""

from __future__ import annotations

import json
import time

import pytest
import requests
from simulator_support import DEADLINE, GLOBAL, domain

from masking_simulator.faults import Faults


def rule(kind, path="", method=None, after=0, times=0, **options):
    match = {"path": path, "after": after, "times": times}
    if method:
        match["method"] = method
    return {"match": match, "action": {"kind": kind, **options}}


@pytest.fixture
def engine(process):
    return process(data="demo")


def test_latency(engine):
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("latency", "^/domains", milliseconds=300)])
    start = time.monotonic()
    assert api.get("/domains").ok
    assert time.monotonic() - start >= 0.3


def test_reset_and_counting(engine):
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("reset", "^/domains", method="GET", after=1, times=2)])
    assert api.get("/domains").ok
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            api.get("/domains")
    assert api.get("/domains").ok
    assert engine.tell("GET", "/faults")[0]["hits"] == 2
    engine.tell("DELETE", "/faults")
    assert engine.tell("GET", "/faults") == []


@pytest.mark.parametrize(
    ("options", "status", "kind"),
    [
        ({"status": 503, "retry_after": 2}, 503, "application/json"),
        ({"status": 429}, 429, "application/json"),
        ({"status": 502, "html": True}, 502, "text/html"),
    ],
)
def test_status(engine, options, status, kind):
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("status", "^/domains", times=1, **options)])
    answer = api.get("/domains")
    assert answer.status_code == status and answer.headers["Content-Type"] == kind
    assert answer.headers.get("Retry-After") == (str(options["retry_after"]) if "retry_after" in options else None)
    assert api.get("/domains").ok


def test_html_instead_of_json(engine):
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("html", "^/syncable-objects")])
    answer = api.get("/syncable-objects")
    assert answer.status_code == 200 and answer.text.startswith("<html>")


def test_expired_token(engine):
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("expire_token", "^/domains", times=1)])
    assert api.get("/domains").status_code == 401
    assert api.login().get("/domains").ok


def test_lost_answer_does_the_work(engine):
    api = engine.api()
    body = {"domainName": "LOST", "defaultAlgorithmCode": "CustomerEmail"}
    engine.tell("PUT", "/faults", [rule("lost_answer", "^/domains$", method="POST", times=1)])
    with pytest.raises(requests.ConnectionError):
        api.post("/domains", json=body)
    assert api.get("/domains/LOST").ok
    assert api.post("/domains", json=body).status_code == 409


def test_truncated_and_corrupted_downloads(engine):
    api = engine.api()
    task = api.post("/export-async", json=[GLOBAL]).json()
    api.ended(task)
    good = api.download(task).content
    engine.tell("PUT", "/faults", [rule("truncate", "^/file-downloads", fraction=0.5)])
    with pytest.raises(requests.RequestException):
        api.download(task)
    engine.tell("PUT", "/faults", [rule("corrupt", "^/file-downloads", bytes=4)])
    bad = api.download(task).content
    assert len(bad) == len(good) and sum(x != y for x, y in zip(bad, good, strict=True)) >= 4
    engine.tell("DELETE", "/faults")
    assert api.download(task).content == good


def test_slow_and_failing_tasks(engine):
    api = engine.api()
    engine.tell(
        "PUT",
        "/faults",
        [rule("slow_task", "^/export-async", seconds=0.5, times=1), rule("fail_task", "^/import-async", times=1)],
    )
    start = time.monotonic()
    assert api.ended(api.post("/export-async", json=[GLOBAL]).json())["status"] == "SUCCEEDED"
    assert time.monotonic() - start >= 0.5
    before = api.hashes()
    document = api.document(domain("INVOICE_NO"))
    assert api.ended(api.import_async(document).json())["status"] == "FAILED"
    assert api.hashes() == before
    assert api.ended(api.import_async(document).json())["status"] == "SUCCEEDED"


@pytest.mark.parametrize("status", [400, 409])
def test_synchronous_export_is_cut_off(process, status):
    engine = process("--set", "export_limit_seconds=1", "--set", f"export_limit_status={status}", data="demo")
    api = engine.api()
    engine.tell("PUT", "/faults", [rule("slow_task", "^/export$", seconds=2)])
    answer = api.export(domain("INVOICE_NO"))
    assert answer.status_code == status and "longer than 1 seconds" in answer.json()["errorMessage"]


@pytest.mark.parametrize(("when", "done"), [("before", False), ("after", True)])
def test_restart_in_the_middle(engine, when, done):
    api = engine.api()
    body = {"domainName": "RESTART", "defaultAlgorithmCode": "CustomerEmail"}
    engine.tell("PUT", "/faults", [rule("restart", "^/domains", method="POST", when=when)])
    with pytest.raises(requests.ConnectionError):
        api.post("/domains", json=body)
    assert engine.process.wait(DEADLINE) == 70
    engine.start()
    assert engine.api().get("/domains/RESTART").ok is done


def test_faults_from_a_file(process, tmp_path):
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([rule("status", "^/login", times=1, status=500)]))
    engine = process("--faults", str(file))
    api = engine.api(user=None)
    good = {"username": "admin", "password": "Admin-12"}
    assert api.post("/login", json=good).status_code == 500
    assert api.post("/login", json=good).ok


@pytest.mark.parametrize(
    "rules",
    [
        {},
        [5],
        [{}],
        [{"action": {"kind": "nothing"}}],
        [{"action": {"kind": "reset", "x": 1}}],
        [{"match": {"where": 1}, "action": {"kind": "reset"}}],
        [{"match": {"path": "("}, "action": {"kind": "reset"}}],
        [{"match": [], "action": {"kind": "reset"}}],
        [{"match": {"method": 5}, "action": {"kind": "reset"}}],
        [{"match": {"times": -1}, "action": {"kind": "reset"}}],
        [{"action": {"kind": []}}],
        [{"action": {"kind": "status", "status": "abc"}}],
        [{"action": {"kind": "status", "status": 99}}],
        [{"action": {"kind": "status", "status": 307}}],
        [{"action": {"kind": "status", "retry_after": "soon"}}],
        [{"action": {"kind": "latency", "milliseconds": "x"}}],
        [{"action": {"kind": "truncate", "fraction": 2}}],
        [{"action": {"kind": "restart", "when": "now"}}],
    ],
)
def test_malformed_rules_are_refused(rules):
    with pytest.raises(ValueError):
        Faults().replace(rules)
