# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Import: identity by name, overwriting, references, atomicity, and the answers."""

from __future__ import annotations

import base64
import json

import pytest
from simulator_support import GLOBAL, Api, algorithm, domain
from starlette.testclient import TestClient

from masking_simulator.app import engine_app
from masking_simulator.observe import Observer

KEY = {"objectIdentifier": {"keyId": "global"}, "objectType": "KEY"}
FORMAT = {"objectIdentifier": {"id": "orders.csv"}, "objectType": "FILE_FORMAT"}


def statuses(answer):
    return {row["importStatus"] for row in answer.json()}


@pytest.fixture
def pair(local):
    """A source with the demo data and a target as new, of one release."""
    return local(data="demo").api(), local(seed=2).api()


def test_success_lists_every_object(pair):
    source, target = pair
    answer = target.import_(source.document(domain("CUSTOMER_FULL_NAME")))
    assert answer.status_code == 200
    assert {row["objectType"]: row for row in answer.json()}["DOMAIN"] == {
        "objectIdentifier": {"id": "CUSTOMER_FULL_NAME"},
        "importedObjectIdentifier": {"id": "CUSTOMER_FULL_NAME"},
        "objectType": "DOMAIN",
        "importStatus": "SUCCESS",
    }
    assert len(answer.json()) == 4 and statuses(answer) == {"SUCCESS"}
    assert source.row("DOMAIN", "CUSTOMER_FULL_NAME") == target.row("DOMAIN", "CUSTOMER_FULL_NAME")


def test_numbers_are_those_of_each_engine(local):
    source = local(data="demo", identifier_shape="integer").api()
    target = local(identifier_shape="integer").api()
    number = next(row["mountId"] for row in source.rows("/mount-filesystem") if row["mountName"] == "office")
    mount = {"objectIdentifier": {"id": number}, "objectType": "MOUNT_INFORMATION"}
    (row,) = target.import_(source.document(mount)).json()
    assert row["objectIdentifier"] == {"id": number}
    assert row["importedObjectIdentifier"] == {"id": target.rows("/mount-filesystem")[0]["mountId"]} != {"id": number}
    assert target.rows("/mount-filesystem")[0]["status"] == "DISCONNECTED"


@pytest.mark.parametrize(("imported_by", "maker"), [("user", "admin"), ("system", "System")])
def test_who_made_what_an_import_makes(local, imported_by, maker):
    source, target = local(data="demo").api(), local(seed=2, imported_by=imported_by).api()
    assert target.import_(source.document(domain("CUSTOMER_FULL_NAME"))).status_code == 200
    (row,) = [row for row in target.rows("/domains") if row["domainName"] == "CUSTOMER_FULL_NAME"]
    assert row["createdBy"] == maker


def test_asynchronous_import(pair):
    source, target = pair
    task = target.import_async(source.document(GLOBAL)).json()
    assert task["status"] == "WAITING" and "startTime" not in task and task["operation"] == "IMPORT"
    assert task["reference"].startswith("IMPORT-aW1wb3J0X2RvY3VtZW50X")
    assert target.ended(task)["status"] == "SUCCEEDED"
    rows = target.download(task).json()
    assert {row["importStatus"] for row in rows} == {"SUCCESS"}
    assert source.hashes("GLOBAL_OBJECT") == target.hashes("GLOBAL_OBJECT")
    assert target.delete("/import-async").is_success
    assert target.download(task).status_code == 404


@pytest.mark.parametrize("force", [True, False])
def test_identical_content_is_success_and_no_change(pair, force):
    source, target = pair
    document = source.document(domain("INVOICE_NO"))
    assert target.import_(document).is_success
    before = target.hashes()
    again = target.import_(document, force=force)
    assert again.status_code == 200 and statuses(again) == {"SUCCESS"}
    assert target.hashes() == before


def test_identical_content_without_force_can_fail_by_switch(local):
    source, target = local(data="demo").api(), local(identical_without_force="fail").api()
    document = source.document(domain("INVOICE_NO"))
    assert target.import_(document).is_success
    assert target.import_(document, force=False).status_code == 409


