# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects inside environments: their names and environments, however an engine numbers them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    read_catalog,
)
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row, row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import key
from ansible_collections.maskops.delphix.tests.unit.support.lists import Lists

ENVIRONMENTS = [
    {"environmentId": 1, "environmentName": "QA"},
    {"environmentId": 2, "environmentName": "DEV"},
]


def connector(number: int, environment: int, name: str = "oracle") -> Row:
    return {"databaseConnectorId": number, "connectorName": name, "environmentId": environment}


def ruleset(number: int, connector_number: int, name: str = "customers") -> Row:
    return {"databaseRulesetId": number, "rulesetName": name, "databaseConnectorId": connector_number}


def job(number: int, ruleset_number: int, environment: int, name: str = "nightly") -> Row:
    """The last one is known to the engine's filter only."""
    return {"maskingJobId": number, "jobName": name, "rulesetId": ruleset_number, "environment_id": environment}


LISTS = {
    "/environments": ENVIRONMENTS,
    "/database-connectors": [connector(10, 1), connector(11, 2)],
    "/database-rulesets": [ruleset(20, 10), ruleset(21, 11)],
    "/masking-jobs": [job(30, 20, 1), job(31, 21, 2)],
}


def keys(kind: str, *numbers: int, **lists: list[Row]) -> dict[int, ObjectKey]:
    """Keys by number; lists replace those of the same path, with underscores."""
    changed = {f"/{path.replace('_', '-')}": rows for path, rows in lists.items()}
    engine = Lists(*(row(kind, {"id": number}) for number in numbers), lists={**LISTS, **changed})
    catalog = read_catalog(engine.engine)
    return {entry.identifier["id"]: entry.key for entry in catalog.objects.values()}


def test_one_name_in_two_environments_is_two_objects() -> None:
    assert keys("DATABASE_CONNECTOR", 10, 11) == {
        10: key("DATABASE_CONNECTOR", "oracle", "QA"),
        11: key("DATABASE_CONNECTOR", "oracle", "DEV"),
    }
    assert keys("DATABASE_RULESET", 20, 21) == {
        20: key("DATABASE_RULESET", "customers", "QA"),
        21: key("DATABASE_RULESET", "customers", "DEV"),
    }
    assert keys("MASKING_JOB", 30, 31) == {
        30: key("MASKING_JOB", "nightly", "QA"),
        31: key("MASKING_JOB", "nightly", "DEV"),
    }


def test_environments_themselves_are_of_the_engine() -> None:
    assert keys("ENVIRONMENT", 1) == {1: key("ENVIRONMENT", "QA")}


def test_numbers_of_different_kinds_collide() -> None:
    # Database and file objects share numbers (seen in clients), and a job tells only a number.
    files = {
        "file_connectors": [{"fileConnectorId": 10, "connectorName": "share", "environmentId": 2}],
        "file_rulesets": [{"fileRulesetId": 20, "rulesetName": "files", "fileConnectorId": 10}],
    }
    assert keys("FILE_RULESET", 20, **files) == {20: key("FILE_RULESET", "files", "DEV")}
    assert keys("DATABASE_RULESET", 20, **files) == {20: key("DATABASE_RULESET", "customers", "QA")}
    jobs = [job(30, 20, 1, "on tables"), job(32, 20, 2, "on files")]
    assert keys("MASKING_JOB", 30, 32, masking_jobs=jobs, **files) == {
        30: key("MASKING_JOB", "on tables", "QA"),
        32: key("MASKING_JOB", "on files", "DEV"),
    }


def test_both_spellings_of_mainframe_connectors() -> None:
    # A vendor reference prints the second one.
    for field in ("mainframeDatasetConnectorId", "mainframe-datasetConnectorId"):
        connectors: list[Row] = [{field: 5, "connectorName": "host", "environmentId": 1}]
        found = keys("DATASET_CONNECTOR", 5, mainframe_dataset_connectors=connectors)
        assert found == {5: key("DATASET_CONNECTOR", "host", "QA")}


