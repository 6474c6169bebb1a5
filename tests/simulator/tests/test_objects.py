# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing objects through the API as a person would."""

from __future__ import annotations

import pytest

BODIES = {
    "/applications": ("applicationId", "applicationName", {}, {}),
    "/environments": ("environmentId", "environmentName", {"purpose": "MASK"}, {"isWorkflowEnabled": True}),
    "/domains": (
        None,
        "domainName",
        {"defaultAlgorithmCode": "CustomerEmail"},
        {"defaultAlgorithmCode": "CustomerCity"},
    ),
    "/profile-sets": ("profileSetId", "profileSetName", {"description": "one"}, {"description": "two"}),
    "/classifiers": (
        "classifierId",
        "classifierName",
        {"domainName": "CITY", "properties": {"a": [1]}},
        {"domainName": "WEB"},
    ),
    "/jdbc-drivers": ("jdbcDriverId", "driverName", {"driverClassName": "a.B"}, {"driverClassName": "a.C"}),
    "/mount-filesystem": (
        "mountId",
        "mountName",
        {"hostAddress": "h", "mountPath": "/m", "type": "NFS4"},
        {"mountPath": "/n"},
    ),
}
OLD = {
    "/profile-expressions": (
        "profileExpressionId",
        "expressionName",
        {"domainName": "CITY", "regularExpression": "x"},
        {"regularExpression": "y"},
    ),
}


def life(api, path, spec, name="New thing"):
    """Make, read, save, list and delete one object; returns the paths' answers on the way."""
    id_field, name_field, body, change = spec
    body = {name_field: name, **body}
    if path == "/environments":
        body["applicationId"] = str(api.rows("/applications")[0]["applicationId"])
    made = api.post(path, json=body)
    assert made.status_code == 200, made.text
    assert api.post(path, json=body).status_code == 409
    place = f"{path}/{made.json()[id_field] if id_field else name}"
    assert api.get(place).json() == made.json()
    assert made.json() in api.rows(path)
    saved = api.put(place, json={**made.json(), **change})
    assert saved.status_code == 200 and saved.json() == {**made.json(), **change}
    assert api.delete(place).status_code == 200
    assert api.get(place).status_code == 404
    assert api.put(place, json=body).status_code == 404
    assert api.delete(place).status_code == 404


@pytest.mark.parametrize("path", BODIES)
def test_life_of_an_object(local, path):
    life(local(data="demo").api(), path, BODIES[path])


@pytest.mark.parametrize("path", OLD)
def test_life_of_an_object_of_older_releases(local, path):
    api = local(data="demo", release="6.0.12.0").api()
    life(api, path, OLD[path])
    assert api.get("/classifiers").status_code == 404
    new = local().api()
    assert new.rows(path) == [] and new.post(path, json={}).status_code == 405


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("name", ["", " x", "x ", "a/b", "a:b", "a*b", "a\tb", "a'b", "x" * 256])
def test_names_obey_the_rules(local, path, name):
    api = local(data="demo").api()
    _, name_field, body, _ = BODIES[path]
    if path == "/environments":
        body = {**body, "applicationId": api.rows("/applications")[0]["applicationId"]}
    # the documented list of what the rules on characters bind has neither drivers nor mounts
    free = path in ("/jdbc-drivers", "/mount-filesystem") and name in ("a/b", "a:b", "a*b", "a'b")
    assert api.post(path, json={name_field: name, **body}).status_code == (200 if free else 400)


def test_renaming_takes_dependents_along(local):
    api = local(data="demo").api()
    named = {row["classifierName"]: row for row in api.rows("/classifiers")}
    row = named["Customer email"]
    assert api.put(f"/classifiers/{row['classifierId']}", json={**row, "classifierName": "Customer mail"}).is_success
    profile_set = next(item for item in api.rows("/profile-sets") if item["profileSetName"] == "Customer data")
    assert row["classifierId"] in profile_set["classifierIds"]
    assert ("CLASSIFIER", "Customer mail") in api.hashes()
    taken = api.put(f"/classifiers/{row['classifierId']}", json={**row, "classifierName": "Email column"})
    assert taken.status_code == 409