def test_overwriting_needs_force(pair):
    source, target = pair
    target.import_(source.document(domain("INVOICE_NO")))
    source.put("/algorithms/InvoiceTokens/randomize-key")
    document, before = source.document(domain("INVOICE_NO")), target.hashes()
    refused = target.import_(document, force=False)
    assert refused.status_code == 409 and isinstance(refused.json(), list)
    (failed,) = (row for row in refused.json() if row["importStatus"] == "FAILED")
    assert failed["objectIdentifier"] == {"algorithmName": "InvoiceTokens"} and failed["failureMessage"]
    assert target.hashes() == before
    assert target.import_(document, force=True).is_success
    assert target.row("DOMAIN", "INVOICE_NO") == source.row("DOMAIN", "INVOICE_NO")


@pytest.mark.parametrize("value", ["True", "true", "FALSE", "false"])
def test_force_overwrite_in_any_case(pair, value):
    source, target = pair
    answer = target.post("/import", params={"force_overwrite": value}, json=source.document(domain("INVOICE_NO")))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "params",
    [{}, {"force_overwrite": ""}, {"force_overwrite": "1"}, {"force_overwrite": "true", "environment_id": "x"}],
)
@pytest.mark.parametrize("path", ["/import", "/import-async"])
def test_bad_parameters_are_400(pair, params, path):
    source, target = pair
    answer = target.post(path, params=params, json=source.document(domain("INVOICE_NO")))
    assert answer.status_code == 400 and answer.json()["errorMessage"]


def test_key_needs_force_until_it_was_synchronised(pair):
    source, target = pair
    document = source.document(KEY)
    assert target.import_(document, force=False).status_code == 409
    assert target.import_(document, force=True).is_success
    assert source.hashes("KEY") == target.hashes("KEY")
    assert target.import_(document, force=False).is_success
    source.ended(source.put("/encryptionKey").json())
    assert source.hashes("KEY") != target.hashes("KEY")
    assert target.import_(source.document(KEY), force=False).status_code == 409


def test_first_global_import_without_force_fails_by_the_key_even_of_equal_engines(local):
    source, target = local(data="demo").api(), local(data="demo").api()
    assert target.import_(source.document(GLOBAL), force=False).status_code == 409


def test_references_must_be_in_sync(pair):
    source, target = pair
    document, before = source.document(FORMAT), target.hashes()
    missing = target.import_(document)
    assert missing.status_code == 404 and isinstance(missing.json(), list)
    assert target.hashes() == before and target.rows("/file-formats") == []
    for name in ("CUSTOMER_FULL_NAME", "CUSTOMER_EMAIL"):
        assert target.import_(source.document(domain(name))).is_success
    assert target.import_(document).is_success
    assert source.hashes("FILE_FORMAT")["FILE_FORMAT", "orders.csv"] == target.hashes()["FILE_FORMAT", "orders.csv"]
    assert target.put("/algorithms/CustomerEmail/randomize-key").is_success
    differs = target.import_(document)
    assert differs.status_code == 409
    assert "CustomerEmail" in str([row.get("failureMessage") for row in differs.json()])


@pytest.mark.parametrize("status", [404, 409])
def test_status_of_a_differing_reference_is_a_switch(local, status):
    source, target = local(data="demo").api(), local(data="demo", reference_differs_status=status).api()
    assert target.put("/algorithms/CustomerEmail/randomize-key").is_success
    assert target.import_(source.document(FORMAT)).status_code == status


def test_imported_identifier_of_references_is_a_switch(local):
    source = local(data="demo").api()
    for switch, present in (("present", True), ("omitted", False)):
        target = local(data="demo", reference_imported_identifier=switch).api()
        rows = target.import_(source.document(FORMAT)).json()
        assert all(
            ("importedObjectIdentifier" in row) is present for row in rows if row["objectType"].endswith("_REFERENCE")
        )


@pytest.mark.parametrize(
    ("rolled_back", "unattempted", "expected"),
    [
        ("SKIPPED", "SKIPPED", {"SKIPPED", "FAILED"}),
        ("FAILED", "omitted", {"FAILED"}),
        ("SUCCESS", "SKIPPED", {"SUCCESS", "FAILED", "SKIPPED"}),
    ],
)
def test_an_import_is_all_or_nothing(local, rolled_back, unattempted, expected):
    source = local(data="demo").api()
    engine = local(rolled_back_status=rolled_back, unattempted_status=unattempted)
    target = engine.api()
    body = {"domainName": "CUSTOMER_LAST_NAME", "defaultAlgorithmCode": "dlpx-core:LastName"}
    assert target.post("/domains", json=body).is_success
    before, state = target.hashes(), target.rows("/algorithms")
    document = source.document({"objectIdentifier": {"id": "Customer data"}, "objectType": "PROFILE_SET"})
    refused = target.import_(document, force=False)
    assert refused.status_code == 409
    assert statuses(refused) == expected
    assert sum("failureMessage" in row for row in refused.json()) == 1
    if unattempted != "omitted":
        assert len(refused.json()) == len(document["exportResponseMetadata"]["exportedObjectList"])
    assert target.hashes() == before and target.rows("/algorithms") == state


