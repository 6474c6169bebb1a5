# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export and import of what belongs to environments."""

from __future__ import annotations

import pytest
import simulator_environments as make
from simulator_support import GLOBAL, algorithm, domain

BAD = (400, 404, 409)


def pair(local, **switches):
    """Two engines of one data profile; the first, with the shop environment, has the switches."""
    source = local(data="demo", name="source", **switches).api()
    target = local(data="demo", name="target", **switches).api()
    return source, target, make.shop(source)


def environment_of(api, place):
    (row,) = api.get(f"/syncable-objects/environments/{place}").json()["responseList"]
    return row


def imported(api, document, place, **options):
    answer = api.import_(document, environment_id=place, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(api, document, *statuses, **options):
    """The answer of an import that must change nothing."""
    before = api.hashes()
    answer = api.import_(document, **options)
    assert answer.status_code in (statuses or BAD), answer.text
    assert api.hashes() == before
    return answer


# jobs and what they need


def test_job_with_all_it_needs(local):
    source, target, shop = pair(local)
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    assert make.exported_types(document) == sorted(
        [
            ("MASKING_JOB", str(shop["job"])),
            ("DATABASE_RULESET", str(shop["ruleset"])),
            ("DATABASE_CONNECTOR", str(shop["connector"])),
            ("DOMAIN_REFERENCE", "CUSTOMER_EMAIL"),
            ("ALGORITHM_REFERENCE", "CustomerEmail"),
        ]
    )
    place = make.environment(target, "shop qa")
    make.connector(target, place, "of the target")  # so that the numbers differ
    make.ruleset(target, make.number(target, "DATABASE_CONNECTOR", "of the target"), "of the target")
    make.job(target, make.number(target, "DATABASE_RULESET", "of the target"), "of the target")
    rows = {row["objectType"]: row for row in imported(target, document, place)}
    for object_type, name in (
        ("MASKING_JOB", "mask customers"),
        ("DATABASE_RULESET", "customers"),
        ("DATABASE_CONNECTOR", "crm"),
    ):
        there, here = make.number(source, object_type, name), make.number(target, object_type, name, place)
        assert rows[object_type]["objectIdentifier"] == {"id": there}
        assert rows[object_type]["importedObjectIdentifier"] == {"id": here}
        assert here != there
        assert make.hash_of(target, object_type, here) == make.hash_of(source, object_type, there)
    ruleset = make.number(target, "DATABASE_RULESET", "customers", place)
    assert make.columns(target, ruleset)[shop["column"]]["algorithmName"] == "CustomerEmail"
    assert make.named(target, "MASKING_JOB", "mask customers")["rulesetId"] == ruleset


@pytest.mark.parametrize("release", ["6.0.0.0", "6.0.14.0", "7.0.0.0", "2026.1.0.0"])
def test_job_on_other_releases(local, release):
    source = local(data="demo", release=release).api()
    target = local(data="demo", release=release).api()
    shop = make.shop(source)
    imported(target, source.document(make.ident("MASKING_JOB", shop["job"])), make.environment(target, "here"))
    number = make.number(target, "MASKING_JOB", "mask customers")
    assert make.hash_of(target, "MASKING_JOB", number) == make.hash_of(source, "MASKING_JOB", shop["job"])


def test_objects_are_matched_by_name_in_the_environment(local):
    source, target, shop = pair(local)
    first, second = make.shop(target, "first"), make.shop(target, "second")
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    before = target.hashes()
    rows = {row["objectType"]: row for row in imported(target, document, second["environment"])}
    assert rows["MASKING_JOB"]["importedObjectIdentifier"] == {"id": second["job"]}
    assert rows["DATABASE_RULESET"]["importedObjectIdentifier"] == {"id": second["ruleset"]}
    after = target.hashes()
    moved = {key for key in after if before[key] != after[key]}
    assert moved == {
        ("MASKING_JOB", str(second["job"])),
        ("DATABASE_RULESET", str(second["ruleset"])),
        ("DATABASE_CONNECTOR", str(second["connector"])),
        ("ENVIRONMENT", str(second["environment"])),
    }
    assert target.get(f"/masking-jobs/{first['job']}").status_code == 200


def test_profile_job_refers_to_its_profile_set(local):
    source, target, shop = pair(local)
    sets = {row["profileSetName"]: row["profileSetId"] for row in source.rows("/profile-sets")}
    job = make.job(source, shop["ruleset"], "profile", "/profile-jobs", profileSetId=sets["Customer data"])
    document = source.document(make.ident("PROFILE_JOB", job))
    types = {name for name, _ in make.exported_types(document)}
    assert {"PROFILE_SET_REFERENCE", "CLASSIFIER_REFERENCE", "DOMAIN_REFERENCE"} <= types
    assert not {"PROFILE_SET", "CLASSIFIER", "DOMAIN"} & types
    place = make.environment(target, "here")
    imported(target, document, place)
    there = make.named(target, "PROFILE_JOB", "profile")["profileSetId"]
    assert target.get(f"/profile-sets/{there}").json()["profileSetName"] == "Customer data"
    assert there != sets["Customer data"]


def test_tokenization_and_reidentification_jobs(local):
    source, target = local(data="demo").api(), local(data="demo").api()
    place = make.environment(source, "tokens", "TOKENIZE")
    ruleset = make.ruleset(source, make.connector(source, place))
    for object_type in ("TOKENIZATION_JOB", "REIDENTIFICATION_JOB"):
        make.job(source, ruleset, "both ways", make.ID_FIELDS[object_type][0])
        number = make.number(source, object_type, "both ways")
        document = source.document(make.ident(object_type, number))
        there = make.environment(target, f"for {object_type}", "TOKENIZE")
        imported(target, document, there)
        copy = make.number(target, object_type, "both ways", there)
        assert make.hash_of(target, object_type, copy) == make.hash_of(source, object_type, number)


def test_uploaded_driver_comes_along_and_a_built_in_one_does_not(local):
    source, target = local(data="demo").api(), local(data="empty").api()
    place = make.environment(source, "here")
    drivers = {row["driverName"]: row["jdbcDriverId"] for row in source.rows("/jdbc-drivers")}
    for name, expected in (("Snowflake", True), ("PostgreSQL", False)):
        connector = make.connector(source, place, name, databaseType="EXTENDED", jdbcDriverId=drivers[name])
        ruleset = make.ruleset(source, connector, name, tables=())
        document = source.document(make.ident("MASKING_JOB", make.job(source, ruleset, name)))
        assert (("JDBC_DRIVER", name) in make.exported_types(document)) is expected
        assert (("DRIVER_SUPPORT_PLUGIN", "snow-support") in make.exported_types(document)) is expected
        there = make.environment(target, f"for {name}")
        imported(target, document, there)
        driver = make.named(target, "DATABASE_CONNECTOR", name)["jdbcDriverId"]
        assert target.get(f"/jdbc-drivers/{driver}").json()["driverName"] == name


def test_file_and_mainframe_rulesets_bring_formats_and_mounts(local):
    source, target = local(data="demo").api(), local(data="empty", seed=1).api()
    place, there = make.environment(source, "files"), make.environment(target, "files")
    mount = next(row["mountId"] for row in source.rows("/mount-filesystem") if row["mountName"] == "landing")
    connector = make.file_connector(source, place, connectionMode="MOUNT", mountId=mount)
    ruleset = make.made(source, "/file-rulesets", {"rulesetName": "files", "fileConnectorId": connector})[
        "fileRulesetId"
    ]
    formats = {row["fileFormatName"]: row["fileFormatId"] for row in source.rows("/file-formats")}
    make.made(
        source, "/file-metadata", {"fileName": "a.csv", "rulesetId": ruleset, "fileFormatId": formats["plain.csv"]}
    )
    host = make.dataset_connector(source, place)
    sets = make.made(source, "/mainframe-dataset-rulesets", {"rulesetName": "s", "mainframeDatasetConnectorId": host})[
        "mainframeDatasetRulesetId"
    ]
    upload = {"mainframeDatasetFormat": ("ITEM.CPY", b"05 ITEM-NO PIC 9(6).")}
    copybook = source.post("/mainframe-dataset-formats", files=upload).json()["mainframeDatasetFormatId"]
    body = {"fileName": "HLQ.ITEM", "rulesetId": sets, "mainframeDatasetFormatId": copybook}
    make.made(source, "/mainframe-dataset-metadata", body)
    for job, expected in (
        (make.job(source, ruleset, "files"), {"FILE_RULESET", "FILE_CONNECTOR", "FILE_FORMAT", "MOUNT_INFORMATION"}),
        (make.job(source, sets, "sets"), {"DATASET_RULESET", "DATASET_CONNECTOR", "DATASET_FORMAT"}),
    ):
        document = source.document(make.ident("MASKING_JOB", job))
        assert {name for name, _ in make.exported_types(document)} == {"MASKING_JOB"} | expected
        imported(target, document, there)
    files = make.number(target, "FILE_RULESET", "files")
    (row,) = target.rows("/file-metadata", ruleset_id=files)
    assert target.get(f"/file-formats/{row['fileFormatId']}").json()["fileFormatName"] == "plain.csv"
    (row,) = target.rows("/mainframe-dataset-metadata", ruleset_id=make.number(target, "DATASET_RULESET", "s"))
    assert row["mainframeDatasetFormatId"] == target.rows("/mainframe-dataset-formats")[0]["mainframeDatasetFormatId"]
    info = make.named(target, "FILE_CONNECTOR", "drop")["connectionInfo"]
    assert target.get(f"/mount-filesystem/{info['mountId']}").json()["mountName"] == "landing"


@pytest.mark.parametrize(
    ("release", "switch", "carried"),
    [
        ("2025.2.0.0", "by_release", True),
        ("20.0.0.0", "by_release", False),
        ("2025.2.0.0", "local", False),
    ],
)
def test_connector_with_a_vault(local, release, switch, carried):
    engines = [local(data="demo", release=release, vault_reference=switch, name=name) for name in "ab"]
    source, target = (engine.api() for engine in engines)
    vault, own = (engine.engine.model.objects.of_kind("credential_path")[0].id for engine in engines)
    connector = make.connector(source, make.environment(source, "here"))
    path = f"/database-connectors/{connector}"
    plain = source.get(path).json()
    before = make.hash_of(source, "DATABASE_CONNECTOR", connector)
    body = {**plain, "passwordVaultAuth": True, "credentialPathId": vault}
    assert source.put(path, json=body).json() == body == source.get(path).json()
    moved = make.hash_of(source, "DATABASE_CONNECTOR", connector) != before
    assert moved is carried, "a vault that stays on the engine is like a password"
    document = source.document(make.ident("DATABASE_CONNECTOR", connector))
    along = {name for name, _ in make.exported_types(document)} - {"DATABASE_CONNECTOR"}
    assert along == ({"CREDENTIAL_PATH", "PASSWORD_VAULT"} if carried else set())
    place = make.environment(target, "here")
    imported(target, document, place)
    row = make.named(target, "DATABASE_CONNECTOR", "crm")
    assert row.get("passwordVaultAuth", False) is carried
    if carried:
        return
    number = row["databaseConnectorId"]
    assert source.put(path, json=plain).json() == plain
    body = {**row, "passwordVaultAuth": True, "credentialPathId": own}
    assert target.put(f"/database-connectors/{number}", json=body).is_success
    source.put(path, json={**plain, "host": "new.example.com"})
    imported(target, source.document(make.ident("DATABASE_CONNECTOR", connector)), place)
    row = make.named(target, "DATABASE_CONNECTOR", "crm")
    assert (row["host"], row["credentialPathId"]) == ("new.example.com", own), "kept on overwriting"


# environments


def test_environment_with_all_in_it(local):
    source, target, shop = pair(local)
    place = make.environment(target, "other name")
    before = target.get(f"/environments/{place}").json()
    row = environment_of(source, shop["environment"])
    rows = imported(target, source.document(row), place)
    (environment,) = [row for row in rows if row["objectType"] == "ENVIRONMENT"]
    assert environment["objectIdentifier"] == {"id": shop["environment"]}
    assert environment["importedObjectIdentifier"] == {"id": place}
    assert target.get(f"/environments/{place}").json() == before
    assert environment_of(target, place)["revisionHash"] == row["revisionHash"]
    extra = make.connector(target, place, "extra")
    assert environment_of(target, place)["revisionHash"] != row["revisionHash"]
    imported(target, source.document(row), place)
    assert target.get(f"/database-connectors/{extra}").status_code == 200, "what the bundle lacks stays"


def test_environment_by_tasks(local):
    source, target, shop = pair(local)
    place = make.environment(target, "here")
    exported = source.ended(source.post("/export-async", json=[environment_of(source, shop["environment"])]).json())
    document = source.download(exported).content
    other = make.environment(target, "other")
    done = target.ended(target.import_async(document, environment_id=place, source_environment_id=other).json())
    assert done["status"] == "SUCCEEDED"
    rows = {row["objectType"]: row for row in target.download(done).json()}
    assert rows["ENVIRONMENT"]["importedObjectIdentifier"] == {"id": place}
    failed = target.ended(target.import_async(document).json())
    assert failed["status"] == "FAILED" and "environment_id" in target.download(failed).text
    same = target.import_async(document, environment_id=place, source_environment_id=place)
    assert same.status_code == 400, "told at once"


def test_empty_environment(local):
    source, target = local().api(), local().api()
    there, here = make.environment(source, "empty"), make.environment(target, "void")
    row = environment_of(source, there)
    (result,) = imported(target, source.document(row), here)
    assert result["importedObjectIdentifier"] == {"id": here}
    assert environment_of(target, here)["revisionHash"] == row["revisionHash"]


def test_hash_of_an_environment_has_nothing_of_its_own(local):
    api = local(data="demo").api()
    one, two = make.environment(api, "one"), make.environment(api, "two", "TOKENIZE", "Other")
    assert environment_of(api, one)["revisionHash"] == environment_of(api, two)["revisionHash"]
    make.connector(api, one)
    assert environment_of(api, one)["revisionHash"] != environment_of(api, two)["revisionHash"]


def test_environment_of_an_environment_that_does_not_exist(local):
    assert local().api().get("/syncable-objects/environments/1").status_code == 404


def test_environments_are_not_syncable_on_the_first_releases(local):
    api = local(data="demo", release="6.0.1.0").api()
    place = make.environment(api, "here")
    assert api.get(f"/syncable-objects/environments/{place}").status_code == 404
    assert "ENVIRONMENT" not in {row["objectType"] for row in api.rows("/syncable-objects")}


def test_what_no_release_can_carry_makes_jobs_not_syncable(local):
    """Mainframe types are not there on 6.0.1: a job on them cannot be exported without them."""
    api = local(data="demo", release="6.0.1.0").api()
    host = make.dataset_connector(api, make.environment(api, "here"))
    ruleset = make.made(api, "/mainframe-dataset-rulesets", {"rulesetName": "s", "mainframeDatasetConnectorId": host})
    job = make.job(api, ruleset["mainframeDatasetRulesetId"])
    assert make.hash_of(api, "MASKING_JOB", job).startswith("Not Syncable: ")
    assert api.export(make.ident("MASKING_JOB", job)).status_code == 400


# hashes


def test_saving_moves_the_hash_of_all_that_is_built_on_it(local):
    api = local(data="demo", credential_save="moves_hash").api()
    shop, other = make.shop(api), make.shop(api, "other")
    keys = [
        ("DATABASE_CONNECTOR", str(shop["connector"])),
        ("DATABASE_RULESET", str(shop["ruleset"])),
        ("MASKING_JOB", str(shop["job"])),
        ("ENVIRONMENT", str(shop["environment"])),
    ]
    assert other["job"] != shop["job"]
    for first, path in enumerate(
        (
            f"/database-connectors/{shop['connector']}",
            f"/database-rulesets/{shop['ruleset']}",
            f"/masking-jobs/{shop['job']}",
        )
    ):
        before = api.hashes()
        row = api.get(path).json()
        assert api.put(path, json=row).json() == row
        after = api.hashes()
        assert {key for key in after if after[key] != before[key]} == set(keys[first:])


def test_changing_a_column_is_a_save_of_its_ruleset(local):
    api = local(data="demo").api()
    shop = make.shop(api)
    before = api.hashes()
    row = make.columns(api, shop["ruleset"])["CUSTOMER.ID"]
    assert api.put(f"/column-metadata/{row['columnMetadataId']}", json=row).json() == row
    after = api.hashes()
    moved = {key[0] for key in after if after[key] != before[key]}
    assert moved == {"DATABASE_RULESET", "MASKING_JOB", "ENVIRONMENT"}


def test_changing_a_field_of_a_format_moves_the_jobs_on_it(local):
    api = local(data="demo").api()
    connector = make.file_connector(api, make.environment(api, "here"))
    ruleset = make.made(api, "/file-rulesets", {"rulesetName": "f", "fileConnectorId": connector})["fileRulesetId"]
    formats = {row["fileFormatName"]: row["fileFormatId"] for row in api.rows("/file-formats")}
    body = {"fileName": "a.csv", "rulesetId": ruleset, "fileFormatId": formats["orders.csv"]}
    make.made(api, "/file-metadata", body)
    make.job(api, ruleset)
    before = api.hashes()
    field = api.rows("/file-field-metadata", file_format_id=formats["orders.csv"])[0]
    api.put(f"/file-field-metadata/{field['fileFieldMetadataId']}", json=field)
    after = api.hashes()
    moved = {key[0] for key in after if after[key] != before[key]}
    assert moved == {"FILE_FORMAT", "FILE_RULESET", "MASKING_JOB", "ENVIRONMENT"}


@pytest.mark.parametrize("switch", ["keeps_hash", "moves_hash"])
def test_setting_a_credential(local, switch):
    api = local(data="demo", credential_save=switch).api()
    shop = make.shop(api)
    path = f"/database-connectors/{shop['connector']}"
    row = api.get(path).json()
    for body in ({**row, "password": "other"}, row):
        before = api.hashes()
        assert api.put(path, json=body).status_code == 200
        assert (api.hashes() == before) is (switch == "keeps_hash")
    before = api.hashes()
    assert api.put(path, json={**row, "password": "other", "host": "new.example.com"}).status_code == 200
    assert api.hashes() != before


# what cannot be synchronised


def with_mapping(local, **switches):
    source, target, shop = pair(local, **switches)
    kept = make.connector(source, shop["environment"], "kept")
    make.mask(source, shop["ruleset"], "CUSTOMER.ID", "BADGE_NO")
    return source, target, shop, kept


def test_column_with_a_mapping_algorithm_is_not_syncable(local):
    source, _, shop, kept = with_mapping(local)
    for object_type, name in (("DATABASE_RULESET", "ruleset"), ("MASKING_JOB", "job"), ("ENVIRONMENT", "environment")):
        found = make.hash_of(source, object_type, shop[name])
        assert found.startswith("Not Syncable: ") and "BadgeMapping" in found
        assert source.export(make.ident(object_type, shop[name])).status_code == 400
    assert len(make.hash_of(source, "DATABASE_CONNECTOR", kept)) == 40
    make.mask(source, shop["ruleset"], "CUSTOMER.ID", "CUSTOMER_EMAIL", algorithmName="CustomerEmail")
    assert len(make.hash_of(source, "ENVIRONMENT", shop["environment"])) == 40


def test_environment_without_what_cannot_be_synchronised(local):
    source, target, shop, kept = with_mapping(local, unsyncable_in_environment="left_out")
    row = environment_of(source, shop["environment"])
    assert len(row["revisionHash"]) == 40
    assert source.export(make.ident("MASKING_JOB", shop["job"])).status_code == 400
    document = source.document(row)
    assert make.exported_types(document) == sorted(
        [
            ("DATABASE_CONNECTOR", str(kept)),
            ("DATABASE_CONNECTOR", str(shop["connector"])),
            ("ENVIRONMENT", str(shop["environment"])),
        ]
    )
    place = make.environment(target, "here")
    imported(target, document, place)
    assert environment_of(target, place)["revisionHash"] == row["revisionHash"]


def test_loop_among_references_is_refused(local):
    source = local(data="demo", release="6.0.12.0").api()
    expression = {"domainName": "LETTER_TEXT", "expressionName": "letters", "regularExpression": "x"}
    number = make.made(source, "/profile-expressions", expression)["profileExpressionId"]
    (row,) = [row for row in source.rows("/profile-sets") if row["profileSetName"] == "Customer data"]
    row["profileExpressionIds"].append(number)
    assert source.put(f"/profile-sets/{row['profileSetId']}", json=row).status_code == 200
    shop = make.shop(source)
    assert source.export(make.ident("MASKING_JOB", shop["job"])).status_code == 200
    job = make.job(source, shop["ruleset"], "profile", "/profile-jobs", profileSetId=row["profileSetId"])
    answer = source.export(make.ident("PROFILE_JOB", job))
    assert answer.status_code == 400 and "circular" in answer.json()["errorMessage"]


# references


@pytest.mark.parametrize("missing", [True, False])
def test_domain_of_a_column_is_compared(local, missing):
    source, target, shop = pair(local)
    body = {"domainName": "LOYALTY", "defaultAlgorithmCode": "CustomerEmail"}
    make.made(source, "/domains", body)
    make.mask(source, shop["ruleset"], "CUSTOMER.ID", "LOYALTY")
    if not missing:
        make.made(target, "/domains", body)  # of the same name, but made by another person
    place = make.environment(target, "here")
    document = source.document(environment_of(source, shop["environment"]))
    answer = refused(target, document, 404 if missing else 409, environment_id=place)
    failed = [row for row in answer.json() if row["importStatus"] == "FAILED"]
    assert [row["objectType"] for row in failed] == ["DOMAIN_REFERENCE"]
    assert "LOYALTY" in failed[0]["failureMessage"]
    assert target.rows("/database-connectors", environment_id=place) == []
    assert target.import_(source.document(domain("LOYALTY"))).status_code == 200
    imported(target, document, place)


def test_algorithm_of_a_column_is_compared(local):
    source, target, shop = pair(local)
    source.put("/algorithms/CustomerCity/randomize-key")
    make.mask(source, shop["ruleset"], "CUSTOMER.ID", "CUSTOMER_EMAIL", algorithmName="CustomerCity")
    place = make.environment(target, "here")
    document = source.document(make.ident("DATABASE_RULESET", shop["ruleset"]))
    answer = refused(target, document, 409, environment_id=place)
    assert "CustomerCity" in answer.text
    assert target.import_(source.document(algorithm("CustomerCity"))).status_code == 200
    imported(target, document, place)


def test_environment_is_in_sync_after_the_globals(local):
    source, target = local(data="demo", seed=1).api(), local(data="demo", seed=2).api()
    shop = make.shop(source)
    document = source.document(environment_of(source, shop["environment"]))
    place = make.environment(target, "here")
    refused(target, document, 404, 409, environment_id=place)
    assert target.import_(source.document(GLOBAL)).status_code == 200
    imported(target, document, place)


def test_environment_of_an_older_release(local):
    source = local(data="demo", release="20.0.0.0").api()
    target = local(data="demo", release="2025.2.0.0", old_expressions="converted").api()
    shop = make.shop(source)
    row = environment_of(source, shop["environment"])
    assert target.import_(source.document(GLOBAL)).status_code == 200
    place = make.environment(target, "here")
    imported(target, source.document(row), place)
    here = environment_of(target, place)
    assert len(here["revisionHash"]) == 40 and here["revisionHash"] != row["revisionHash"]
    refused(source, target.document(here), 400, environment_id=shop["environment"])


# overwriting


def test_unchanged_import_is_a_success_that_changes_nothing(local):
    source, target, shop = pair(local)
    place = make.environment(target, "here")
    document = source.document(environment_of(source, shop["environment"]))
    imported(target, document, place)
    ruleset = make.number(target, "DATABASE_RULESET", "customers")
    before, columns = target.hashes(), make.columns(target, ruleset)
    rows = imported(target, document, place, force=False)
    assert {row["importStatus"] for row in rows} == {"SUCCESS"}
    assert target.hashes() == before and make.columns(target, ruleset) == columns


def test_change_needs_force(local):
    source, target, shop = pair(local)
    place = make.environment(target, "here")
    imported(target, source.document(environment_of(source, shop["environment"])), place)
    path = f"/masking-jobs/{shop['job']}"
    assert source.put(path, json={**source.get(path).json(), "email": "ops@example.com"}).status_code == 200
    document = source.document(environment_of(source, shop["environment"]))
    answer = refused(target, document, 409, environment_id=place, force=False)
    (failed,) = [row for row in answer.json() if row["importStatus"] == "FAILED"]
    assert failed["objectType"] == "MASKING_JOB"
    imported(target, document, place)
    assert make.named(target, "MASKING_JOB", "mask customers")["email"] == "ops@example.com"


def test_password_stays_and_a_new_connector_has_none(local):
    target = local(data="demo", name="target")
    source, api = local(data="demo", name="source").api(), target.api()
    shop, place = make.shop(source), make.environment(api, "here")
    document = source.document(make.ident("DATABASE_CONNECTOR", shop["connector"]))
    assert "s3cret" not in str(document)
    imported(api, document, place)
    (obj,) = target.engine.model.objects.of_kind("database_connector")
    assert "password" not in obj.local
    row = make.named(api, "DATABASE_CONNECTOR", "crm")
    path = f"/database-connectors/{row['databaseConnectorId']}"
    before = make.hash_of(source, "DATABASE_CONNECTOR", shop["connector"])
    assert api.put(path, json={**row, "password": "of the target"}).status_code == 200
    there = f"/database-connectors/{shop['connector']}"
    source.put(there, json={**source.get(there).json(), "host": "new.example.com"})
    imported(api, source.document(make.ident("DATABASE_CONNECTOR", shop["connector"])), place)
    (obj,) = target.engine.model.objects.of_kind("database_connector")
    assert obj.local["password"] == "of the target" and obj.body["host"] == "new.example.com"
    assert make.hash_of(api, "DATABASE_CONNECTOR", obj.id) == make.hash_of(
        source, "DATABASE_CONNECTOR", shop["connector"]
    )
    assert make.hash_of(api, "DATABASE_CONNECTOR", obj.id) != before


@pytest.mark.parametrize("overwrite", ["replaced", "merged"])
def test_overwritten_ruleset(local, overwrite):
    source, target, shop = pair(local, ruleset_overwrite=overwrite)
    place = make.environment(target, "here")
    imported(target, source.document(make.ident("DATABASE_RULESET", shop["ruleset"])), place)
    ruleset = make.number(target, "DATABASE_RULESET", "customers")
    first = {name: row["columnMetadataId"] for name, row in make.columns(target, ruleset).items()}
    make.made(target, "/table-metadata", {"tableName": "OF_THE_TARGET", "rulesetId": ruleset})
    orders = next(
        row for row in source.rows("/table-metadata", ruleset_id=shop["ruleset"]) if row["tableName"] == "ORDERS"
    )
    assert source.delete(f"/table-metadata/{orders['tableMetadataId']}").status_code == 200
    imported(target, source.document(make.ident("DATABASE_RULESET", shop["ruleset"])), place)
    tables = {row["tableName"] for row in target.rows("/table-metadata", ruleset_id=ruleset)}
    hashes = {
        make.hash_of(source, "DATABASE_RULESET", shop["ruleset"]),
        make.hash_of(target, "DATABASE_RULESET", ruleset),
    }
    if overwrite == "replaced":
        assert tables == {"CUSTOMER"} and len(hashes) == 1
    else:
        assert tables == {"CUSTOMER", "ORDERS", "OF_THE_TARGET"} and len(hashes) == 2
    for name, row in make.columns(target, ruleset).items():
        if name in first:
            assert row["columnMetadataId"] == first[name], "columns that stay keep their numbers"


@pytest.mark.parametrize("connector_hash", ["same", "own"])
def test_hash_of_an_imported_connector(local, connector_hash):
    source, target, shop = pair(local, connector_hash=connector_hash)
    place = make.environment(target, "here")
    document = source.document(environment_of(source, shop["environment"]))
    imported(target, document, place)
    for object_type, name in (
        ("DATABASE_CONNECTOR", "crm"),
        ("DATABASE_RULESET", "customers"),
        ("MASKING_JOB", "mask customers"),
    ):
        there = make.hash_of(source, object_type, make.number(source, object_type, name))
        here = make.hash_of(target, object_type, make.number(target, object_type, name))
        assert (here == there) is (connector_hash == "same"), object_type
    before = target.hashes()
    imported(target, document, place, force=False)
    assert target.hashes() == before


@pytest.mark.parametrize("switch", ["accepted", "refused"])
def test_overwriting_a_job_that_runs(local, switch):
    source, target, shop = pair(local, overwrite_running_job=switch)
    place = make.environment(target, "here")
    imported(target, source.document(make.ident("MASKING_JOB", shop["job"])), place)
    row = make.named(target, "MASKING_JOB", "mask customers")
    connector = make.named(target, "DATABASE_CONNECTOR", "crm")
    target.put(f"/database-connectors/{connector['databaseConnectorId']}", json={**connector, "password": "x"})
    assert target.post("/executions", json={"jobId": row["maskingJobId"]}).status_code == 200
    source.put(f"/masking-jobs/{shop['job']}", json=source.get(f"/masking-jobs/{shop['job']}").json())
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    if switch == "accepted":
        imported(target, document, place)
    else:
        assert "running" in refused(target, document, 409, environment_id=place).text


# environment ids


@pytest.mark.parametrize("status", [400, 404])
def test_environment_ids_are_checked(local, status):
    source, target, shop = pair(local, environment_problem_status=status)
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    place = make.environment(target, "here")
    refused(target, document, status)
    refused(target, document, status, environment_id=1)
    answer = refused(target, document, status, environment_id=place, source_environment_id=place)
    assert answer.json()["errorMessage"] == "Source environment cannot be the same as environment"
    refused(target, document, status, environment_id=place, source_environment_id=1)
    refused(target, source.document(environment_of(source, shop["environment"])), status)


@pytest.mark.parametrize("switch", ["accepted", "refused"])
def test_superfluous_source_environment(local, switch):
    source, target, shop = pair(local, superfluous_source_environment=switch)
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    place, other = make.environment(target, "here"), make.environment(target, "there")
    if switch == "accepted":
        imported(target, document, place, source_environment_id=other)
        assert target.rows("/database-connectors", environment_id=other) == []
    else:
        refused(target, document, 400, environment_id=place, source_environment_id=other)


@pytest.mark.parametrize("asked", ["no", "yes"])
@pytest.mark.parametrize(
    ("object_type", "name"),
    [("FILE_FORMAT", "plain.csv"), ("MOUNT_INFORMATION", "landing"), ("DATASET_FORMAT", None)],
)
def test_formats_and_mounts_are_engine_wide(local, asked, object_type, name):
    source, target = local(data="demo", name="source").api(), local(data="demo", name="target").api()
    asking = local(data="demo", name="asking", formats_need_environment="yes").api() if asked == "yes" else None
    identifier = name or source.rows("/mainframe-dataset-formats")[0]["mainframeDatasetFormatId"]
    document = source.document({"objectIdentifier": {"id": identifier}, "objectType": object_type})
    if asking is None:
        assert target.import_(document).status_code == 200
    else:
        refused(asking, document, 400)
        imported(asking, document, make.environment(asking, "here"))


@pytest.mark.parametrize("switch", ["accepted", "refused"])
def test_environment_of_the_other_purpose(local, switch):
    source, target, shop = pair(local, purpose_mismatch=switch)
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    place = make.environment(target, "tokens", "TOKENIZE")
    if switch == "accepted":
        imported(target, document, place)
        assert len(target.rows("/masking-jobs", environment_id=place)) == 1
    else:
        answer = refused(target, document, 400, environment_id=place)
        assert "purpose" in answer.json()["errorMessage"]
    only_ruleset = source.document(make.ident("DATABASE_RULESET", shop["ruleset"]))
    imported(target, only_ruleset, place)


# names


def test_two_objects_of_one_name_are_not_exported_together(local):
    api = local(data="demo").api()
    one, two = make.shop(api, "one"), make.shop(api, "two")
    for object_type, name in (
        ("MASKING_JOB", "job"),
        ("DATABASE_RULESET", "ruleset"),
        ("DATABASE_CONNECTOR", "connector"),
    ):
        both = [make.ident(object_type, shop[name]) for shop in (one, two)]
        answer = api.export(*both)
        assert answer.status_code == 400 and "more than one object" in answer.json()["errorMessage"]
    assert api.export(make.ident("ENVIRONMENT", one["environment"])).status_code == 200


@pytest.mark.parametrize(
    ("scope", "connectors", "rulesets", "across"),
    [("family", 400, 400, 200), ("kind", 200, 200, 200), ("side", 200, 200, 200), ("all", 400, 400, 400)],
)
def test_scope_of_names_in_an_export(local, scope, connectors, rulesets, across):
    """Of one environment: a database and a file connector, two kinds of rulesets, a job and a ruleset."""
    api = local(data="demo", same_name_scope=scope).api()
    place = make.environment(api, "here")
    database, files = make.connector(api, place, "one name"), make.file_connector(api, place, "one name")
    answer = api.export(make.ident("DATABASE_CONNECTOR", database), make.ident("FILE_CONNECTOR", files))
    assert answer.status_code == connectors
    other = make.file_connector(api, place, "other")
    tables = make.ruleset(api, make.connector(api, place, "third"), "a ruleset")
    body = {"rulesetName": "a ruleset", "fileConnectorId": other}
    file_ruleset = make.made(api, "/file-rulesets", body)["fileRulesetId"]
    answer = api.export(make.ident("DATABASE_RULESET", tables), make.ident("FILE_RULESET", file_ruleset))
    assert answer.status_code == rulesets
    job = make.job(api, tables, "a ruleset")
    assert api.export(make.ident("MASKING_JOB", job)).status_code == across


@pytest.mark.parametrize("name", ["Kundendaten Köln", "顧客 データ", "a b  c", "x-1_2.3&4"])
def test_names_of_all_scripts(local, name):
    source, target = local(data="demo").api(), local(data="demo").api()
    shop = make.shop(source, name, job_name=name)
    place = make.environment(target, name)
    imported(target, source.document(environment_of(source, shop["environment"])), place)
    assert make.number(target, "MASKING_JOB", name, place)


def test_names_that_differ_by_case_alone(local):
    source = local(data="demo", name="source").api()
    target = local(data="demo", name="target", name_case="insensitive").api()
    shop, there = make.shop(source), make.shop(target, job_name="Mask Customers")
    row = target.get(f"/database-connectors/{there['connector']}").json()
    assert target.put(f"/database-connectors/{there['connector']}", json={**row, "connectorName": "CRM"}).is_success
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    for _ in range(2):
        imported(target, document, there["environment"])
    assert [row["connectorName"] for row in target.rows("/database-connectors")] == ["CRM"]
    assert target.get(f"/database-rulesets/{there['ruleset']}").json()["databaseConnectorId"] == there["connector"]
    (job,) = target.rows("/masking-jobs")
    assert (job["jobName"], job["rulesetId"]) == ("Mask Customers", there["ruleset"])


# all or nothing


def test_import_is_undone_when_its_last_object_fails(local):
    source, target, shop = pair(local)
    place = make.environment(target, "here")
    imported(target, source.document(make.ident("MASKING_JOB", shop["job"])), place)
    before, rows = target.hashes(), make.columns(target, make.number(target, "DATABASE_RULESET", "customers"))
    path = f"/database-connectors/{shop['connector']}"
    source.put(path, json={**source.get(path).json(), "host": "new.example.com"})
    make.made(source, "/table-metadata", {"tableName": "NEW", "rulesetId": shop["ruleset"]})
    source.put(f"/masking-jobs/{shop['job']}", json=source.get(f"/masking-jobs/{shop['job']}").json())
    make.made(source, "/domains", {"domainName": "LOYALTY", "defaultAlgorithmCode": "CustomerEmail"})
    second = make.ruleset(source, shop["connector"], "second")
    make.mask(source, second, "CUSTOMER.ID", "LOYALTY")
    document = source.document(make.ident("MASKING_JOB", shop["job"]), make.ident("DATABASE_RULESET", second))
    refused(target, document, 404, environment_id=place)
    assert target.hashes() == before
    assert make.columns(target, make.number(target, "DATABASE_RULESET", "customers")) == rows
    after = make.made(
        target,
        "/table-metadata",
        {"tableName": "NEXT", "rulesetId": make.number(target, "DATABASE_RULESET", "customers")},
    )
    assert after["tableMetadataId"] == max(row["tableMetadataId"] for row in rows.values()) + 1, "no number was used up"