def test_every_kind_of_job_and_ruleset() -> None:
    lists: dict[str, list[Row]] = {
        "file_connectors": [{"fileConnectorId": 12, "connectorName": "share", "environmentId": 2}],
        "file_rulesets": [{"fileRulesetId": 22, "rulesetName": "files", "fileConnectorId": 12}],
        "mainframe_dataset_connectors": [
            {"mainframeDatasetConnectorId": 13, "connectorName": "host", "environmentId": 1}
        ],
        "mainframe_dataset_rulesets": [
            {"mainframeDatasetRulesetId": 23, "rulesetName": "sets", "mainframeDatasetConnectorId": 13}
        ],
    }
    assert keys("FILE_RULESET", 22, **lists) == {22: key("FILE_RULESET", "files", "DEV")}
    assert keys("DATASET_RULESET", 23, **lists) == {23: key("DATASET_RULESET", "sets", "QA")}
    for kind in ("profile", "tokenization", "reidentification"):
        jobs = [
            {f"{kind}JobId": number, "jobName": kind, "rulesetId": below}
            for number, below in ((40, 20), (41, 22), (42, 23))
        ]
        name = f"{kind.upper()}_JOB"
        assert keys(name, 40, 41, 42, **{f"{kind}_jobs": jobs}, **lists) == {
            40: key(name, kind, "QA"),
            41: key(name, kind, "DEV"),
            # The same name in the same environment is a double: the first one listed is kept.
        }


def test_what_is_in_no_list_cannot_be_placed() -> None:
    engine = Lists(row("MASKING_JOB", {"id": 30}), row("MASKING_JOB", {"id": 99}), lists=LISTS)
    catalog = read_catalog(engine.engine)
    assert list(catalog.objects) == [key("MASKING_JOB", "nightly", "QA")]
    assert [entry.identifier["id"] for entry in catalog.unnamed] == [99]


def test_no_list_is_read_twice_or_in_vain() -> None:
    engine = Lists(
        row("MASKING_JOB", {"id": 30}), row("MASKING_JOB", {"id": 31}), row("DATABASE_RULESET", {"id": 20}), lists=LISTS
    )
    read_catalog(engine.engine)
    assert len(set(engine.asked)) == len(engine.asked)
    assert "/profile-jobs" not in engine.asked
    alone = Lists(row("DATABASE_CONNECTOR", {"id": 10}), lists=LISTS)
    read_catalog(alone.engine)
    assert set(alone.asked) == {"/syncable-objects", "/database-connectors", "/environments"}


# What objects hang on


def catalog_of(*listed: tuple[str, int], **lists: list[Row]) -> Catalog:
    """A catalog; lists replace those of the same path, with underscores."""
    changed = {f"/{path.replace('_', '-')}": rows for path, rows in lists.items()}
    rows = [row(kind, {"id": number}) for kind, number in listed]
    return read_catalog(Lists(*rows, lists={**LISTS, **changed}).engine)


# A ruleset of another kind with a number that one of the first kind has as well.
FILES: dict[str, list[Row]] = {
    "file_connectors": [
        {"fileConnectorId": 10, "connectorName": "share", "environmentId": 2},
        {"fileConnectorId": 11, "connectorName": "share", "environmentId": 1},
    ],
    "file_rulesets": [
        {"fileRulesetId": 20, "rulesetName": "files", "fileConnectorId": 10},
        {"fileRulesetId": 21, "rulesetName": "files", "fileConnectorId": 11},
    ],
}
QA_FILES, DEV_FILES = key("FILE_RULESET", "files", "QA"), key("FILE_RULESET", "files", "DEV")
QA_TABLES, DEV_TABLES = key("DATABASE_RULESET", "customers", "QA"), key("DATABASE_RULESET", "customers", "DEV")


def test_jobs_hang_on_rulesets_and_rulesets_on_connectors() -> None:
    found = catalog_of(("MASKING_JOB", 30), ("DATABASE_RULESET", 20), ("DATABASE_CONNECTOR", 10))
    assert found.parents == {
        key("MASKING_JOB", "nightly", "QA"): QA_TABLES,
        QA_TABLES: key("DATABASE_CONNECTOR", "oracle", "QA"),
    }
    assert found.carried(key("MASKING_JOB", "nightly", "QA")) == [
        key("MASKING_JOB", "nightly", "QA"),
        QA_TABLES,
        key("DATABASE_CONNECTOR", "oracle", "QA"),
    ]


@pytest.mark.parametrize(
    ("word", "number", "expected"),
    [
        ("DATABASE", 20, QA_TABLES),
        ("DATABASE_RULESET", 21, DEV_TABLES),
        ("Database", 20, QA_TABLES),
        ("FILE", 20, DEV_FILES),
        ("FILE", 21, QA_FILES),
        ("file_ruleset", 20, DEV_FILES),
    ],
)
def test_a_job_tells_the_kind_of_its_ruleset(word: str, number: int, expected: ObjectKey) -> None:
    one = {**job(30, number, 0), "rulesetType": word}
    found = catalog_of(("MASKING_JOB", 30), masking_jobs=[one], **FILES)
    nightly = key("MASKING_JOB", "nightly", expected.environment)
    assert found.parents == {nightly: expected}
    assert set(found.objects) == {nightly}