def test_failed_asynchronous_import_leaves_its_reasons_by_switch(local):
    source = local(data="demo").api()
    for switch, status in (("kept", 200), ("missing", 404)):
        target = local(failed_import_document=switch, seed=2).api()
        task = target.import_async(source.document(GLOBAL), force=False).json()
        ended = target.ended(task)
        assert ended["status"] == "FAILED" and set(ended) == {
            "asyncTaskId",
            "operation",
            "reference",
            "status",
            "startTime",
            "endTime",
            "cancellable",
        }
        answer = target.download(task)
        assert answer.status_code == status
        if status == 200:
            assert "FAILED" in statuses(answer)


def uploads(engine):
    return list(engine.engine.store.documents.glob("upload-*"))


@pytest.mark.parametrize(("kept", "status"), [("kept", 200), ("missing", 404)])
def test_an_import_that_never_ran_leaves_its_reason_and_no_upload(local, kept, status):
    source = local(data="demo", release="19.0.0.0").api()
    engine = local(release="19.0.0.0", concurrency_refusal="task", failed_import_document=kept)
    api = engine.api()
    engine.engine.executions.start(7, None)
    task = api.import_async(source.document(domain("INVOICE_NO"))).json()
    assert api.ended(task)["status"] == "FAILED"
    answer = api.download(task)
    assert answer.status_code == status
    assert status != 200 or "a job is running" in answer.json()["errorMessage"]
    assert uploads(engine) == []
    engine.engine.set_switches({"concurrency_refusal": "submit"})
    assert api.import_async(source.document(domain("INVOICE_NO"))).status_code == 409
    assert uploads(engine) == []


def test_an_import_that_a_fault_fails_leaves_a_reason_and_no_upload(local):
    source, engine = local(data="demo").api(), local()
    api = engine.api()
    engine.engine.faults.replace([{"action": {"kind": "fail_task"}, "match": {"path": "import"}}])
    observed = Api(TestClient(Observer(engine_app(engine.engine), engine.engine), base_url="http://engine.example.com"))
    task = observed.login().import_async(source.document(domain("INVOICE_NO"))).json()
    assert api.ended(task)["status"] == "FAILED"
    assert api.download(task).json()["errorMessage"]
    assert uploads(engine) == []


def test_an_algorithm_of_another_type_is_a_conflict(local):
    source, target = local(data="demo", release="6.0.5.0").api(), local(release="6.0.5.0").api()
    body = {"algorithmName": "InvoiceTokens", "algorithmType": "SEGMENT"}
    assert target.post("/algorithms", json=body).is_success
    assert target.import_(source.document(domain("INVOICE_NO"))).status_code == 409


def test_metadata_is_not_read(pair):
    source, target = pair
    document = source.document(domain("INVOICE_NO"))
    document["exportResponseMetadata"] = {"export_host": "elsewhere", "exported_object_list": [{"object_type": "X"}]}
    answer = target.import_(document)
    assert answer.is_success and len(answer.json()) == 2


@pytest.mark.parametrize("status", [400, 409])
def test_an_edited_blob_is_refused(local, status):
    source, target = local(data="demo").api(), local(import_problem_status=status).api()
    document, before = source.document(domain("INVOICE_NO")), target.hashes()
    blob = bytearray(base64.b64decode(document["blob"]))
    blob[len(blob) // 2] ^= 1
    other = source.document(domain("ARTICLE_NO"))
    for change in (
        {"blob": base64.b64encode(blob).decode()},
        {"signature": other["signature"]},
        {"publicKey": target.document(domain("SSN"))["publicKey"]},
        {"signature": "AAAA"},
        {"signature": "no base64"},
        {"publicKey": ""},
    ):
        answer = target.import_({**document, **change})
        assert answer.status_code == status, change
        assert "signature" in answer.json()["errorMessage"]
    assert target.hashes() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"exportResponseMetadata": {}, "blob": "AAAA"}',
        b'{"exportResponseMetadata": {}, "blob": 5, "signature": "", "publicKey": ""}',
        b"PK\x03\x04broken",
        b"\xff\xfe",
    ],
)
def test_what_is_no_document_is_refused(local, body):
    api = local().api()
    answer = api.post("/import", params={"force_overwrite": "true"}, content=body)
    assert answer.status_code == 400 and answer.json()["errorMessage"]
    task = api.import_async(body).json()
    assert api.ended(task)["status"] == "FAILED"
    assert "errorMessage" in api.download(task).json()


