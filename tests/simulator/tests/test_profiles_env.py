# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data profiles with environments: what they hold, and that it can be synchronised."""

from __future__ import annotations

from collections import Counter

import pytest
from simulator_environments import ID_FIELDS, ident
from simulator_support import GLOBAL

from masking_simulator.data.estate import Estate, parse_estate
from masking_simulator.data.profiles import check_profile

SMALL = "estate:10:40:40:403:60"
ENGINE_WIDE = (
    "DRIVER_SUPPORT_PLUGIN",
    "ALGORITHM_PLUGIN",
    "PASSWORD_VAULT",
    "CREDENTIAL_PATH",
    "MOUNT_INFORMATION",
    "FILE_FORMAT",
    "DATASET_FORMAT",
)


def by_number(api, path, field, name):
    return {row[field]: row[name] for row in api.rows(path)}


def places(api):
    """Numbers of environments by name."""
    return {row["environmentName"]: row["environmentId"] for row in api.rows("/environments")}


def contents(api):
    """What belongs to environments: (type, environment, name) -> number."""
    found = {}
    for object_type, (path, field, name) in ID_FIELDS.items():
        for environment, number in places(api).items():
            for row in api.rows(path, environment_id=number):
                key = (object_type, environment, row[name])
                assert key not in found
                found[key] = row[field]
    return found


def jobs_on_the_fly(api):
    """(environment, job) -> (environment of its source connector, that connector, the ruleset's connector)."""
    connectors = {}
    for word, object_type in (("DATABASE", "DATABASE"), ("FILE", "FILE"), ("VSAM", "DATASET")):
        path, field, name = ID_FIELDS[f"{object_type}_CONNECTOR"]
        for environment, number in places(api).items():
            for row in api.rows(path, environment_id=number):
                connectors[word, row[field]] = (environment, row[name])
    rulesets = {}
    for word, object_type in (("DATABASE", "DATABASE"), ("FILE", "FILE"), ("VSAM", "DATASET")):
        path, field, _ = ID_FIELDS[f"{object_type}_RULESET"]
        connector_field = ID_FIELDS[f"{object_type}_CONNECTOR"][1]
        rulesets.update({row[field]: connectors[word, row[connector_field]][1] for row in api.rows(path)})
    found = {}
    for environment, number in places(api).items():
        for row in api.rows("/masking-jobs", environment_id=number):
            if row["onTheFlyMasking"]:
                source = row["onTheFlyMaskingSource"]
                where, connector = connectors[source["connectorType"], source["connectorId"]]
                found[environment, row["jobName"]] = (where, connector, rulesets[row["rulesetId"]])
    return found


@pytest.fixture
def engines(local):
    """A source with a profile, and an empty target of another seed with the environments of the source."""

    def make(profile):
        source, target = local(data=profile, seed=1).api(), local(data="empty", seed=2).api()
        for row in source.rows("/applications"):
            assert target.post("/applications", json={"applicationName": row["applicationName"]}).status_code == 200
        numbers = {row["applicationName"]: row["applicationId"] for row in target.rows("/applications")}
        names = by_number(source, "/applications", "applicationId", "applicationName")
        for row in source.rows("/environments"):
            body = {
                "environmentName": row["environmentName"],
                "applicationId": numbers[names[row["applicationId"]]],
                "purpose": row["purpose"],
            }
            assert target.post("/environments", json=body).status_code == 200
        return source, target

    return make


def test_environments_hold_what_they_are_for(local):
    api = local(data="environments").api()
    assert {row["applicationName"] for row in api.rows("/applications")} == {"Shop", "Payroll", "Kundenservice Köln"}
    purposes = {row["environmentName"]: row["purpose"] for row in api.rows("/environments")}
    assert len(purposes) == 6 and purposes["Kundendaten Köln"] == "TOKENIZE"
    assert list(purposes.values()).count("MASK") == 5
    kinds = Counter(object_type for object_type, _, _ in contents(api))
    assert kinds.keys() == ID_FIELDS.keys() and min(kinds.values()) >= 1
    assert ("TOKENIZATION_JOB", "Kundendaten Köln", "顧客") in contents(api)


def test_one_job_name_in_two_environments(local):
    found = contents(local(data="environments").api())
    assert {place for kind, place, name in found if (kind, name) == ("MASKING_JOB", "mask customers")} == {
        "Shop Dev",
        "Shop Test",
    }


