# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases, API versions and the published contract."""

from __future__ import annotations

import pytest
from simulator_support import domain

from masking_simulator.releases import parse_release


@pytest.mark.parametrize(
    ("release", "api"),
    [
        ("6.0.0.0", 0),
        ("6.0.1.0", 1),
        ("6.0.17.0", 17),
        ("7.0.0.0", 18),
        ("20.0.0.0", 31),
        ("2025.1.0.0", 41),
        ("2025.2", 42),
        ("2025.5.0.0", 45),
        ("2026.1.0.0", 47),
        ("2026.3.0.0", 49),
    ],
)
def test_api_version_of_a_release(release, api):
    assert parse_release(release).api == api


@pytest.mark.parametrize("release", ["", "x", "5.3.9.0", "6.1.0.0", "2025.0", "6.0.1.0.0"])
def test_releases_without_a_known_api_version(release):
    with pytest.raises(ValueError):
        parse_release(release)


@pytest.mark.parametrize("version", ["", "/v5.1.42", "/v5.1.18", "/v5.0.0", "/v5.1.0"])
def test_known_versions_answer(local, version):
    assert local().api(version=version).get("/domains").status_code == 200


@pytest.mark.parametrize("version", ["/v5.1.43", "/v6.0.0", "/v5", "/v5.2.1"])
@pytest.mark.parametrize("status", [400, 404])
def test_unknown_versions_are_refused(local, version, status):
    api = local(unknown_version_status=status).api(user=None, version=version)
    assert api.post("/login", json={"username": "admin", "password": "Admin-12"}).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/masking",
        "/masking/api",
        "/masking/api/",
        "/masking/apix/domains",
        "/masking/api/nothing",
        "/masking/api/domains/a/b",
    ],
)
def test_other_paths_are_404_with_a_json_body(local, path):
    answer = local().session.get(path)
    assert answer.status_code == 404
    assert answer.json()["errorMessage"]


def test_wrong_method_is_405_and_says_which_are_right(local):
    answer = local().api().delete("/domains")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"


def test_revision_id_by_version(local):
    new, old = local(release="2025.2.0.0"), local(release="2025.1.0.0")
    assert all("revisionId" in row for row in new.api().rows("/syncable-objects"))
    assert not any("revisionId" in row for row in new.api(version="/v5.1.18").rows("/syncable-objects"))
    assert not any("revisionId" in row for row in old.api().rows("/syncable-objects"))


def test_a_pinned_version_lacks_what_came_later(local):
    engine = local(data="demo")
    now, pinned = engine.api(), engine.api(version="/v5.1.1")
    for path in ("/classifiers", "/plugin", "/syncable-objects/environments/1"):
        assert pinned.get(path).status_code == 404
    assert now.get("/classifiers").status_code == 200
    metadata = [api.document(domain("INVOICE_NO"))["exportResponseMetadata"] for api in (now, pinned)]
    assert [any("revisionId" in row for row in item["exportedObjectList"]) for item in metadata] == [True, False]
    task = pinned.post("/export-async", params={"structure": "ZIP"}, json=[domain("INVOICE_NO")]).json()
    assert pinned.ended(task)["status"] == "SUCCEEDED"
    assert pinned.download(task).json()["blob"]


def test_published_contract_is_that_of_the_release(local):
    new = local(release="2025.2.0.0").api(user=None).get("/swagger-basepath.json").json()
    old = local(release="6.0.1.0").api(user=None).get("/swagger-basepath.json").json()
    assert new["openapi"].startswith("3.0") and new["info"]["version"] == "5.1.42"
    assert "/classifiers" in new["paths"] and list(new["paths"]["/profile-expressions"]) == ["get"]
    assert "/classifiers" not in old["paths"] and "post" in old["paths"]["/profile-expressions"]
    assert "/syncable-objects/environments/{environmentId}" not in old["paths"]
    assert "x-role" not in new["paths"]["/domains"]["get"]


def test_types_by_release(local):
    def types(release: str) -> set[str]:
        return {row["objectType"] for row in local(data="demo", release=release).api().rows("/syncable-objects")}

    old, middle, new = types("6.0.1.0"), types("6.0.12.0"), types("2025.2.0.0")
    assert {"LOOKUP", "SEGMENT", "TOKENIZATION", "DATE_SHIFT", "PROFILE_EXPRESSION", "KEY", "JDBC_DRIVER"} <= old
    assert not {"USER_ALGORITHM", "ENVIRONMENT", "CLASSIFIER"} & old
    assert {"LOOKUP", "USER_ALGORITHM", "ENVIRONMENT", "PROFILE_EXPRESSION"} <= middle
    assert {"USER_ALGORITHM", "CLASSIFIER", "PASSWORD_VAULT", "CREDENTIAL_PATH"} <= new
    assert not {"LOOKUP", "PROFILE_EXPRESSION", "SEGMENT"} & new
