# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On-the-fly jobs, whose source connector may belong to another environment than the job."""

from __future__ import annotations

import pytest
import simulator_environments as make

DATABASE = ("DATABASE_CONNECTOR", "SOURCE_DATABASE_CONNECTOR", "DATABASE", make.connector)
FILE = ("FILE_CONNECTOR", "SOURCE_FILE_CONNECTOR", "FILE", make.file_connector)
DATASET = ("DATASET_CONNECTOR", "SOURCE_DATASET_CONNECTOR", "VSAM", make.dataset_connector)


def on_the_fly(connector, word="DATABASE"):
    return {"onTheFlyMasking": True, "onTheFlyMaskingSource": {"connectorId": connector, "connectorType": word}}


def with_job(local, family=DATABASE, name="live", **switches):
    """Two engines; the first with the shop, and a job there that reads from an environment `production`."""
    source = local(data="demo", name="source", **switches).api()
    target = local(data="demo", name="target", **switches).api()
    shop = make.shop(source)
    shop["production"] = make.environment(source, "production")
    _, _, word, new = family
    shop["source"] = new(source, shop["production"], name)
    shop["otf"] = make.job(source, shop["ruleset"], "on the fly", **on_the_fly(shop["source"], word))
    return source, target, shop


def places(target):
    return {
        "environment_id": make.environment(target, "here"),
        "source_environment_id": make.environment(target, "read from"),
    }


def source_of(api, job_name="on the fly", place=None):
    return make.named(api, "MASKING_JOB", job_name, place)["onTheFlyMaskingSource"]


@pytest.mark.parametrize("family", [DATABASE, FILE, DATASET], ids=lambda family: family[2])
def test_source_goes_into_the_source_environment(local, family):
    full, reference, word, _ = family
    source, target, shop = with_job(local, family)
    document = source.document(make.ident("MASKING_JOB", shop["otf"]))
    assert (reference, str(shop["source"])) in make.exported_types(document)
    assert (full, str(shop["source"])) not in make.exported_types(document)
    where = places(target)
    answer = target.import_(document, **where)
    assert answer.status_code == 200, answer.text
    (row,) = [row for row in answer.json() if row["objectType"] == reference]
    number = make.number(target, full, "live", where["source_environment_id"])
    assert row["objectIdentifier"] == {"id": shop["source"]} and row["importedObjectIdentifier"] == {"id": number}
    assert source_of(target) == {"connectorId": number, "connectorType": word}
    assert make.named(target, "MASKING_JOB", "on the fly", where["environment_id"])
    for object_type, name in ((full, "live"), ("MASKING_JOB", "on the fly")):
        there = make.hash_of(source, object_type, make.number(source, object_type, name))
        assert make.hash_of(target, object_type, make.number(target, object_type, name)) == there
    listed = {row["objectType"] for row in target.rows("/syncable-objects")}
    assert reference not in listed and full in listed


def test_source_environment_is_needed_and_is_not_the_target(local):
    source, target, shop = with_job(local)
    document = source.document(make.ident("MASKING_JOB", shop["otf"]))
    place = make.environment(target, "here")
    before = target.hashes()
    for extra in ({}, {"source_environment_id": place}, {"source_environment_id": 1}):
        assert target.import_(document, environment_id=place, **extra).status_code == 400
    assert target.hashes() == before


def test_source_type_cannot_be_asked_for(local):
    source, _, shop = with_job(local)
    answer = source.export(make.ident("SOURCE_DATABASE_CONNECTOR", shop["source"]))
    assert answer.status_code == 400


def test_all_sources_of_an_environment_land_in_one(local):
    source, target, shop = with_job(local)
    second = make.connector(source, make.environment(source, "archive"), "archive db")
    make.job(source, shop["ruleset"], "from the archive", **on_the_fly(second))
    document = source.document(make.ident("ENVIRONMENT", shop["environment"]))
    where = places(target)
    assert target.import_(document, **where).status_code == 200
    rows = target.rows("/database-connectors", environment_id=where["source_environment_id"])
    assert {row["connectorName"] for row in rows} == {"live", "archive db"}
    assert source_of(target, "from the archive")["connectorId"] == make.number(
        target, "DATABASE_CONNECTOR", "archive db"
    )


def test_two_sources_of_one_name_are_refused(local):
    source, _, shop = with_job(local)
    second = make.connector(source, make.environment(source, "archive"), "live")
    make.job(source, shop["ruleset"], "from the archive", **on_the_fly(second))
    answer = source.export(make.ident("ENVIRONMENT", shop["environment"]))
    assert answer.status_code == 400 and "'live'" in answer.json()["errorMessage"]
    for name in ("on the fly", "from the archive"):
        assert source.export(make.ident("MASKING_JOB", make.number(source, "MASKING_JOB", name))).status_code == 200


@pytest.mark.parametrize(("scope", "status"), [("family", 400), ("kind", 400), ("side", 200)])
def test_source_named_like_the_target_connector(local, scope, status):
    source, target, shop = with_job(local, name="crm", same_name_scope=scope)
    assert source.export(make.ident("MASKING_JOB", shop["otf"])).status_code == status
    answer = source.export(make.ident("ENVIRONMENT", shop["environment"]))
    assert answer.status_code == status
    if status == 200:
        where = places(target)
        assert target.import_(answer.json(), **where).status_code == 200
        there = make.number(target, "DATABASE_CONNECTOR", "crm", where["source_environment_id"])
        assert source_of(target)["connectorId"] == there
        assert there != make.number(target, "DATABASE_CONNECTOR", "crm", where["environment_id"])
    assert source.export(make.ident("MASKING_JOB", shop["job"])).status_code == 200