def test_a_refused_rename_changes_nothing(local):
    api = local(data="demo").api()
    row = next(item for item in api.rows("/profile-sets") if item["profileSetName"] == "Customer data")
    place, before = f"/profile-sets/{row['profileSetId']}", (api.rows("/profile-sets"), api.hashes())
    refused = api.put(place, json={"profileSetName": "Other", "classifierIds": [999_999]})
    assert refused.status_code == 404
    assert (api.rows("/profile-sets"), api.hashes()) == before
    assert api.get(place).json() == row
    assert api.put(place, json={**row, "profileSetName": "Other"}).json()["profileSetName"] == "Other"


def test_what_is_in_use_cannot_be_deleted(local):
    api = local(data="demo").api()
    sets = {row["profileSetName"]: row["profileSetId"] for row in api.rows("/profile-sets")}
    for path, status in (
        ("/algorithms/CustomerEmail", 409),
        ("/domains/CUSTOMER_EMAIL", 409),
        (f"/profile-sets/{sets['Customer data']}", 409),
    ):
        answer = api.delete(path)
        assert answer.status_code == status, path
        assert "in use" in answer.json()["errorMessage"]
    application = api.rows("/applications")[0]["applicationId"]
    assert api.delete(f"/applications/{application}").status_code == 400


def test_what_is_built_in_cannot_be_deleted(local):
    api = local().api()
    driver = next(row for row in api.rows("/jdbc-drivers", is_built_in="true"))
    assert api.delete(f"/jdbc-drivers/{driver['jdbcDriverId']}").status_code == 400
    assert api.delete("/algorithms/dlpx-core:FirstName").status_code == 400
    (plugin,) = api.rows("/plugin")
    assert api.delete(f"/plugin/{plugin['pluginId']}").status_code == 400


def test_an_unknown_reference_is_404(local):
    api = local(data="demo").api()
    assert api.post("/domains", json={"domainName": "A", "defaultAlgorithmCode": "none"}).status_code == 404
    assert api.post("/profile-sets", json={"profileSetName": "A", "classifierIds": [1]}).status_code == 404
    body = {"environmentName": "A", "purpose": "MASK", "applicationId": "1"}
    assert api.post("/environments", json=body).status_code == 404


def test_a_domain_keeps_its_name(local):
    answer = local().api().put("/domains/SSN", json={"domainName": "SSN2"})
    assert answer.status_code == 400
    assert answer.json() == {"errorMessage": "Cannot update 'domainName' field"}


def test_environments_by_application(local):
    api = local(data="demo").api()
    shop = next(row for row in api.rows("/applications") if row["applicationName"] == "Shop")
    rows = api.rows("/environments", application_id=shop["applicationId"])
    assert {row["environmentName"] for row in rows} == {"shop-dev", "shop-test"}
    listed = api.get(f"/syncable-objects/environments/{rows[0]['environmentId']}").json()
    assert listed["responseList"][0]["objectIdentifier"] == {"id": rows[0]["environmentId"]}
    assert api.get("/syncable-objects/environments/1").status_code == 404


def test_life_of_an_algorithm(local):
    api = local(data="demo").api()
    framework = next(row for row in api.rows("/algorithm/frameworks") if row["frameworkName"] == "Full Name")
    body = {
        "algorithmName": "Fresh",
        "algorithmType": "COMPONENT",
        "frameworkId": framework["frameworkId"],
        "algorithmExtension": {"lastNameAlgorithmRef": {"name": "CustomerLastName"}},
    }
    assert api.get(f"/algorithm/frameworks/id/{framework['frameworkId']}").json() == framework
    task = api.post("/algorithms", json=body).json()
    assert task["operation"] == "ALGORITHM_CREATE" and api.ended(task)["status"] == "SUCCEEDED"
    assert api.post("/algorithms", json=body).status_code == 409
    shown = api.get("/algorithms/Fresh").json()
    assert shown["frameworkId"] == framework["frameworkId"] and shown["createdBy"] == "admin"
    first = api.hashes()
    assert ("USER_ALGORITHM", "Fresh") in first
    assert api.delete("/algorithms/CustomerLastName").status_code == 409
    task = api.put("/algorithms/Fresh", json={**shown, "description": "changed"}).json()
    assert task["operation"] == "ALGORITHM_UPDATE"
    assert api.get("/algorithms/Fresh").json()["description"] == "changed"
    second = api.hashes()
    assert first["USER_ALGORITHM", "Fresh"] != second["USER_ALGORITHM", "Fresh"]
    assert api.put("/algorithms/Fresh/randomize-key").json()["algorithmName"] == "Fresh"
    assert second["USER_ALGORITHM", "Fresh"] != api.hashes()["USER_ALGORITHM", "Fresh"]
    other = api.put("/algorithms/Fresh", json={**shown, "algorithmName": "Other"})
    assert other.json() == {"errorMessage": "Cannot update 'algorithmName' field"}
    assert api.delete("/algorithms/Fresh").is_success
    assert api.get("/algorithms/Fresh").status_code == 404