@pytest.mark.parametrize("word", ["MAINFRAME_DATASET", "MAINFRAME", "DATASET", "VSAM", "mainframe-dataset"])
def test_words_for_mainframe_rulesets(word: str) -> None:
    found = catalog_of(
        ("MASKING_JOB", 30),
        mainframe_dataset_connectors=[{"mainframeDatasetConnectorId": 10, "connectorName": "host", "environmentId": 2}],
        mainframe_dataset_rulesets=[
            {"mainframeDatasetRulesetId": 20, "rulesetName": "tapes", "mainframeDatasetConnectorId": 10}
        ],
        masking_jobs=[{**job(30, 20, 0), "rulesetType": word}],
    )
    assert list(found.parents.values()) == [key("DATASET_RULESET", "tapes", "DEV")]


@pytest.mark.parametrize("word", [None, "CUSTOM", 7])
def test_without_a_word_that_is_known_the_engine_tells_the_environment(word: object) -> None:
    jobs = [{**job(30, 20, 1, "one"), "rulesetType": word}, {**job(31, 20, 2, "two"), "rulesetType": word}]
    found = catalog_of(("MASKING_JOB", 30), ("MASKING_JOB", 31), masking_jobs=jobs, **FILES)
    assert found.parents == {key("MASKING_JOB", "one", "QA"): QA_TABLES, key("MASKING_JOB", "two", "DEV"): DEV_FILES}


def test_a_ruleset_that_cannot_be_told_is_not_guessed() -> None:
    # Rulesets of two kinds with this number in one environment, and the job says nothing.
    lists = {**FILES, "file_connectors": [{"fileConnectorId": 10, "connectorName": "share", "environmentId": 1}]}
    found = catalog_of(("MASKING_JOB", 30), masking_jobs=[job(30, 20, 1)], **lists)
    assert set(found.objects) == {key("MASKING_JOB", "nightly", "QA")}
    assert found.parents == {}
    assert not found.unnamed


def test_a_catalog_survives_the_way_through_a_file() -> None:
    jobs = [
        {
            **job(30, 20, 1),
            "onTheFlyMasking": True,
            "onTheFlyMaskingSource": {"connectorId": 11, "connectorType": "DATABASE"},
        },
        {**job(31, 21, 2), "onTheFlyMasking": True, "email": "ü@example.com"},
    ]
    found = catalog_of(("MASKING_JOB", 30), ("MASKING_JOB", 31), ("DATABASE_RULESET", 20), masking_jobs=jobs)
    assert Catalog.from_json(json.loads(json.dumps(found.to_json()))) == found


# Where on-the-fly jobs read from


@pytest.mark.parametrize(
    ("word", "expected"),
    [("DATABASE", key("DATABASE_CONNECTOR", "oracle", "DEV")), ("FILE", key("FILE_CONNECTOR", "share", "QA"))],
)
def test_numbers_of_connectors_mean_one_kind_each(word: str, expected: ObjectKey) -> None:
    told = {"connectorId": 11, "connectorType": word}
    jobs = [{**job(30, 20, 1), "rulesetType": "DATABASE", "onTheFlyMasking": True, "onTheFlyMaskingSource": told}]
    found = catalog_of(("MASKING_JOB", 30), masking_jobs=jobs, **FILES)
    nightly = key("MASKING_JOB", "nightly", "QA")
    assert found.on_the_fly[nightly].source == expected
    assert expected in found.carried(nightly)


def test_numbers_of_one_engine_are_no_settings_of_a_job() -> None:
    told = {"connectorId": 11, "connectorType": "DATABASE"}
    shown = {"onTheFlyMasking": True, "onTheFlyMaskingSource": told, "email": "a@example.com", "environmentId": 1}
    local = {"createdBy": "admin", "createdTime": "2026-01-01T00:00:00.000+0000", "rulesetType": "DATABASE"}
    found = catalog_of(("MASKING_JOB", 30), masking_jobs=[{**job(30, 20, 1), **shown, **local}])
    settings = found.on_the_fly[key("MASKING_JOB", "nightly", "QA")].settings
    assert settings["email"] == "a@example.com"
    assert not {"maskingJobId", "rulesetId", "environmentId", "createdBy", "createdTime"} & set(settings)
    assert told not in settings.values()


@pytest.mark.parametrize("flag", [False, None])
def test_other_jobs_read_from_nowhere(flag: bool | None) -> None:
    found = catalog_of(("MASKING_JOB", 30), masking_jobs=[{**job(30, 20, 1), "onTheFlyMasking": flag}])
    assert found.on_the_fly == {}
