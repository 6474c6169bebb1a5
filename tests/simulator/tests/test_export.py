# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export: what a document holds, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from simulator_support import GLOBAL, algorithm, domain

FORMAT = {"objectIdentifier": {"id": "orders.csv"}, "objectType": "FILE_FORMAT"}
SET = {"objectIdentifier": {"id": "Customer data"}, "objectType": "PROFILE_SET"}


def exported(document):
    rows = document["exportResponseMetadata"]["exportedObjectList"]
    return [(row["objectType"], next(iter(row["objectIdentifier"].values()))) for row in rows]


def test_document_has_its_documented_parts(local):
    api = local(data="demo").api()
    document = api.document(domain("INVOICE_NO"))
    assert list(document) == ["exportResponseMetadata", "blob", "signature", "publicKey"]
    metadata = document["exportResponseMetadata"]
    assert metadata["exportHost"] == "engine.example.com"
    assert metadata["exportDate"].split()[4] == "UTC"
    assert metadata["requestedObjectList"] == [api.row("DOMAIN", "INVOICE_NO")]


def test_full_dependencies_come_along(local):
    api = local(data="demo").api()
    assert set(exported(api.document(domain("CUSTOMER_FULL_NAME")))) == {
        ("DOMAIN", "CUSTOMER_FULL_NAME"),
        ("USER_ALGORITHM", "CustomerFullName"),
        ("USER_ALGORITHM", "CustomerFirstName"),
        ("USER_ALGORITHM", "CustomerLastName"),
    }
    types = {object_type for object_type, _ in exported(api.document(SET))}
    assert types == {"PROFILE_SET", "CLASSIFIER", "DOMAIN", "USER_ALGORITHM"}


def test_formats_carry_references_only(local):
    api = local(data="demo").api()
    assert set(exported(api.document(FORMAT))) == {
        ("FILE_FORMAT", "orders.csv"),
        ("DOMAIN_REFERENCE", "CUSTOMER_FULL_NAME"),
        ("DOMAIN_REFERENCE", "CUSTOMER_EMAIL"),
        ("ALGORITHM_REFERENCE", "CustomerFullName"),
        ("ALGORITHM_REFERENCE", "CustomerFirstName"),
        ("ALGORITHM_REFERENCE", "CustomerLastName"),
        ("ALGORITHM_REFERENCE", "CustomerEmail"),
    }


def test_global_object_holds_what_can_be_synchronised(local):
    api = local(data="demo").api()
    rows = exported(api.document(GLOBAL))
    assert len(rows) == len(set(rows))
    hashes = api.hashes()
    inside = {"USER_ALGORITHM", "DOMAIN", "KEY", "PROFILE_SET", "CLASSIFIER", "JDBC_DRIVER"}
    members = {key for key, value in hashes.items() if key[0] in inside and not value.startswith("Not")}
    brought = {("ALGORITHM_PLUGIN", "acme-plugin"), ("DRIVER_SUPPORT_PLUGIN", "snow-support")}
    assert set(rows) == members | brought | {("GLOBAL_OBJECT", "global")}
    assert ("DOMAIN", "BADGE_NO") not in rows


def test_shape_of_undocumented_identifiers_is_a_switch(local):
    api = local(data="demo", identifier_shape="integer").api()
    number = next(row["profileSetId"] for row in api.rows("/profile-sets") if row["profileSetName"] == "Customer data")
    assert api.export({"objectIdentifier": {"id": number}, "objectType": "PROFILE_SET"}).is_success
    assert api.export(SET).status_code == 400


