# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of connectors: stored and unsaved, by password, key, vault, mount and account."""

from __future__ import annotations

import pytest
from simulator_environments import connector, dataset_connector, environment, file_connector
from simulator_support import ANALYST

GOOD = "Connection Succeeded"


@pytest.fixture
def place(local):
    """An engine, its API and an environment."""
    engine = local(data="demo")
    api = engine.api()
    return engine.engine, api, environment(api, "dev")


def verdict(api, path, number=None, body=None):
    """What the test of a connector answers; always with status 200."""
    options = {} if body is None else {"json": body}
    answer = api.post(f"{path}/test" if number is None else f"{path}/{number}/test", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()["response"]


def failed(text):
    return text.startswith("Connection Failed") and text != GOOD


def plain_connector(api, number, name, fields):
    """A connector without a password, unless the fields have one."""
    body = {
        "connectorName": name,
        "databaseType": "POSTGRES",
        "environmentId": number,
        "host": "db.example.com",
        "username": "masker",
        **fields,
    }
    answer = api.post("/database-connectors", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["databaseConnectorId"]


@pytest.mark.parametrize(("password", "good"), [("s3cret", True), (None, False), ("", False)])
def test_any_password_is_good_where_nothing_is_known(place, password, good):
    _, api, number = place
    stored = plain_connector(api, number, "crm", {} if password is None else {"password": password})
    assert (verdict(api, "/database-connectors", stored) == GOOD) is good


def test_the_account_decides_where_it_is_known(place):
    engine, api, number = place
    stored = connector(api, number)
    assert verdict(api, "/database-connectors", stored) == GOOD
    engine.accounts.set("db.example.com", "MASKER", "changed")
    assert failed(verdict(api, "/database-connectors", stored))
    row = api.get(f"/database-connectors/{stored}").json()
    assert verdict(api, "/database-connectors", stored, {**row, "password": "changed"}) == GOOD
    assert failed(verdict(api, "/database-connectors", stored)), "a test stores nothing"
    assert api.put(f"/database-connectors/{stored}", json={**row, "password": "changed"}).status_code == 200
    assert verdict(api, "/database-connectors", stored) == GOOD


def test_a_listed_row_as_the_body_uses_the_stored_password(place):
    _, api, number = place
    stored = connector(api, number)
    (row,) = api.rows("/database-connectors", environment_id=number)
    assert "password" not in row
    assert verdict(api, "/database-connectors", stored, row) == GOOD
    assert verdict(api, "/database-connectors", stored, {**row, "password": ""}) == GOOD


def test_a_body_can_change_more_than_the_password(place):
    engine, api, number = place
    engine.accounts.set("db.example.com", "MASKER", "s3cret")
    stored = connector(api, number)
    row = api.get(f"/database-connectors/{stored}").json()
    assert failed(verdict(api, "/database-connectors", stored, {**row, "username": "OTHER"}))
    assert verdict(api, "/database-connectors", stored, {**row, "host": "elsewhere.example.com"}) == GOOD


@pytest.mark.parametrize(
    ("address", "secret", "fields", "good"),
    [
        ("DB.example.com", "s3cret", {}, True),
        ("db.example.com/CRM", "s3cret", {}, True),
        ("db.example.com/CRM", "another", {}, False),
        ("db.example.com/other", "another", {}, True),  # only another database is known
        ("db.example.com", "s3cret", {"username": "SOMEBODY"}, False),
        ("db.example.com", "s3cret", {"host": None, "jdbc": "jdbc:oracle:thin:@db.example.com:1521:CRM"}, True),
        ("db.example.com", "s3cret", {"host": None, "jdbc": "jdbc:sqlserver://db.example.com;databaseName=x"}, True),
        (
            "db.example.com",
            "s3cret",
            {"host": None, "jdbc": "jdbc:postgresql://db.example.com/x", "password": "no"},
            False,
        ),
    ],
)
def test_addresses(place, address, secret, fields, good):
    engine, api, number = place
    engine.accounts.set(address, "MASKER", secret)
    body = {
        "connectorName": "crm",
        "databaseType": "ORACLE",
        "environmentId": number,
        "host": "db.example.com",
        "sid": "CRM",
        "username": "MASKER",
        "password": "s3cret",
        **fields,
    }
    body = {name: value for name, value in body.items() if value is not None}
    assert (verdict(api, "/database-connectors", body=body) == GOOD) is good


def test_the_more_exact_address_counts(place):
    engine, api, number = place
    engine.accounts.set("db.example.com", "MASKER", "general")
    engine.accounts.set("db.example.com/crm", "MASKER", "s3cret")
    assert verdict(api, "/database-connectors", connector(api, number)) == GOOD


def test_unsaved_connectors(place):
    _, api, number = place
    body = {
        "connectorName": "new",
        "databaseType": "MSSQL",
        "environmentId": number,
        "host": "db.example.com",
        "username": "sa",
    }
    assert failed(verdict(api, "/database-connectors", body=body))
    assert verdict(api, "/database-connectors", body={**body, "password": "x"}) == GOOD
    assert api.rows("/database-connectors", environment_id=number) == []
    assert api.post("/database-connectors/test", json={**body, "environmentId": 99_999}).status_code == 404
    assert api.post("/database-connectors/99999/test").status_code == 404


@pytest.mark.parametrize(
    ("path", "make", "field"),
    [
        ("/file-connectors", file_connector, "fileConnectorId"),
        ("/mainframe-dataset-connectors", dataset_connector, "mainframeDatasetConnectorId"),
    ],
)
def test_connectors_to_files_have_a_password_or_a_key(place, path, make, field):
    engine, api, number = place
    none, key, word = (
        make(api, number, name, **secret)
        for name, secret in (("none", {}), ("key", {"sshKey": "id_rsa"}), ("word", {"password": "s3cret"}))
    )
    assert failed(verdict(api, path, none))
    assert verdict(api, path, key) == verdict(api, path, word) == GOOD
    host = api.get(f"{path}/{word}").json()["connectionInfo"]["host"]
    engine.accounts.set(host, "masker", "s3cret")
    assert failed(verdict(api, path, key)) and verdict(api, path, word) == GOOD
    row = api.get(f"{path}/{key}").json()
    info = row["connectionInfo"]
    assert not {"password", "sshKey"} & info.keys()
    assert verdict(api, path, key, {**row, "connectionInfo": {**info, "password": "s3cret"}}) == GOOD
    both = {**row, "connectionInfo": {**info, "password": "s3cret", "sshKey": "id_rsa"}}
    assert api.post(f"{path}/{key}/test", json=both).status_code == 400
    unsaved = {name: value for name, value in row.items() if name != field}
    assert failed(verdict(api, path, body=unsaved))
    assert verdict(api, path, body={**unsaved, "connectionInfo": {**info, "password": "s3cret"}}) == GOOD


@pytest.mark.parametrize(
    ("switch", "connected", "good"), [("no", False, True), ("yes", False, False), ("yes", True, True)]
)
def test_a_connector_on_a_mount_needs_no_password(local, switch, connected, good):
    api = local(data="demo", mounts_must_be_connected=switch).api()
    mount = api.rows("/mount-filesystem")[0]["mountId"]
    if connected:
        assert api.put(f"/mount-filesystem/{mount}/connect").status_code == 200
    body = {
        "connectorName": "drop",
        "environmentId": environment(api, "dev"),
        "fileType": "DELIMITED",
        "connectionInfo": {"connectionMode": "MOUNT", "path": "in", "mountId": mount},
    }
    stored = api.post("/file-connectors", json=body).json()["fileConnectorId"]
    assert (verdict(api, "/file-connectors", stored) == GOOD) is good
    assert (verdict(api, "/file-connectors", body=body) == GOOD) is good
    body["connectionInfo"]["mountId"] = 99_999
    assert failed(verdict(api, "/file-connectors", body=body))


def test_a_vault_takes_the_place_of_the_password(place):
    _, api, number = place
    (path,) = api.rows("/credential-paths")
    (vault,) = api.rows("/password-vaults")
    assert path["vaultName"] == vault["name"] and "token" not in vault
    assert api.get(f"/credential-paths/{path['credentialPathId']}").json() == path
    fields = {"passwordVaultAuth": True, "credentialPathId": path["credentialPathId"]}
    stored = plain_connector(api, number, "crm", fields)
    assert verdict(api, "/database-connectors", stored) == GOOD
    plain = plain_connector(api, number, "plain", {})
    row = api.get(f"/database-connectors/{plain}").json()
    assert failed(verdict(api, "/database-connectors", plain, row))
    assert verdict(api, "/database-connectors", plain, {**row, **fields}) == GOOD
    assert failed(verdict(api, "/database-connectors", plain, {**row, **fields, "credentialPathId": 99_999}))
    assert failed(verdict(api, "/database-connectors", plain, {**row, **fields, "passwordVaultAuth": False}))


@pytest.mark.parametrize(("release", "path", "field"), [("6.0.17.0", None, ""), ("7.0.0.0", "/credentials", "Name")])
def test_credential_paths_had_another_name(local, release, path, field):
    api = local(data="demo", release=release).api()
    if path is None:
        assert api.get("/credentials").status_code == 404
    else:
        (row,) = api.rows(path)
        assert row["credentialName"] == "warehouse"
        assert api.get(f"{path}/{row['credentialId']}").json() == row
        assert api.rows("/password-vaults")
    assert api.get("/credential-paths").status_code == 404


def test_kerberos_needs_no_password(place):
    _, api, number = place
    stored = plain_connector(api, number, "crm", {"kerberosAuth": True, "servicePrincipal": "x"})
    assert verdict(api, "/database-connectors", stored) == GOOD


@pytest.mark.parametrize(("switch", "good"), [("reachable", True), ("unreachable", False)])
def test_hosts_of_which_nothing_is_known(local, switch, good):
    engine = local(data="demo", unknown_hosts=switch)
    api = engine.api()
    stored = connector(api, environment(api, "dev"))
    assert (verdict(api, "/database-connectors", stored) == GOOD) is good
    engine.engine.accounts.set("db.example.com", "MASKER", "s3cret")
    assert verdict(api, "/database-connectors", stored) == GOOD


def test_every_user_may_test(local):
    engine = local(data="demo")
    api = engine.api()
    stored = connector(api, environment(api, "dev"))
    assert verdict(engine.api(ANALYST), "/database-connectors", stored) == GOOD


def test_accounts_of_the_control_interface(process):
    engine = process(data="demo")
    api = engine.api()
    stored = connector(api, environment(api, "dev"))
    account = {"address": "db.example.com", "user": "MASKER", "secret": "changed"}
    assert engine.tell("POST", "/accounts", account) == [{"address": "db.example.com", "user": "MASKER"}]
    assert failed(verdict(api, "/database-connectors", stored))
    engine.stop()
    engine.start()
    api = engine.api()
    assert failed(verdict(api, "/database-connectors", stored))
    assert engine.tell("GET", "/accounts") == [{"address": "db.example.com", "user": "MASKER"}]
    engine.tell("DELETE", "/accounts")
    assert engine.tell("GET", "/accounts") == []
    engine.stop()
    engine.start()
    api = engine.api()
    assert engine.tell("GET", "/accounts") == []
    assert verdict(api, "/database-connectors", stored) == GOOD


def test_no_secret_in_the_request_log(process):
    engine = process(data="demo")
    api = engine.api()
    place = environment(api, "dev")
    stored = connector(api, place, password="Stored-1")
    row = api.get(f"/database-connectors/{stored}").json()
    verdict(api, "/database-connectors", stored, {**row, "password": "Tried-1"})
    text = str(engine.tell("GET", "/requests"))
    assert "********" in text
    for secret in ("Stored-1", "Tried-1"):
        assert secret not in text