def test_on_the_fly_jobs_read_near_and_far(local):
    jobs = jobs_on_the_fly(local(data="environments").api())
    assert jobs["Shop Dev", "copy orders"] == ("Shop Prod Copy", "orders db", "orders db")
    assert jobs["Shop Dev", "load staff"][0] == "Payroll Prod Copy"
    assert jobs["Shop Dev", "refresh orders"][0] == "Shop Dev"
    assert {where for (place, _), (where, _, _) in jobs.items() if place == "Shop Dev"} == {
        "Shop Dev",
        "Shop Prod Copy",
        "Payroll Prod Copy",
    }


@pytest.mark.parametrize("profile", ["environments", SMALL])
def test_a_connector_and_a_ruleset_have_one_number(local, profile):
    api = local(data=profile).api()
    connectors = set(by_number(api, "/database-connectors", "databaseConnectorId", "connectorName"))
    assert connectors & set(by_number(api, "/database-rulesets", "databaseRulesetId", "rulesetName"))
    assert connectors & set(by_number(api, "/masking-jobs", "maskingJobId", "jobName"))


def test_rulesets_have_tables_columns_files_and_formats(local):
    api = local(data="environments").api()
    assert {row["tableName"] for row in api.rows("/table-metadata")} >= {"CUSTOMERS", "RECHNUNGEN", "顧客"}
    masked = [row for row in api.rows("/column-metadata") if row["isMasked"]]
    algorithms = {row["domainName"]: row["defaultAlgorithmCode"] for row in api.rows("/domains")}
    assert len(masked) > 10
    assert all(algorithms[row["domainName"]] == row["algorithmName"] for row in masked)
    assert any(row.get("fileFormatId") for row in api.rows("/file-metadata"))
    assert any(row.get("mainframeDatasetFormatId") for row in api.rows("/mainframe-dataset-metadata"))


def test_stored_passwords_work_and_are_not_shown(local):
    api = local(data="environments").api()
    tried = 0
    for object_type in ("DATABASE_CONNECTOR", "FILE_CONNECTOR", "DATASET_CONNECTOR"):
        path, field, _ = ID_FIELDS[object_type]
        for row in api.rows(path):
            assert "Stored-" not in str(row)
            assert api.post(f"{path}/{row[field]}/test").json()["response"] == "Connection Succeeded", row
            tried += 1
    assert tried == 16
    row = api.rows("/database-connectors", environment_id=places(api)["Shop Dev"])[0]
    wrong = {**row, "password": "something else"}
    path = f"/database-connectors/{row['databaseConnectorId']}/test"
    assert "Connection Failed" in api.post(path, json=wrong).json()["response"]


def test_jobs_of_the_profile_run(local):
    engine = local(data="environments", job_seconds=60)
    api = engine.api()
    jobs = [row["maskingJobId"] for row in api.rows("/masking-jobs") if not row["multiTenant"]]
    for job in jobs:
        assert api.post("/executions", json={"jobId": job}).status_code == 200
    engine.engine.clock.advance(60 * (len(jobs) + 1))
    assert {row["status"] for row in api.rows("/executions")} == {"SUCCEEDED"}


def test_users_and_roles_of_the_profile(local):
    engine = local(data="environments")
    api = engine.api()
    users = {row["userName"]: row for row in api.rows("/users") if not row["isAdmin"]}
    assert users.keys() == {"analyst", "operator", "jörg"}
    roles = by_number(api, "/roles", "roleId", "roleName")
    assert roles[users["jörg"]["nonAdminProperties"]["roleId"]] == "Entwickler Köln"
    assert roles[users["operator"]["nonAdminProperties"]["roleId"]] == "Night Operator"
    numbers = places(api)
    assert users["jörg"]["nonAdminProperties"]["environmentIds"] == [numbers["Kundendaten Köln"]]
    assert set(users["operator"]["nonAdminProperties"]["environmentIds"]) == {
        numbers["Shop Dev"],
        numbers["Shop Test"],
    }
    for user in (("operator", "Operator-12"), ("jörg", "Entwickler-12")):
        assert engine.api(user).get("/domains").status_code == 200


@pytest.mark.parametrize("release", ["6.0.0.0", "6.0.1.0", "6.0.5.0", "20.0.0.0", "2026.1.0.0"])
def test_environments_on_other_releases(local, release):
    api = local(data="environments", release=release).api()
    found = contents(api)
    assert len(found) >= 30
    assert ("DATASET_RULESET", "Payroll Test", "payroll data sets") not in found or release != "6.0.1.0"
    hashes = api.hashes()
    for (object_type, _, _), number in found.items():
        assert len(hashes[object_type, str(number)]) == 40