def test_profile_expressions_are_named_by_number(local):
    api = local(data="demo", release="6.0.5.0").api()
    row = api.rows("/syncable-objects", object_type="PROFILE_EXPRESSION")[0]
    assert isinstance(row["objectIdentifier"]["id"], int)
    assert api.export(row).is_success or row["revisionHash"].startswith("Not Syncable")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"}, 400),
        ([{"objectIdentifier": {"id": "X", "keyId": "Y"}, "objectType": "DOMAIN"}], 400),
        ([{"objectIdentifier": {"id": "x"}, "objectType": "NOTHING"}], 400),
        ([{"objectIdentifier": {"id": 5}, "objectType": "DOMAIN"}], 400),
        ([{"objectIdentifier": {"id": "x"}, "objectType": "PROFILE_EXPRESSION"}], 400),
        ([domain("NO_SUCH_DOMAIN")], 404),
        ([algorithm("InvoiceTokens", "LOOKUP")], 404),
        ([{"objectIdentifier": {"id": "other"}, "objectType": "GLOBAL_OBJECT"}], 404),
    ],
)
@pytest.mark.parametrize("path", ["/export", "/export-async"])
def test_bad_requests_are_refused(local, body, status, path):
    api = local(data="demo").api()
    answer = api.post(path, json=body)
    assert answer.status_code == status
    assert list(answer.json()) == ["errorMessage"]
    assert api.rows("/async-tasks") == []


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize(
    "refused",
    [
        domain("BADGE_NO"),
        {"objectIdentifier": {"id": "INVOICE_NO"}, "objectType": "DOMAIN_REFERENCE"},
    ],
)
def test_one_bad_object_refuses_the_whole_export(local, refused, status):
    api = local(data="demo", export_problem_status=status).api()
    assert api.export(domain("INVOICE_NO"), refused).status_code == status


def test_reason_is_told(local):
    message = local(data="demo").api().export(domain("BADGE_NO")).json()["errorMessage"]
    assert "BADGE_NO" in message and "BadgeMapping" in message


def test_dependency_loop_is_refused(local):
    api = local(data="demo").api()
    name = next(row["classifierId"] for row in api.rows("/classifiers") if row["classifierName"] == "Customer email")
    body = api.get(f"/classifiers/{name}").json()
    assert api.put(f"/classifiers/{name}", json={**body, "domainName": "LETTER_TEXT"}).is_success
    for entry in (SET, domain("LETTER_TEXT"), GLOBAL):
        answer = api.export(entry)
        assert answer.status_code == 400, entry
        assert "circular" in answer.json()["errorMessage"]
    assert api.export(domain("INVOICE_NO")).is_success


def test_two_objects_of_one_name_by_switch(local):
    for scope, status in (("family", 200), ("all", 400)):
        api = local(data="demo", same_name_scope=scope).api()
        body = {"domainName": "InvoiceTokens", "defaultAlgorithmCode": "InvoiceTokens"}
        assert api.post("/domains", json=body).is_success
        assert api.export(domain("InvoiceTokens")).status_code == status


def test_what_there_is_one_of_has_no_name_to_share(local):
    api = local(data="demo", same_name_scope="all").api()
    key, settings = (
        api.rows("/syncable-objects", object_type="KEY"),
        api.rows("/syncable-objects", object_type="APPLICATION_SETTINGS"),
    )
    assert api.export(*key, *settings).status_code == 200


def test_a_stale_hash_is_ignored_or_refused(local):
    for switch, status in (("ignored", 200), ("refused", 409)):
        api = local(data="demo", stale_hash=switch).api()
        row = api.row("DOMAIN", "INVOICE_NO")
        assert api.export(row).status_code == 200
        assert api.export({**row, "revisionHash": "0" * 40}).status_code == status


def test_new_types_can_be_kept_from_export(local):
    vault = {"objectIdentifier": {"id": "warehouse"}, "objectType": "CREDENTIAL_PATH"}
    assert set(exported(local(data="demo").api().document(vault))) == {
        ("CREDENTIAL_PATH", "warehouse"),
        ("PASSWORD_VAULT", "team-vault"),
    }
    assert local(data="demo", new_types_requestable="no").api().export(vault).status_code == 400


def test_asynchronous_export(local):
    api = local(data="demo").api()
    answer = api.post("/export-async", json=[domain("INVOICE_NO")])
    task = answer.json()
    assert task["operation"] == "EXPORT" and task["status"] == "RUNNING" and task["cancellable"] is False
    assert task["reference"].startswith("EXPORT-ZXhwb3J0X2RvY3VtZW50X")
    ended = api.ended(task)
    assert ended["status"] == "SUCCEEDED" and ended["endTime"] and ended["startTime"]
    download = api.download(task)
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert exported(download.json()) == exported(api.document(domain("INVOICE_NO")))
    assert api.get("/file-downloads/" + task["reference"].replace("=", "%3D")).status_code == 200


