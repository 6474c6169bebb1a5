# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects inside environments: their names and environments, however an engine numbers them."""

from __future__ import annotations

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
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