def test_a_wrong_document_can_be_refused_at_once(local):
    source, api = local(data="demo").api(), local(refuse_import="submit").api()
    assert api.import_async(b"{}").status_code == 400
    assert api.rows("/async-tasks") == []
    assert api.ended(api.import_async(source.document(domain("INVOICE_NO"))).json())["status"] == "SUCCEEDED"


@pytest.mark.parametrize(("request_", "force", "status"), [(GLOBAL, False, 409), (FORMAT, True, 404)])
def test_a_conflict_can_be_refused_at_once(local, request_, force, status):
    engine = local(refuse_import="submit", release="19.0.0.0", seed=2)
    source = local(data="demo", release="19.0.0.0").api()
    api = engine.api()
    before = api.hashes()
    refused = api.import_async(source.document(request_), force=force)
    assert refused.status_code == status
    assert list(refused.json()) == ["errorMessage"]
    assert api.rows("/async-tasks") == [] and api.hashes() == before
    assert list(engine.engine.store.documents.iterdir()) == []
    # the engine is free again, and the trial of a good bundle leaves no trace but its import
    task = api.import_async(source.document(domain("INVOICE_NO"))).json()
    assert api.ended(task)["status"] == "SUCCEEDED"
    assert source.row("DOMAIN", "INVOICE_NO") == api.row("DOMAIN", "INVOICE_NO")


@pytest.mark.parametrize(
    ("encryption", "release"),
    [("by_release", "6.0.1.0"), ("by_release", "2025.2.0.0"), ("3des", "2025.2.0.0"), ("aes", "6.0.1.0")],
)
def test_passphrase_encrypts_the_blob(local, encryption, release):
    source = local(data="demo", encryption=encryption, release=release).api()
    target = local(release=release).api()
    open_blob = base64.b64decode(source.document(domain("INVOICE_NO"))["blob"])
    document = source.document(domain("INVOICE_NO"), passphrase="my example passphrase")
    assert b"InvoiceTokens" in open_blob and b"InvoiceTokens" not in base64.b64decode(document["blob"])
    before = target.hashes()
    for passphrase in (None, "my example passphrase ", "other"):
        assert target.import_(document, passphrase=passphrase).status_code == 400
    assert target.hashes() == before
    assert target.import_(document, passphrase="my example passphrase").is_success


def test_passphrases_beyond_ascii(pair):
    source, target = pair
    passphrase = "schl\u00fcssel"
    document = source.document(domain("INVOICE_NO"), passphrase=passphrase)
    assert target.import_(document, passphrase=passphrase).is_success


def test_reformatted_documents_are_still_good(pair):
    source, target = pair
    document = source.document(domain("INVOICE_NO"))
    turned = {name: document[name] for name in reversed(document)}
    text = json.dumps(turned, indent=4).replace("/", "\\/")
    assert "\\/" in text
    assert target.post("/import", params={"force_overwrite": "true"}, content=text.encode()).is_success


def test_zip_documents_are_taken(pair):
    source, target = pair
    task = source.post(
        "/export-async", params={"structure": "ZIP"}, json=[domain("INVOICE_NO")], headers={"passphrase": "p"}
    ).json()
    source.ended(task)
    zipped = source.download(task).content
    done = target.import_async(zipped, passphrase="p").json()
    assert target.ended(done)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("status", [400, 409])
def test_newer_bundles_are_refused(local, status):
    source = local(data="demo", release="2025.2.0.0").api()
    target = local(release="2025.1.0.0", import_problem_status=status).api()
    answer = target.import_(source.document(domain("INVOICE_NO")))
    assert answer.status_code == status
    assert "newer" in answer.json()["errorMessage"]