@pytest.mark.parametrize("asked", [None, "bytes=0-9", "bytes=5-", "bytes=999999999-", "nonsense"])
def test_documents_are_sent_whole(local, asked):
    engine = local(data="demo")
    api = engine.api()
    task = api.post("/export-async", json=[domain("INVOICE_NO")]).json()
    api.ended(task)
    headers = {"Range": asked} if asked else {}
    exported = api.post("/export", json=[domain("INVOICE_NO")], headers=headers)
    downloaded = api.get(f"/file-downloads/{task['reference']}", headers=headers)
    for answer in (exported, downloaded):
        assert answer.status_code == 200
        assert answer.json()["publicKey"] and answer.headers["Content-Length"] == str(len(answer.content))
        assert not {"accept-ranges", "content-range", "etag", "last-modified"} & set(answer.headers)
    assert list(engine.engine.store.documents.glob("export-*")) == []


def test_download_before_the_end(local):
    for status in (404, 400):
        api = local(data="demo", task_run_seconds=0.5, unfinished_download_status=status).api()
        task = api.post("/export-async", json=[domain("INVOICE_NO")]).json()
        assert api.download(task).status_code == status
        api.ended(task)
        assert api.download(task).status_code == 200


@pytest.mark.parametrize("reference", ["EXPORT-x", "EXPORT-Li4vZW5naW5lLnNxbGl0ZQ==", "..%2Fengine.sqlite", "EXPORT-"])
def test_no_other_file_can_be_downloaded(local, reference):
    assert local().api().get("/file-downloads/" + reference).status_code == 404


@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize("forget", ["yes", "no"])
def test_purge_removes_the_documents_of_everybody(local, status, forget):
    engine = local(data="demo", purge_status=status, purge_removes_tasks=forget)
    api, other = engine.api(), engine.api()
    task = api.post("/export-async", json=[domain("INVOICE_NO")]).json()
    api.ended(task)
    answer = other.delete("/export-async")
    assert answer.status_code == status and answer.content == b""
    assert api.download(task).status_code == 404
    assert len(api.rows("/async-tasks")) == (0 if forget == "yes" else 1)


def test_zip_structure_from_5_1_42_on(local):
    new, old = local(data="demo").api(), local(data="demo", release="2025.1.0.0").api()
    for api, zipped in ((new, True), (old, False)):
        task = api.post("/export-async", params={"structure": "ZIP"}, json=[domain("INVOICE_NO")]).json()
        assert api.ended(task)["status"] == "SUCCEEDED"
        assert zipfile.is_zipfile(io.BytesIO(api.download(task).content)) is zipped
    default = local(data="demo", structure_default="ZIP").api()
    task = default.post("/export-async", json=[domain("INVOICE_NO")]).json()
    assert default.ended(task)["status"] == "SUCCEEDED"
    assert zipfile.is_zipfile(io.BytesIO(default.download(task).content))
    assert new.post("/export-async", params={"structure": "TAR"}, json=[domain("INVOICE_NO")]).status_code == 400


def test_tasks_can_be_listed_by_operation_and_status(local):
    api = local(data="demo").api()
    api.ended(api.post("/export-async", json=[domain("INVOICE_NO")]).json())
    assert len(api.rows("/async-tasks", operation="EXPORT", status="SUCCEEDED")) == 1
    assert api.rows("/async-tasks", operation="IMPORT") == []
    assert api.rows("/async-tasks", status="RUNNING") == []
    assert api.get("/async-tasks/1").status_code == 404


def test_export_tasks_cannot_be_cancelled(local):
    api = local(data="demo").api()
    task = api.post("/export-async", json=[domain("INVOICE_NO")]).json()
    assert api.put(f"/async-tasks/{task['asyncTaskId']}/cancel").status_code == 400
    assert api.put("/async-tasks/999999/cancel").status_code == 404
