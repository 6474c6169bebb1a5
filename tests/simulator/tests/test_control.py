# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control interface, and what the request log shows."""

from __future__ import annotations

import requests
from simulator_support import domain


def test_log_shows_requests_and_no_secrets(process):
    engine = process(data="demo")
    api = engine.api()
    token = api.headers["Authorization"]
    document = api.document(domain("INVOICE_NO"), passphrase="very secret")
    api.import_(document, passphrase="very secret")
    api.import_async(document, passphrase="very secret")
    log = engine.tell("GET", "/requests")
    assert [(entry["method"], entry["path"].removeprefix("/masking/api")) for entry in log] == [
        ("POST", "/login"),
        ("POST", "/export"),
        ("POST", "/import"),
        ("POST", "/import-async"),
    ]
    assert [entry["seq"] for entry in log] == [1, 2, 3, 4]
    assert log[0]["body"] == {"username": "admin", "password": "********"}
    assert log[1]["user"] == "admin" and log[1]["headers"]["passphrase"] == "********"
    assert log[1]["status"] == 200 and log[1]["bytes_out"] > len(document["blob"]) and log[1]["bytes_in"] > 0
    assert log[2]["query"] == "force_overwrite=true" and log[2]["duration"] > 0
    url = {"jdbc": "jdbc:x;password=In-Url;y=1"}
    api.post("/database-connectors/test", params={"password": "In-Query"}, json=url)
    log += engine.tell("GET", "/requests?after=4")
    assert log[4]["query"] == "password=********" and log[4]["body"]["jdbc"] == "jdbc:x;password=********;y=1"
    text = str(log)
    for secret in ("Admin-12", token, "very secret", "In-Url", "In-Query"):
        assert secret not in text
    assert len(engine.tell("GET", "/requests?after=3")) == 2
    engine.tell("DELETE", "/requests")
    assert engine.tell("GET", "/requests") == []


def test_engine_shows_nothing_of_it(process):
    engine = process()
    answer = engine.api(user=None).get("/login")
    assert set(answer.headers) <= {"date", "content-length", "content-type", "Allow", "allow"}
    with requests.Session() as session:
        session.trust_env = False
        for path in ("/requests", "/faults", "/state", "/masking/api/requests", "/masking/api/state"):
            assert session.get(engine.url + path, timeout=10).status_code == 404


def test_switches(process):
    engine = process("--set", "post_success_status=201")
    assert engine.tell("GET", "/switches")["post_success_status"] == 201
    engine.tell("PUT", "/switches", {"post_success_status": 200, "identifier_shape": "integer"})
    api = engine.api()
    assert isinstance(api.rows("/syncable-objects", object_type="JDBC_DRIVER")[0]["objectIdentifier"]["id"], int)
    answer = requests.put(
        engine.control + "/switches",
        json={"list_order": "name", "post_success_status": 5},
        timeout=10,
        proxies={"http": ""},
    )
    assert answer.status_code == 400
    assert engine.tell("GET", "/switches")["list_order"] == "mixed"


def test_clock_users_and_executions(process):
    engine = process()
    engine.tell("POST", "/users", {"username": "second", "password": "Second-12", "is_admin": True})
    engine.tell("POST", "/users", {"username": "third", "password": "Third-12"})
    assert engine.api(("second", "Second-12")).get("/syncable-objects").ok
    assert engine.api(("third", "Third-12")).get("/syncable-objects").status_code == 401
    assert {user["username"] for user in engine.tell("GET", "/users")} == {"admin", "second", "third"}
    api = engine.api()
    started = engine.tell("POST", "/executions", {"job_id": 5, "duration": 600})
    until_told = engine.tell("POST", "/executions", {"job_id": 6})
    assert len(api.rows("/executions", execution_status="RUNNING")) == 2
    assert engine.tell("POST", "/clock", {"advance_seconds": 700})["now"] > 0
    assert api.get(f"/executions/{started['executionId']}").json()["status"] == "SUCCEEDED"
    assert api.get(f"/executions/{until_told['executionId']}").json()["status"] == "RUNNING"
    engine.tell("POST", f"/executions/{until_told['executionId']}/finish", {"status": "FAILED"})
    assert api.rows("/executions", job_id=6)[0]["status"] == "FAILED"


def test_state_tells_equal_engines_from_different_ones(process):
    one, two, three = process(data="demo"), process(data="demo"), process(data="demo")
    three.api().put("/algorithms/CustomerEmail/randomize-key")
    first, second, third = (engine.tell("GET", "/state") for engine in (one, two, three))
    assert first == second
    assert first["fingerprint"] != third["fingerprint"] and first["global_hash"] != third["global_hash"]
    assert first["objects"]["DOMAIN"] >= 60