@pytest.mark.parametrize("profile", ["environments", SMALL])
def test_one_seed_one_content_other_numbers(local, profile):
    one, two, three = (local(data=profile, seed=seed).api() for seed in (1, 1, 2))
    first, second, third = (contents(api) for api in (one, two, three))
    assert first.keys() == second.keys() == third.keys()
    hashes = [
        {key: api.hashes()[key[0], str(number)] for key, number in found.items()}
        for api, found in ((one, first), (two, second), (three, third))
    ]
    assert hashes[0] == hashes[1]
    assert not any(hashes[0][key] == hashes[2][key] for key in first)
    assert first != second
    assert not any(first[key] == third[key] for key in first)


@pytest.mark.parametrize("profile", ["environments", SMALL])
def test_everything_can_be_moved_to_an_empty_engine(engines, profile):
    source, target = engines(profile)
    assert target.import_(source.document(GLOBAL)).status_code == 200
    for object_type in ENGINE_WIDE:
        rows = source.rows("/syncable-objects", object_type=object_type)
        if rows:
            answer = target.import_(source.document(*rows))
            assert answer.status_code == 200, answer.text
    numbers, sources = places(target), jobs_on_the_fly(source)
    application = target.rows("/applications")[0]["applicationId"]
    body = {"environmentName": "elsewhere", "applicationId": application, "purpose": "MASK"}
    elsewhere = target.post("/environments", json=body).json()["environmentId"]
    wanted = contents(source)
    for (object_type, place, name), number in wanted.items():
        params = {"environment_id": numbers[place]}
        if object_type == "MASKING_JOB" and (place, name) in sources:
            where, connector, own = sources[place, name]
            if connector == own:
                continue  # two objects of one name cannot be exported together
            params["source_environment_id"] = elsewhere if where == place else numbers[where]
        answer = target.import_(source.document(ident(object_type, number)), **params)
        assert answer.status_code == 200, (object_type, place, name, answer.text)
    ours, theirs = source.hashes(), target.hashes()
    moved = contents(target)
    for (object_type, place, name), number in wanted.items():
        if (object_type, place, name) in moved:
            there = moved[object_type, place, name]
            assert there != number
            assert theirs[object_type, str(there)] == ours[object_type, str(number)], (object_type, place, name)
    left = wanted.keys() - moved.keys()
    assert left == {("MASKING_JOB", *job) for job, (_, connector, own) in sources.items() if connector == own}


def test_an_environment_with_equal_names_cannot_be_exported_at_once(local):
    api = local(data="environments").api()
    refused = {
        name for name, number in places(api).items() if api.export(ident("ENVIRONMENT", number)).status_code != 200
    }
    assert refused == {"Shop Dev"}


def test_the_estate_has_its_size(local):
    api = local(data="estate").api()
    kinds = Counter(object_type for object_type, _, _ in contents(api))
    assert len(api.rows("/environments")) == 40
    for suffix, count in (("_CONNECTOR", 300), ("_RULESET", 300), ("_JOB", 400)):
        assert sum(number for kind, number in kinds.items() if kind.endswith(suffix)) == count
    assert kinds.keys() == ID_FIELDS.keys()
    assert len(api.rows("/column-metadata")) == 20_000
    assert {row["purpose"] for row in api.rows("/environments")} == {"MASK", "TOKENIZE"}


def test_the_estate_has_on_the_fly_jobs_of_all_kinds(local):
    jobs = jobs_on_the_fly(local(data="estate").api())
    assert len(jobs) >= 20
    assert any(where == place for (place, _), (where, _, _) in jobs.items())
    assert any(connector == own for _, connector, own in jobs.values())
    by_place = {}
    for (place, _), (where, _, _) in jobs.items():
        by_place.setdefault(place, set()).add(where)
    assert max(len(found) for found in by_place.values()) >= 2


def test_a_small_estate_has_the_asked_size(local):
    api = local(data=SMALL).api()
    kinds = Counter(object_type.rpartition("_")[2] for object_type, _, _ in contents(api))
    assert kinds == {"CONNECTOR": 40, "RULESET": 40, "JOB": 60}
    assert len(api.rows("/environments")) == 10
    assert len(api.rows("/column-metadata")) == 403


def test_estate_profiles():
    assert parse_estate("estate") == Estate(40, 300, 300, 20_000, 400)
    assert parse_estate("estate:1:2:3:4:5") == Estate(1, 2, 3, 4, 5)
    check_profile("estate:0:0:0:0:0")
    for bad in ("estates", "estate:1:2:3:4", "estate:1:2:3:4:x", "estate:0:1:0:0:0", "estate:1:0:1:0:0"):
        with pytest.raises(ValueError):
            check_profile(bad)
