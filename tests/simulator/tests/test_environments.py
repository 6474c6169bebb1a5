# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments, connectors and jobs as a person makes, saves and deletes them."""

from __future__ import annotations

import pytest
import simulator_environments as make
from simulator_support import Local

SECRETS = ("s3cret", "s3cond", "id_rsa_masker")


def api_of(local, **switches):
    return local(data="demo", **switches).api()


def secrets_of(engine, kind, number):
    """What the engine itself knows: GET never tells it."""
    obj = engine.engine.model.objects.by_id(kind, number)
    return {name: obj.local[name] for name in ("password", "sshKey") if name in obj.local}


def saved(api, path, body, **changes):
    answer = api.put(path, json={**body, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


# environments


def test_environment_is_renamed_and_keeps_what_is_in_it(local):
    api = api_of(local)
    shop = make.shop(api)
    path = f"/environments/{shop['environment']}"
    renamed = saved(api, path, api.get(path).json(), environmentName="Kundendaten Köln")
    assert renamed["environmentId"] == shop["environment"]
    assert [row["environmentId"] for row in api.rows("/environments") if row["environmentName"] == "shop dev"] == []
    assert [row["jobName"] for row in api.rows("/masking-jobs", environment_id=shop["environment"])] == [
        "mask customers"
    ]


def test_deleting_an_environment_deletes_what_is_in_it(local):
    api = api_of(local)
    shop = make.shop(api)
    (table, *_) = api.rows("/table-metadata", ruleset_id=shop["ruleset"])
    kept = make.shop(api, "kept")
    before = set(api.hashes())
    assert api.delete(f"/environments/{shop['environment']}").status_code == 200
    assert before - set(api.hashes()) == {
        ("ENVIRONMENT", str(shop["environment"])),
        ("DATABASE_CONNECTOR", str(shop["connector"])),
        ("DATABASE_RULESET", str(shop["ruleset"])),
        ("MASKING_JOB", str(shop["job"])),
    }
    for path in (
        f"/environments/{shop['environment']}",
        f"/database-connectors/{shop['connector']}",
        f"/database-rulesets/{shop['ruleset']}",
        f"/masking-jobs/{shop['job']}",
        f"/table-metadata/{table['tableMetadataId']}",
    ):
        assert api.get(path).status_code == 404, path
    assert api.get(f"/masking-jobs/{kept['job']}").status_code == 200


def test_environment_whose_connector_a_job_elsewhere_reads_is_not_deleted(local):
    api = api_of(local)
    shop, place = make.shop(api), make.environment(api, "source")
    source = make.connector(api, place, "live")
    otf = {"onTheFlyMasking": True, "onTheFlyMaskingSource": {"connectorId": source, "connectorType": "DATABASE"}}
    job = make.job(api, shop["ruleset"], "on the fly", **otf)
    answer = api.delete(f"/environments/{place}")
    assert answer.status_code == 409 and "on the fly" in answer.json()["errorMessage"]
    assert api.delete(f"/database-connectors/{source}").status_code == 409
    assert api.delete(f"/masking-jobs/{job}").status_code == 200
    assert api.delete(f"/environments/{place}").status_code == 200


def test_copy_of_an_environment(local):
    engine = local(data="demo")
    api = engine.api()
    shop = make.shop(api)
    make.job(
        api,
        shop["ruleset"],
        "on the fly",
        onTheFlyMasking=True,
        onTheFlyMaskingSource={"connectorId": shop["connector"], "connectorType": "DATABASE"},
    )
    body = {**api.get(f"/environments/{shop['environment']}").json(), "environmentName": "shop copy"}
    answer = api.post(f"/environments/{shop['environment']}/copy", json=body)
    assert answer.status_code == 200
    copy = answer.json()["environmentId"]
    assert copy != shop["environment"]
    connector = make.number(api, "DATABASE_CONNECTOR", "crm", copy)
    assert connector != shop["connector"]
    assert secrets_of(engine, "database_connector", connector) == {"password": "s3cret"}
    job = make.named(api, "MASKING_JOB", "on the fly", copy)
    assert job["onTheFlyMaskingSource"]["connectorId"] == connector
    assert job["rulesetId"] == make.number(api, "DATABASE_RULESET", "customers", copy)
    old, new = make.columns(api, shop["ruleset"]), make.columns(api, job["rulesetId"])
    assert list(old) == list(new)
    assert not {row["columnMetadataId"] for row in old.values()} & {row["columnMetadataId"] for row in new.values()}
    assert api.post(f"/environments/{shop['environment']}/copy", json=body).status_code == 409


@pytest.mark.parametrize(
    ("purpose", "path", "status"),
    [
        ("MASK", "/masking-jobs", 200),
        ("MASK", "/profile-jobs", 200),
        ("MASK", "/tokenization-jobs", 400),
        ("MASK", "/reidentification-jobs", 400),
        ("TOKENIZE", "/masking-jobs", 400),
        ("TOKENIZE", "/profile-jobs", 200),
        ("TOKENIZE", "/tokenization-jobs", 200),
        ("TOKENIZE", "/reidentification-jobs", 200),
    ],
)
def test_jobs_go_by_the_purpose_of_the_environment(local, purpose, path, status):
    api = api_of(local)
    place = make.environment(api, "here", purpose)
    ruleset = make.ruleset(api, make.connector(api, place))
    profile_set = api.rows("/profile-sets")[0]["profileSetId"]
    body = {"jobName": "a job", "rulesetId": ruleset}
    if path == "/profile-jobs":
        body["profileSetId"] = profile_set
    assert api.post(path, json=body).status_code == status
    assert len(api.rows(path, environment_id=place)) == (status == 200)


def test_purpose_stays_while_jobs_need_it(local):
    api = api_of(local)
    shop, free = make.shop(api), make.environment(api, "free")
    body = api.get(f"/environments/{shop['environment']}").json()
    assert api.put(f"/environments/{shop['environment']}", json={**body, "purpose": "TOKENIZE"}).status_code == 400
    saved(api, f"/environments/{free}", api.get(f"/environments/{free}").json(), purpose="TOKENIZE")


# connectors


def test_life_of_each_connector(local):
    api = api_of(local)
    place, other = make.environment(api, "here"), make.environment(api, "there")
    numbers = {
        "/database-connectors": make.connector(api, place, "same name"),
        "/file-connectors": make.file_connector(api, place, "same name", password="s3cret"),
        "/mainframe-dataset-connectors": make.dataset_connector(api, place, "same name", password="s3cret"),
    }
    for path, number in numbers.items():
        row = api.get(f"{path}/{number}").json()
        assert row["environmentId"] == place and row in api.rows(path, environment_id=place)
        assert api.rows(path, environment_id=other) == []
        answer = api.post(path, json=row)
        assert answer.status_code == 409, f"{path}: name twice in an environment"
        assert api.post(path, json={**row, "environmentId": other}).status_code == 200
        assert api.post(path, json={**row, "environmentId": 99}).status_code == 404
        answer = api.put(f"{path}/{number}", json={**row, "environmentId": other})
        assert answer.status_code == 400 and "environmentId" in answer.json()["errorMessage"]
        assert saved(api, f"{path}/{number}", row, connectorName="another")["connectorName"] == "another"
        assert api.delete(f"{path}/{number}").status_code == 200
        assert api.get(f"{path}/{number}").status_code == 404


def test_connectors_of_all_families_share_numbers_with_rulesets(local):
    """Numbers are unique within a kind alone: a connector and a ruleset of one number exist."""
    api = api_of(local)
    place = make.environment(api, "here")
    connector = make.connector(api, place)
    assert make.file_connector(api, place) == connector
    assert make.ruleset(api, connector) == connector


def test_secrets_are_never_answered(local):
    engine = local(data="demo")
    api = engine.api()
    place = make.environment(api, "here")
    make.connector(api, place)
    make.file_connector(api, place, password="s3cond")
    make.dataset_connector(api, place, sshKey="id_rsa_masker")
    for path in ("/database-connectors", "/file-connectors", "/mainframe-dataset-connectors"):
        text = api.get(path).text
        assert "here" not in text and not any(secret in text for secret in SECRETS)
    shown = [api.get(path).json()["responseList"][0] for path in ("/file-connectors", "/mainframe-dataset-connectors")]
    for row in shown:
        assert row["connectionInfo"]["loginName"] == "masker"
        assert not {"password", "sshKey"} & set(row["connectionInfo"])


@pytest.mark.parametrize("kind", ["database_connector", "file_connector", "dataset_connector"])
def test_secret_that_is_left_out_stays(local, kind):
    engine = local(data="demo")
    api = engine.api()
    place = make.environment(api, "here")
    if kind == "database_connector":
        number, path = make.connector(api, place), "/database-connectors"
    elif kind == "file_connector":
        number, path = make.file_connector(api, place, password="s3cret"), "/file-connectors"
    else:
        number, path = make.dataset_connector(api, place, password="s3cret"), "/mainframe-dataset-connectors"
    row = api.get(f"{path}/{number}").json()
    saved(api, f"{path}/{number}", row)
    assert secrets_of(engine, kind, number) == {"password": "s3cret"}
    if kind == "database_connector":
        saved(api, f"{path}/{number}", {**row, "password": "s3cond"})
        assert secrets_of(engine, kind, number) == {"password": "s3cond"}
        return
    info = row["connectionInfo"]
    saved(api, f"{path}/{number}", row, connectionInfo={**info, "sshKey": "id_rsa_masker"})
    assert secrets_of(engine, kind, number) == {"sshKey": "id_rsa_masker"}
    saved(api, f"{path}/{number}", row, connectionInfo={**info, "password": "s3cond"})
    assert secrets_of(engine, kind, number) == {"password": "s3cond"}
    both = {**info, "password": "s3cret", "sshKey": "id_rsa_masker"}
    assert api.put(f"{path}/{number}", json={**row, "connectionInfo": both}).status_code == 400
    assert secrets_of(engine, kind, number) == {"password": "s3cond"}


def test_connector_points_at_driver_mount_and_credential_path(local):
    engine = local(data="demo")
    api = engine.api()
    place = make.environment(api, "here")
    driver = next(row["jdbcDriverId"] for row in api.rows("/jdbc-drivers") if row["driverName"] == "Snowflake")
    mount = next(row["mountId"] for row in api.rows("/mount-filesystem") if row["mountName"] == "landing")
    vault = engine.engine.model.objects.of_kind("credential_path")[0].id
    number = make.connector(
        api, place, jdbcDriverId=driver, passwordVaultAuth=True, credentialPathId=vault, databaseType="EXTENDED"
    )
    row = api.get(f"/database-connectors/{number}").json()
    assert (row["jdbcDriverId"], row["credentialPathId"], row["passwordVaultAuth"]) == (driver, vault, True)
    files = make.file_connector(api, place, connectionMode="MOUNT", mountId=mount)
    assert api.get(f"/file-connectors/{files}").json()["connectionInfo"]["mountId"] == mount
    for path in (f"/jdbc-drivers/{driver}", f"/mount-filesystem/{mount}"):
        assert api.delete(path).status_code == 409
    assert api.post("/database-connectors", json={**row, "connectorName": "x", "jdbcDriverId": 1}).status_code == 404
    assert api.delete(f"/database-connectors/{number}").status_code == 200
    assert api.delete(f"/jdbc-drivers/{driver}").status_code == 200


@pytest.mark.parametrize("spelling", ["mainframeDatasetConnectorId", "mainframe-datasetConnectorId"])
def test_number_of_a_mainframe_connector_has_two_spellings(local, spelling):
    engine = local(data="demo", mainframe_connector_id=spelling)
    api = engine.api()
    place = make.environment(api, "here")
    body = {"connectorName": "host", "environmentId": place, "connectionInfo": {"connectionMode": "FTP"}}
    row = make.made(api, "/mainframe-dataset-connectors", body)
    assert {field for field in row if field.endswith("ConnectorId")} == {spelling}
    assert api.get(f"/mainframe-dataset-connectors/{row[spelling]}").json() == row
    assert api.rows("/mainframe-dataset-connectors") == [row]
    assert saved(api, f"/mainframe-dataset-connectors/{row[spelling]}", row) == row


def test_connector_in_use_is_not_deleted(local):
    api = api_of(local)
    shop = make.shop(api)
    assert api.delete(f"/database-connectors/{shop['connector']}").status_code == 409
    assert api.delete(f"/database-rulesets/{shop['ruleset']}").status_code == 409
    for path in (
        f"/masking-jobs/{shop['job']}",
        f"/database-rulesets/{shop['ruleset']}",
        f"/database-connectors/{shop['connector']}",
    ):
        assert api.delete(path).status_code == 200


def test_renamed_connector_stays_where_it_is_used(local):
    api = api_of(local)
    shop, other = make.shop(api), make.shop(api, "other")
    job = make.job(
        api,
        other["ruleset"],
        "on the fly",
        onTheFlyMasking=True,
        onTheFlyMaskingSource={"connectorId": shop["connector"]},
    )
    path = f"/database-connectors/{shop['connector']}"
    saved(api, path, api.get(path).json(), connectorName="顧客")
    assert api.get(f"/database-rulesets/{shop['ruleset']}").json()["databaseConnectorId"] == shop["connector"]
    assert api.get(f"/database-rulesets/{other['ruleset']}").json()["databaseConnectorId"] == other["connector"]
    source = api.get(f"/masking-jobs/{job}").json()["onTheFlyMaskingSource"]
    assert source == {"connectorId": shop["connector"], "connectorType": "DATABASE"}


# jobs


def test_life_of_a_job(local):
    api = api_of(local)
    shop, other = make.shop(api), make.shop(api, "other")
    path = f"/masking-jobs/{shop['job']}"
    row = api.get(path).json()
    assert row["rulesetType"] == "DATABASE" and row["onTheFlyMasking"] is False and row["createdBy"] == "admin"
    assert "environmentId" not in row
    assert api.post("/masking-jobs", json=row).status_code == 409
    assert api.get(f"/masking-jobs/{other['job']}").json()["jobName"] == row["jobName"], "again, elsewhere"
    answer = api.put(path, json={**row, "jobName": "another"})
    assert answer.status_code == 400 and "jobName" in answer.json()["errorMessage"]
    assert saved(api, path, row, email="ops@example.com")["email"] == "ops@example.com"
    assert api.put(path, json={**row, "rulesetId": other["ruleset"]}).status_code == 400
    assert api.put(path, json={**row, "rulesetId": 1}).status_code == 404
    second = make.ruleset(api, shop["connector"], "second")
    assert saved(api, path, row, rulesetId=second)["rulesetId"] == second
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404


def test_jobs_of_all_kinds_share_their_numbers(local):
    api = api_of(local)
    shop = make.shop(api)
    sets = {row["profileSetName"]: row["profileSetId"] for row in api.rows("/profile-sets")}
    profile_set = sets["Customer data"]
    profile = make.job(api, shop["ruleset"], "mask customers", "/profile-jobs", profileSetId=profile_set)
    place = make.environment(api, "tokens", "TOKENIZE")
    ruleset = make.ruleset(api, make.connector(api, place))
    numbers = {
        shop["job"],
        profile,
        make.job(api, ruleset, path="/tokenization-jobs"),
        make.job(api, ruleset, path="/reidentification-jobs"),
    }
    assert len(numbers) == 4
    assert api.get(f"/profile-jobs/{profile}").json()["profileSetId"] == profile_set
    assert api.delete(f"/profile-sets/{profile_set}").status_code == 409
    body = {"jobName": "other", "rulesetId": shop["ruleset"], "profileSetId": 1}
    assert api.post("/profile-jobs", json=body).status_code == 404


def test_job_of_each_family_of_rulesets(local):
    api = api_of(local)
    place = make.environment(api, "here")
    files = make.made(
        api, "/file-rulesets", {"rulesetName": "files", "fileConnectorId": make.file_connector(api, place)}
    )["fileRulesetId"]
    sets = make.made(
        api,
        "/mainframe-dataset-rulesets",
        {"rulesetName": "sets", "mainframeDatasetConnectorId": make.dataset_connector(api, place)},
    )["mainframeDatasetRulesetId"]
    tables = make.ruleset(api, make.connector(api, place))
    assert len({files, sets, tables}) == 3, "a job names its ruleset by the number alone"
    for ruleset, word in ((files, "FILE"), (sets, "VSAM"), (tables, "DATABASE")):
        row = api.get(f"/masking-jobs/{make.job(api, ruleset, word)}").json()
        assert (row["rulesetId"], row["rulesetType"]) == (ruleset, word)


def test_on_the_fly_job_needs_a_source(local):
    api = api_of(local)
    shop = make.shop(api)
    body = {"jobName": "on the fly", "rulesetId": shop["ruleset"], "onTheFlyMasking": True}
    assert api.post("/masking-jobs", json=body).status_code == 400
    source = {"connectorId": 1, "connectorType": "DATABASE"}
    assert api.post("/masking-jobs", json={**body, "onTheFlyMaskingSource": source}).status_code == 404
    source["connectorId"] = shop["connector"]
    row = make.made(api, "/masking-jobs", {**body, "onTheFlyMaskingSource": source})
    assert row["onTheFlyMaskingSource"] == source
    path = f"/masking-jobs/{row['maskingJobId']}"
    assert "onTheFlyMaskingSource" not in saved(api, path, row, onTheFlyMasking=False)


def test_source_of_an_on_the_fly_job_is_of_its_rulesets_kind(local):
    """The numbers of connectors repeat over kinds; a source without its type is of the kind of the ruleset."""
    api = api_of(local)
    place = make.environment(api, "here")
    number = make.file_connector(api, place)
    assert make.connector(api, place) == number
    files = make.made(api, "/file-rulesets", {"rulesetName": "files", "fileConnectorId": number})["fileRulesetId"]
    job = make.job(api, files, onTheFlyMasking=True, onTheFlyMaskingSource={"connectorId": number})
    source = api.get(f"/masking-jobs/{job}").json()["onTheFlyMaskingSource"]
    assert source == {"connectorId": number, "connectorType": "FILE"}


def test_running_job_is_not_changed(local):
    engine = local(data="demo")
    api = engine.api()
    shop = make.shop(api)
    path = f"/masking-jobs/{shop['job']}"
    row = api.get(path).json()
    started = api.post("/executions", json={"jobId": shop["job"]})
    assert started.status_code == 200
    assert api.put(path, json=row).status_code == 400
    assert api.delete(path).status_code == 400
    assert api.delete(f"/environments/{shop['environment']}").status_code == 400
    assert api.post(f"/executions/{started.json()['executionId']}/cancel").status_code == 200
    assert api.put(path, json=row).status_code == 200


def test_state_survives_a_restart(tmp_path):
    first = Local(tmp_path / "state", "2025.2.0.0", "demo", 1, {})
    api = first.api()
    shop = make.shop(api)
    hashes, columns = api.hashes(), make.columns(api, shop["ruleset"])
    first.close()
    again = Local(tmp_path / "state", "2025.2.0.0", "demo", 1, {})
    try:
        assert again.api().hashes() == hashes
        assert make.columns(again.api(), shop["ruleset"]) == columns
        assert secrets_of(again, "database_connector", shop["connector"]) == {"password": "s3cret"}
    finally:
        again.close()