@pytest.mark.parametrize(
    ("release", "api_type", "status"),
    [
        ("6.0.1.0", "COMPONENT", 400),
        ("6.0.1.0", "LOOKUP", 200),
        ("2025.2.0.0", "LOOKUP", 400),
    ],
)
def test_algorithm_types_by_release(local, release, api_type, status):
    body = {"algorithmName": "Typed", "algorithmType": api_type}
    assert local(release=release).api().post("/algorithms", json=body).status_code == status


def test_lookup_files_are_uploaded(local):
    engine = local()
    api = engine.api()
    framework = next(row for row in api.rows("/algorithm/frameworks") if row["frameworkName"] == "Secure Lookup")
    uploaded = api.post("/file-uploads", files={"file": ("names.txt", b"one\ntwo\n")}).json()
    assert uploaded["fileReferenceId"].startswith("delphix-file://upload/") and uploaded["filename"] == "names.txt"
    assert api.rows("/file-uploads") == [uploaded]
    body = {
        "algorithmName": "Names",
        "algorithmType": "COMPONENT",
        "frameworkId": framework["frameworkId"],
        "algorithmExtension": {"lookupFile": {"uri": uploaded["fileReferenceId"]}},
    }
    assert api.post("/algorithms", json=body).is_success
    stored = next(obj for obj in engine.engine.model.objects if obj.name == "Names")
    assert engine.engine.store.content(stored.content) == b"one\ntwo\n"
    assert api.delete("/file-uploads").is_success and api.rows("/file-uploads") == []
    gone = api.post("/algorithms", json={**body, "algorithmName": "Other"})
    assert gone.status_code == 404


def test_file_formats_are_uploaded(local):
    api = local().api()
    made = api.post("/file-formats", files={"fileFormat": ("new.csv", b"a,b")}, data={"fileFormatType": "DELIMITED"})
    assert made.status_code == 200
    assert made.json()["fileFormatName"] == "new.csv" and made.json()["fileFormatType"] == "DELIMITED"
    assert ("FILE_FORMAT", "new.csv") in api.hashes()
    assert (
        api.post("/file-formats", files={"fileFormat": ("new.csv", b"")}, data={"fileFormatType": "X"}).status_code
        == 409
    )


@pytest.mark.parametrize(
    ("release", "name"), [("6.0.1.0", "DEFAULT_API_PAGE_SIZE"), ("2025.1.0.0", "DefaultApiPageSize")]
)
def test_name_of_the_page_size_setting_by_release(local, release, name):
    names = {row["settingName"] for row in local(release=release).api().rows("/application-settings")}
    assert name in names and len({"DEFAULT_API_PAGE_SIZE", "DefaultApiPageSize"} & names) == 1


def test_application_settings(local):
    api = local().api()
    before = api.hashes()
    setting = next(row for row in api.rows("/application-settings") if row["settingName"] == "PasswordCount")
    place = f"/application-settings/{setting['settingId']}"
    assert api.put(place, json={"settingValue": "5"}).json() == {**setting, "settingValue": "5"}
    assert api.get(place).json()["settingValue"] == "5"
    moved = {key for key, value in api.hashes().items() if before[key] != value}
    assert moved == {("APPLICATION_SETTINGS", "global")}
    assert api.rows("/application-settings", setting_group="mask") != api.rows("/application-settings")


@pytest.mark.parametrize(
    "path",
    [
        "/masking-jobs",
        "/profile-jobs",
        "/tokenization-jobs",
        "/reidentification-jobs",
        "/database-rulesets",
        "/file-rulesets",
        "/mainframe-dataset-rulesets",
        "/database-connectors",
        "/file-connectors",
        "/mainframe-dataset-connectors",
    ],
)
def test_environment_scoped_objects_are_not_there_yet(local, path):
    api = local(data="demo").api()
    assert api.rows(path, environment_id=api.rows("/environments")[0]["environmentId"]) == []
    assert api.get(path + "/5").status_code == 404
    assert api.get(path + "/x").status_code == 404