def test_older_bundles_are_taken_unless_they_hold_a_removed_feature(local):
    source, target = local(data="demo", release="6.0.5.0").api(), local(release="2025.2.0.0").api()
    assert target.import_(source.document(domain("INVOICE_NO"))).is_success
    assert target.hashes()["TOKENIZATION", "InvoiceTokens"]
    number = source.rows("/profile-expressions")[0]["profileExpressionId"]
    answer = target.import_(source.document({"objectIdentifier": {"id": number}, "objectType": "PROFILE_EXPRESSION"}))
    assert answer.status_code == 400 and "PROFILE_EXPRESSION" in answer.json()["errorMessage"]


@pytest.mark.parametrize("release", ["6.0.17.0", "2025.1.0.0"])
def test_old_profile_expressions_become_classifiers_by_switch(local, release):
    source = local(data="demo", release=release).api()
    target = local(release="2025.2.0.0", old_expressions="converted").api()
    document = source.document(GLOBAL)
    imported = target.import_(document)
    assert imported.status_code == 200 and statuses(imported) == {"SUCCESS"}
    expressions = {row["expressionName"]: row["domainName"] for row in source.rows("/profile-expressions")}
    classifiers = {row["classifierName"]: row["domainName"] for row in target.rows("/classifiers")}
    moved = {row["importedObjectIdentifier"]["id"] for row in imported.json() if row["objectType"] == "CLASSIFIER"}
    assert moved and {name: classifiers[name] for name in moved} == {name: expressions[name] for name in moved}
    (old,) = (row for row in source.rows("/profile-sets") if row["profileSetName"] == "Customer data")
    (new,) = (row for row in target.rows("/profile-sets") if row["profileSetName"] == "Customer data")
    assert len(new["classifierIds"]) == len(old["profileExpressionIds"])
    before = target.hashes()
    assert target.import_(document).is_success
    assert {key: value for key, value in target.hashes().items() if value != before[key]} == {}


@pytest.mark.parametrize("status", [400, 404])
def test_environments_of_an_import(local, status):
    source = local(data="demo").api()
    target = local(data="demo", environment_problem_status=status).api()
    inside = target.rows("/environments")[0]["environmentId"]
    environment = {
        "objectIdentifier": {"id": source.rows("/environments")[0]["environmentId"]},
        "objectType": "ENVIRONMENT",
    }
    document = source.document(environment)
    assert target.import_(document).status_code == status
    assert target.import_(document, environment_id=999_999).status_code == status
    same = target.import_(document, environment_id=inside, source_environment_id=inside)
    assert same.status_code == status
    assert same.json() == {"errorMessage": "Source environment cannot be the same as environment"}
    (row,) = target.import_(document, environment_id=inside).json()
    assert row["objectIdentifier"] == environment["objectIdentifier"]
    assert row["importedObjectIdentifier"] == {"id": inside}


def test_environment_id_of_a_global_import_is_checked_or_ignored(local):
    source = local(data="demo").api()
    for switch, status in (("checked", 400), ("ignored", 200)):
        target = local(environment_id_for_global=switch).api()
        answer = target.import_(source.document(domain("INVOICE_NO")), environment_id=999_999)
        assert answer.status_code == status


def test_names_may_clash_by_case_alone(local):
    source = local(data="demo").api()
    body = {"domainName": "Email", "defaultAlgorithmCode": "dlpx-core:Email SL"}
    assert source.post("/domains", json=body).is_success
    sensitive, insensitive = local().api(), local(name_case="insensitive").api()
    document = source.document(domain("Email"))
    assert sensitive.import_(document, force=False).is_success
    assert insensitive.import_(document, force=False).status_code == 409
    assert insensitive.import_(document).is_success
    assert [row["domainName"] for row in insensitive.rows("/domains") if row["domainName"].lower() == "email"] == [
        "EMAIL"
    ]


def test_order_of_the_result_is_a_switch(local):
    source = local(data="demo").api()
    document = source.document(GLOBAL)
    order = [row["objectIdentifier"] for row in document["exportResponseMetadata"]["exportedObjectList"]]
    for switch, same in (("dependency", True), ("mixed", False)):
        rows = local(result_order=switch).api().import_(document).json()
        assert ([row["objectIdentifier"] for row in rows] == order) is same


def test_lookup_data_travels(local):
    source, target = local(data="demo"), local()
    assert target.api().import_(source.api().document(algorithm("ContractDocument"))).is_success
    first, second = (engine.engine.model for engine in (source, target))
    key = next(obj.key for obj in first.objects if obj.name == "ContractDocument")
    content = second.objects.get(key).content
    assert content.size == 72_000
    assert target.engine.store.content(content) == source.engine.store.content(first.objects.get(key).content)
