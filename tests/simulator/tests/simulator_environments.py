# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes applications, environments and what is in them, through the API as a person would."""

from __future__ import annotations

from typing import Any

from simulator_support import Api, Row

ID_FIELDS = {
    "DATABASE_CONNECTOR": ("/database-connectors", "databaseConnectorId", "connectorName"),
    "FILE_CONNECTOR": ("/file-connectors", "fileConnectorId", "connectorName"),
    "DATASET_CONNECTOR": ("/mainframe-dataset-connectors", "mainframeDatasetConnectorId", "connectorName"),
    "DATABASE_RULESET": ("/database-rulesets", "databaseRulesetId", "rulesetName"),
    "FILE_RULESET": ("/file-rulesets", "fileRulesetId", "rulesetName"),
    "DATASET_RULESET": ("/mainframe-dataset-rulesets", "mainframeDatasetRulesetId", "rulesetName"),
    "MASKING_JOB": ("/masking-jobs", "maskingJobId", "jobName"),
    "PROFILE_JOB": ("/profile-jobs", "profileJobId", "jobName"),
    "TOKENIZATION_JOB": ("/tokenization-jobs", "tokenizationJobId", "jobName"),
    "REIDENTIFICATION_JOB": ("/reidentification-jobs", "reidentificationJobId", "jobName"),
}


def made(api: Api, path: str, body: Row) -> Row:
    """The object that a POST makes."""
    answer = api.post(path, json=body)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()  # type: ignore[no-any-return]


def application(api: Api, name: str = "Shop") -> int:
    known = [row["applicationId"] for row in api.rows("/applications") if row["applicationName"] == name]
    return known[0] if known else made(api, "/applications", {"applicationName": name})["applicationId"]


def environment(api: Api, name: str, purpose: str = "MASK", app: str = "Shop") -> int:
    body = {"environmentName": name, "applicationId": application(api, app), "purpose": purpose}
    return made(api, "/environments", body)["environmentId"]  # type: ignore[no-any-return]


def connector(api: Api, place: int, name: str = "crm", **fields: Any) -> int:
    body = {
        "connectorName": name,
        "databaseType": "ORACLE",
        "environmentId": place,
        "host": "db.example.com",
        "port": 1521,
        "sid": "CRM",
        "username": "MASKER",
        "password": "s3cret",
        **fields,
    }
    return made(api, "/database-connectors", body)["databaseConnectorId"]  # type: ignore[no-any-return]


def file_connector(api: Api, place: int, name: str = "drop", **info: Any) -> int:
    connection = {"connectionMode": "SFTP", "host": "sftp.example.com", "loginName": "masker", "path": "/in", **info}
    body = {"connectorName": name, "environmentId": place, "fileType": "DELIMITED", "connectionInfo": connection}
    return made(api, "/file-connectors", body)["fileConnectorId"]  # type: ignore[no-any-return]


def dataset_connector(api: Api, place: int, name: str = "host", **info: Any) -> int:
    connection = {"connectionMode": "FTP", "host": "zos.example.com", "loginName": "masker", "path": "/hlq", **info}
    body = {"connectorName": name, "environmentId": place, "connectionInfo": connection}
    return made(api, "/mainframe-dataset-connectors", body)["mainframeDatasetConnectorId"]  # type: ignore[no-any-return]


def ruleset(api: Api, connector_id: int, name: str = "customers", tables: tuple[str, ...] = ("CUSTOMER",)) -> int:
    number: int = made(api, "/database-rulesets", {"rulesetName": name, "databaseConnectorId": connector_id})[
        "databaseRulesetId"
    ]
    for table in tables:
        made(api, "/table-metadata", {"tableName": table, "rulesetId": number})
    return number


def job(api: Api, ruleset_id: int, name: str = "mask customers", path: str = "/masking-jobs", **fields: Any) -> int:
    row = made(api, path, {"jobName": name, "rulesetId": ruleset_id, **fields})
    return next(value for field, value in row.items() if field.endswith("JobId"))  # type: ignore[no-any-return]


def columns(api: Api, ruleset_id: int) -> dict[str, Row]:
    """The columns of all tables of a ruleset by TABLE.COLUMN."""
    return {
        f"{table['tableName']}.{column['columnName']}": column
        for table in api.rows("/table-metadata", ruleset_id=ruleset_id)
        for column in api.rows("/column-metadata", table_metadata_id=table["tableMetadataId"])
    }


def mask(api: Api, ruleset_id: int, column: str, domain: str = "CUSTOMER_EMAIL", **fields: Any) -> Row:
    row = {**columns(api, ruleset_id)[column], "domainName": domain, **fields}
    answer = api.put(f"/column-metadata/{row['columnMetadataId']}", json=row)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def shop(api: Api, name: str = "shop dev", job_name: str = "mask customers") -> Row:
    """An environment with a connector, a ruleset with a masked column, and a masking job; their numbers."""
    place = environment(api, name)
    connector_id = connector(api, place)
    ruleset_id = ruleset(api, connector_id, tables=("CUSTOMER", "ORDERS"))
    first = min(key for key in columns(api, ruleset_id) if key != "CUSTOMER.ID" and key.startswith("CUSTOMER."))
    mask(api, ruleset_id, first)
    job_id = job(api, ruleset_id, job_name)
    return {"environment": place, "connector": connector_id, "ruleset": ruleset_id, "job": job_id, "column": first}


def ident(object_type: str, number: int) -> Row:
    return {"objectIdentifier": {"id": number}, "objectType": object_type}


def named(api: Api, object_type: str, name: str, place: int | None = None) -> Row:
    """The one object of a type with a name, in an environment."""
    path, _, name_field = ID_FIELDS[object_type]
    params = {} if place is None else {"environment_id": place}
    (row,) = [row for row in api.rows(path, **params) if row[name_field] == name]
    return row


def number(api: Api, object_type: str, name: str, place: int | None = None) -> int:
    return named(api, object_type, name, place)[ID_FIELDS[object_type][1]]  # type: ignore[no-any-return]


def hash_of(api: Api, object_type: str, identifier: int) -> str:
    return api.hashes(object_type)[object_type, str(identifier)]


def exported_types(document: Row) -> list[tuple[str, str]]:
    return sorted(
        (row["objectType"], str(next(iter(row["objectIdentifier"].values()))))
        for row in document["exportResponseMetadata"]["exportedObjectList"]
    )