@pytest.mark.parametrize("scope", ["family", "kind"])
def test_source_of_another_kind_named_like_the_target_connector(local, scope):
    source, _, shop = with_job(local, FILE, name="crm", same_name_scope=scope)
    status = source.export(make.ident("MASKING_JOB", shop["otf"])).status_code
    assert status == (400 if scope == "family" else 200)


@pytest.mark.parametrize("switch", ["allowed", "refused"])
def test_one_connector_as_source_and_target(local, switch):
    """A job that reads where another job, or it itself, writes."""
    source, target = (local(data="demo", same_connector_twice=switch).api() for _ in range(2))
    shop = make.shop(source)
    job = make.job(source, shop["ruleset"], "in place", **on_the_fly(shop["connector"]))
    for wanted in (make.ident("MASKING_JOB", job), make.ident("ENVIRONMENT", shop["environment"])):
        answer = source.export(wanted)
        if switch == "refused":
            assert answer.status_code == 400
            continue
        types = make.exported_types(answer.json())
        for object_type in ("DATABASE_CONNECTOR", "SOURCE_DATABASE_CONNECTOR"):
            assert (object_type, str(shop["connector"])) in types
    if switch == "allowed":
        where = places(target)
        assert target.import_(source.document(wanted), **where).status_code == 200
        source_number = make.number(target, "DATABASE_CONNECTOR", "crm", where["source_environment_id"])
        assert source_of(target, "in place")["connectorId"] == source_number
        assert source_number != make.number(target, "DATABASE_CONNECTOR", "crm", where["environment_id"])


def test_where_a_job_reads_is_not_part_of_its_hash(local):
    source, target, shop = with_job(local)
    document = source.document(make.ident("MASKING_JOB", shop["otf"]))
    first = places(target)
    assert target.import_(document, **first).status_code == 200
    before = make.hash_of(source, "MASKING_JOB", shop["otf"])
    assert make.hash_of(target, "MASKING_JOB", make.number(target, "MASKING_JOB", "on the fly")) == before
    path = f"/database-connectors/{shop['source']}"
    source.put(path, json={**source.get(path).json(), "host": "new.example.com"})
    assert make.hash_of(source, "MASKING_JOB", shop["otf"]) != before, "what it reads is"


@pytest.mark.parametrize("switch", ["left", "repointed"])
def test_unchanged_job_with_another_source_environment(local, switch):
    source, target, shop = with_job(local, identical_job_source=switch)
    document = source.document(make.ident("MASKING_JOB", shop["otf"]))
    where = places(target)
    assert target.import_(document, **where).status_code == 200
    first = source_of(target)
    other = make.environment(target, "another source")
    answer = target.import_(document, **{**where, "source_environment_id": other})
    assert answer.status_code == 200
    second = make.number(target, "DATABASE_CONNECTOR", "live", other)
    assert source_of(target)["connectorId"] == (first["connectorId"] if switch == "left" else second)


def test_changed_job_reads_in_the_source_environment_of_its_import(local):
    source, target, shop = with_job(local)
    where = places(target)
    assert target.import_(source.document(make.ident("MASKING_JOB", shop["otf"])), **where).status_code == 200
    path = f"/masking-jobs/{shop['otf']}"
    source.put(path, json=source.get(path).json())
    other = make.environment(target, "another source")
    document = source.document(make.ident("MASKING_JOB", shop["otf"]))
    assert target.import_(document, **{**where, "source_environment_id": other}).status_code == 200
    assert source_of(target)["connectorId"] == make.number(target, "DATABASE_CONNECTOR", "live", other)


@pytest.mark.parametrize("switch", ["moves_hash", "keeps_hash"])
def test_job_is_pointed_at_another_source_by_saving_it(local, switch):
    source, target, shop = with_job(local, repointed_job=switch)
    where = places(target)
    assert target.import_(source.document(make.ident("MASKING_JOB", shop["otf"])), **where).status_code == 200
    row = make.named(target, "MASKING_JOB", "on the fly")
    third_place = make.environment(target, "third")
    connector = source.document(make.ident("DATABASE_CONNECTOR", shop["source"]))
    assert target.import_(connector, environment_id=third_place).status_code == 200
    third = make.number(target, "DATABASE_CONNECTOR", "live", third_place)
    path = f"/masking-jobs/{row['maskingJobId']}"
    row["onTheFlyMaskingSource"]["connectorId"] = third
    assert target.put(path, json=row).json()["onTheFlyMaskingSource"]["connectorId"] == third
    assert target.get(path).json() == row
    same = make.hash_of(target, "MASKING_JOB", row["maskingJobId"]) == make.hash_of(source, "MASKING_JOB", shop["otf"])
    assert same is (switch == "keeps_hash")


def test_existing_source_connector_keeps_its_password(local):
    target = local(data="demo", name="target")
    source, api = local(data="demo", name="source").api(), target.api()
    shop = make.shop(source)
    live = make.connector(source, make.environment(source, "production"), "live")
    job = make.job(source, shop["ruleset"], "on the fly", **on_the_fly(live))
    where = places(api)
    number = make.connector(api, where["source_environment_id"], "live", password="of the target")
    assert api.import_(source.document(make.ident("MASKING_JOB", job)), **where).status_code == 200
    obj = target.engine.model.objects.by_id("database_connector", number)
    assert obj.local["password"] == "of the target" and source_of(api)["connectorId"] == number
    assert obj.type == "DATABASE_CONNECTOR"
