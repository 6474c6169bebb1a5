# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login, tokens, roles and lock-out."""

from __future__ import annotations

import pytest
from simulator_support import ADMIN, ANALYST


def test_login_gives_a_raw_token(local):
    api = local().api()
    token = api.headers["Authorization"]
    assert len(token) == 36 and token.count("-") == 4
    assert api.get("/system-information").json()["version"] == "2025.2.0.0"


def test_login_ignores_a_stale_token(local):
    api = local().api(user=None)
    api.headers["Authorization"] = "stale"
    assert api.post("/login", json={"username": ADMIN[0], "password": ADMIN[1]}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": "none"}])
def test_calls_without_a_good_token_are_401(local, headers):
    api = local().api(user=None)
    answer = api.get("/syncable-objects", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"errorMessage": "Invalid authorization, check to make sure it has not expired."}


def test_bearer_prefix_is_not_accepted(local):
    api = local().api()
    api.headers["Authorization"] = "Bearer " + api.headers["Authorization"]
    assert api.get("/domains").status_code == 401


def test_header_name_is_case_insensitive(local):
    api = local().api()
    token = api.headers.pop("Authorization")
    assert api.get("/domains", headers={"authorization": token, "Content-Type": "application/json"}).status_code == 200


@pytest.mark.parametrize("status", [200, 204])
def test_logout_ends_the_session(local, status):
    api = local(logout_status=status).api()
    assert api.put("/logout").status_code == status
    assert api.put("/logout").status_code == 401
    assert "has expired" in api.get("/domains").json()["errorMessage"]


def test_wrong_password_is_401_with_a_message(local):
    answer = local().api(user=None).post("/login", json={"username": "admin", "password": "no"})
    assert answer.status_code == 401
    assert list(answer.json()) == ["errorMessage"]


def test_third_bad_password_locks_for_23_hours(local):
    engine = local()
    api = engine.api(user=None)
    good = {"username": ADMIN[0], "password": ADMIN[1]}
    for _ in range(3):
        assert api.post("/login", json={**good, "password": "no"}).status_code == 401
    assert api.post("/login", json=good).status_code == 401
    engine.engine.clock.advance(23 * 3600 - 60)
    assert api.post("/login", json=good).status_code == 401
    engine.engine.clock.advance(120)
    assert api.post("/login", json=good).status_code == 200


def test_lock_out_follows_its_switches(local):
    engine = local(lockout_attempts=1, lockout_seconds=60)
    api = engine.api(user=None)
    good = {"username": ADMIN[0], "password": ADMIN[1]}
    assert api.post("/login", json={**good, "password": "no"}).status_code == 401
    assert api.post("/login", json=good).status_code == 401
    engine.engine.clock.advance(61)
    assert api.post("/login", json=good).status_code == 200
    engine.engine.set_switches({"lockout_attempts": 0})
    for _ in range(5):
        assert api.post("/login", json={**good, "password": "no"}).status_code == 401
    assert api.post("/login", json=good).status_code == 200


def test_a_good_password_forgets_bad_ones(local):
    api = local().api(user=None)
    good = {"username": ADMIN[0], "password": ADMIN[1]}
    for _ in range(3):
        for _ in range(2):
            assert api.post("/login", json={**good, "password": "no"}).status_code == 401
        assert api.post("/login", json=good).status_code == 200


@pytest.mark.parametrize(("sliding", "status"), [("yes", 200), ("no", 401)])
def test_token_life(local, sliding, status):
    engine = local(token_seconds=100, token_sliding=sliding)
    api = engine.api()
    engine.engine.clock.advance(80)
    assert api.get("/domains").status_code == 200
    engine.engine.clock.advance(80)
    assert api.get("/domains").status_code == status
    engine.engine.clock.advance(101)
    answer = api.get("/domains")
    assert answer.status_code == 401
    assert answer.json()["errorMessage"] == "Provided Authentication has expired. Please log in again."


@pytest.mark.parametrize(
    ("release", "forbidden", "sync_status", "status"),
    [
        ("2025.2.0.0", "by_release", 401, 403),
        ("2025.1.0.0", "by_release", 401, 401),
        ("20.0.0.0", "403", 403, 403),
        ("2025.2.0.0", "401", 401, 401),
    ],
)
def test_changing_and_sync_need_an_administrator(local, release, forbidden, sync_status, status):
    api = local(data="demo", release=release, forbidden_status=forbidden).api(ANALYST)
    assert api.get("/domains").status_code == 200
    for method, path in (
        ("GET", "/syncable-objects"),
        ("GET", "/syncable-objects/environments/1"),
        ("POST", "/export"),
        ("POST", "/export-async"),
        ("DELETE", "/export-async"),
        ("POST", "/import"),
        ("POST", "/import-async"),
        ("DELETE", "/import-async"),
    ):
        assert api.request(method, path).status_code == sync_status, path
    for method, path in (("PUT", "/encryptionKey"), ("POST", "/domains"), ("POST", "/algorithms")):
        assert api.request(method, path).status_code == status, path


@pytest.mark.parametrize(("auth", "status"), [("required", 401), ("none", 200)])
def test_system_information_without_a_token(local, auth, status):
    assert local(system_information_auth=auth).api(user=None).get("/system-information").status_code == status


@pytest.mark.parametrize("status", [200, 201])
def test_status_of_a_good_post(local, status):
    api = local(post_success_status=status).api(user=None)
    assert api.post("/login", json={"username": ADMIN[0], "password": ADMIN[1]}).status_code == status
