# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables and columns, files, data sets, formats with record types and fields."""

from __future__ import annotations

import pytest
import simulator_environments as make

COPYBOOK = b"""
       01  EMPLOYEE.
           05  EMP-NO      PIC 9(6).
           05  EMP-NAME    PIC X(30).
           05  FILLER-GROUP.
"""


def api_of(local, **switches):
    return local(data="demo", **switches).api()


def with_ruleset(local, tables=("CUSTOMER", "ORDERS")):
    api = api_of(local)
    connector = make.connector(api, make.environment(api, "here"))
    return api, connector, make.ruleset(api, connector, tables=tables)


def upload(api, name, data, format_type="DELIMITED"):
    answer = api.post("/file-formats", files={"fileFormat": (name, data)}, data={"fileFormatType": format_type})
    assert answer.status_code == 200, answer.text
    return answer.json()["fileFormatId"]


def fields(api, file_format):
    return {row["fieldName"]: row for row in api.rows("/file-field-metadata", file_format_id=file_format)}


def test_ruleset_belongs_to_the_environment_of_its_connector(local):
    api, connector, ruleset = with_ruleset(local)
    place = api.get(f"/database-connectors/{connector}").json()["environmentId"]
    row = api.get(f"/database-rulesets/{ruleset}").json()
    assert "environmentId" not in row and row in api.rows("/database-rulesets", environment_id=place)
    assert api.post("/database-rulesets", json=row).status_code == 409
    other = make.connector(api, make.environment(api, "there"))
    assert api.post("/database-rulesets", json={**row, "databaseConnectorId": other}).status_code == 200
    assert api.put(f"/database-rulesets/{ruleset}", json={**row, "databaseConnectorId": other}).status_code == 400
    assert api.post("/database-rulesets", json={**row, "databaseConnectorId": 1}).status_code == 404
    renamed = api.put(f"/database-rulesets/{ruleset}", json={**row, "rulesetName": "renamed"})
    assert renamed.status_code == 200
    assert len(api.rows("/table-metadata", ruleset_id=ruleset)) == 2, "saving a ruleset keeps its tables"


def test_life_of_a_table(local):
    api, _, ruleset = with_ruleset(local, ())
    body = {"tableName": "CUSTOMER", "rulesetId": ruleset, "whereClause": "ID > 0"}
    table = make.made(api, "/table-metadata", body)
    path = f"/table-metadata/{table['tableMetadataId']}"
    assert table == {**table, **body, "isMasked": False}
    assert api.get(path).json() == table and api.rows("/table-metadata", ruleset_id=ruleset) == [table]
    assert api.post("/table-metadata", json=body).status_code == 409
    columns = make.columns(api, ruleset)
    assert "CUSTOMER.ID" in columns and len(columns) >= 4
    answer = api.put(path, json={**table, "whereClause": "ID > 1"})
    assert answer.json() == {**table, "whereClause": "ID > 1"}
    assert make.columns(api, ruleset) == columns, "saving a table keeps its columns and their numbers"
    other = make.made(api, "/table-metadata", {"tableName": "OTHER", "rulesetId": ruleset})
    assert api.put(path, json={**table, "tableName": "OTHER"}).status_code == 409
    assert api.put(path, json={**table, "rulesetId": ruleset + 1}).status_code == 400
    assert api.delete(f"/table-metadata/{other['tableMetadataId']}").status_code == 200
    renamed = api.put(path, json={**table, "tableName": "CLIENT"})
    assert renamed.json() == {**table, "tableName": "CLIENT"}, "with its number"
    assert [row["columnMetadataId"] for row in make.columns(api, ruleset).values()] == [
        row["columnMetadataId"] for row in columns.values()
    ]
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404
    column = columns["CUSTOMER.ID"]["columnMetadataId"]
    assert api.get(f"/column-metadata/{column}").status_code == 404
    assert api.rows("/table-metadata", ruleset_id=ruleset) == []


def test_lists_are_filtered_and_know_what_does_not_exist(local):
    api, connector, ruleset = with_ruleset(local)
    other = make.ruleset(api, connector, "other", tables=("CUSTOMER",))
    tables = api.rows("/table-metadata", ruleset_id=ruleset)
    assert [row["tableName"] for row in tables] == ["CUSTOMER", "ORDERS"]
    assert len(api.rows("/table-metadata")) == 3
    everything = {**make.columns(api, ruleset)}
    first = tables[0]["tableMetadataId"]
    of_first = api.rows("/column-metadata", table_metadata_id=first)
    assert {row["tableMetadataId"] for row in of_first} == {first}
    assert len(api.rows("/column-metadata")) == len(everything) + len(make.columns(api, other))
    for path, params in (
        ("/table-metadata", {"ruleset_id": 1}),
        ("/column-metadata", {"table_metadata_id": 1}),
        ("/file-metadata", {"ruleset_id": ruleset}),
        ("/mainframe-dataset-metadata", {"ruleset_id": ruleset}),
        ("/file-field-metadata", {"file_format_id": 1}),
        ("/record-types", {"file_format_id": 1}),
        ("/mainframe-dataset-field-metadata", {"mainframe_dataset_format_id": 1}),
    ):
        assert api.get(path, params=params).status_code == 404, path
    page = api.get("/column-metadata", params={"page_size": 2, "page_number": 2}).json()
    assert page["responseList"] == api.rows("/column-metadata")[2:4]


def test_column_is_masked_by_a_domain_and_its_algorithm(local):
    api, _, ruleset = with_ruleset(local, ("CUSTOMER",))
    name = next(key for key in make.columns(api, ruleset) if key != "CUSTOMER.ID")
    column = make.columns(api, ruleset)[name]
    path = f"/column-metadata/{column['columnMetadataId']}"
    assert column["isMasked"] is False and "algorithmName" not in column
    masked = make.mask(api, ruleset, name, "CUSTOMER_EMAIL")
    assert (masked["algorithmName"], masked["isMasked"]) == ("CustomerEmail", True)
    assert api.rows("/column-metadata", is_masked="true") == [masked]
    assert masked not in api.rows("/column-metadata", is_masked="false")
    assert [row["isMasked"] for row in api.rows("/table-metadata", ruleset_id=ruleset)] == [True]
    other = make.mask(api, ruleset, name, "CUSTOMER_EMAIL", algorithmName="CustomerCity")
    assert other["algorithmName"] == "CustomerCity"
    bare = {field: value for field, value in column.items() if field not in ("domainName", "algorithmName")}
    assert api.put(path, json={**bare, "algorithmName": "CustomerCity"}).status_code == 400
    assert api.put(path, json={**bare, "domainName": "NONE"}).status_code == 404
    assert api.put(path, json={**bare, "domainName": "CITY", "algorithmName": "none"}).status_code == 404
    assert api.put(path, json={**bare, "columnName": "OTHER"}).status_code == 400
    assert api.put(path, json={**bare, "dataType": "BLOB"}).json() == column, "what a table has cannot be set"


def test_domain_and_algorithm_in_use_are_not_deleted(local):
    api, _, ruleset = with_ruleset(local, ("CUSTOMER",))
    make.made(api, "/domains", {"domainName": "OWN", "defaultAlgorithmCode": "CustomerEmail"})
    make.mask(api, ruleset, "CUSTOMER.ID", "OWN")
    assert api.delete("/domains/OWN").status_code == 409
    table = api.rows("/table-metadata")[0]["tableMetadataId"]
    assert api.delete(f"/table-metadata/{table}").status_code == 200
    assert api.delete("/domains/OWN").status_code == 200


def test_bulk_update_replaces_the_tables(local):
    api, _, ruleset = with_ruleset(local)
    before = make.columns(api, ruleset)
    body = {"tableMetadata": [{"tableName": name, "rulesetId": ruleset} for name in ("ORDERS", "ITEMS")]}
    answer = api.put(f"/database-rulesets/{ruleset}/bulk-table-update", json=body)
    assert answer.json()["operation"] == "TABLE_BULK_UPDATE"
    assert api.ended(answer.json())["status"] == "SUCCEEDED"
    after = make.columns(api, ruleset)
    assert {name.split(".")[0] for name in after} == {"ORDERS", "ITEMS"}
    assert after["ORDERS.ID"] == before["ORDERS.ID"]
    body["tableMetadata"].append(body["tableMetadata"][0])
    assert api.put(f"/database-rulesets/{ruleset}/bulk-table-update", json=body).status_code == 409
    assert api.put("/database-rulesets/1/bulk-table-update", json=body).status_code == 404


def test_files_of_a_ruleset(local):
    api = api_of(local)
    connector = make.file_connector(api, make.environment(api, "here"))
    ruleset = make.made(api, "/file-rulesets", {"rulesetName": "files", "fileConnectorId": connector})["fileRulesetId"]
    formats = {row["fileFormatName"]: row["fileFormatId"] for row in api.rows("/file-formats")}
    body = {"fileName": "orders.*", "rulesetId": ruleset, "fileFormatId": formats["orders.csv"], "delimiter": ","}
    row = make.made(api, "/file-metadata", {**body, "nameIsRegularExpression": True})
    assert row == {**body, **row} and row["fileType"] == "DELIMITED"
    path = f"/file-metadata/{row['fileMetadataId']}"
    assert (
        api.put(path, json={**row, "fileFormatId": formats["plain.csv"]}).json()["fileFormatId"] == formats["plain.csv"]
    )
    assert api.put(path, json={**row, "fileFormatId": 1}).status_code == 404
    assert api.delete(f"/file-formats/{formats['plain.csv']}").status_code == 409, "in use"
    assert api.rows("/file-metadata", ruleset_id=ruleset)[0]["fileFormatId"] == formats["plain.csv"]
    bulk = api.put(f"/file-rulesets/{ruleset}/bulk-file-update", json={"fileMetadata": []})
    assert bulk.json()["operation"] == "DATAFILE_BULK_UPDATE"
    assert api.rows("/file-metadata", ruleset_id=ruleset) == []
    assert api.delete(f"/file-formats/{formats['plain.csv']}").status_code == 200


@pytest.mark.parametrize(
    ("format_type", "data", "expected"),
    [
        ("DELIMITED", b"name\nemail\n\nname\n", {"name": None, "email": None}),
        ("FIXED_WIDTH", b"name,20\nemail, 40\nrest\n", {"name": 20, "email": 40, "rest": None}),
        ("XML", b"<order><id/><buyer x='1'>n</buyer></order>", {"order": None, "id": None, "buyer": None}),
    ],
)
def test_fields_of_an_uploaded_format(local, format_type, data, expected):
    api = api_of(local)
    found = fields(api, upload(api, "new.txt", data, format_type))
    assert {name: row.get("fieldLength") for name, row in found.items()} == expected
    assert [row["fieldPositionNumber"] for row in found.values()] == list(range(1, len(expected) + 1))


def test_field_of_a_format_is_masked(local):
    api = api_of(local)
    file_format = upload(api, "new.csv", b"name\nemail\n")
    row = fields(api, file_format)["email"]
    (record_type,) = api.rows("/record-types", file_format_id=file_format)
    assert (row["recordTypeId"], row["fileFormatId"]) == (record_type["recordTypeId"], file_format)
    answer = api.put(f"/file-field-metadata/{row['fileFieldMetadataId']}", json={**row, "domainName": "EMAIL"})
    assert answer.status_code == 200 and answer.json()["isMasked"] is True
    assert answer.json()["algorithmName"] == "dlpx-core:Email SL"
    masked = api.rows("/file-field-metadata", file_format_id=file_format, is_masked="true")
    assert masked == [answer.json()]
    by_name = {"record_type_id": record_type["recordTypeId"], "field_name": "name"}
    assert [row["fieldName"] for row in api.rows("/file-field-metadata", **by_name)] == ["name"]


def test_record_types_of_a_format(local):
    api = api_of(local)
    file_format = upload(api, "new.csv", b"name\n")
    row = make.made(api, "/record-types", {"recordTypeName": "Last", "fileFormatId": file_format})
    path = f"/record-types/{row['recordTypeId']}"
    row = {**row, "recordTypeName": "Trailer"}
    assert api.put(path, json=row).json() == row
    assert api.get(f"/record-types/{row['recordTypeId']}").json() == row
    assert len(api.rows("/record-types", file_format_id=file_format)) == 2
    assert api.delete(f"/record-types/{row['recordTypeId']}").status_code == 200
    assert len(api.rows("/record-types", file_format_id=file_format)) == 1


def test_mainframe_data_sets(local):
    api = api_of(local)
    answer = api.post("/mainframe-dataset-formats", files={"mainframeDatasetFormat": ("EMP.CPY", COPYBOOK)})
    assert answer.status_code == 200, answer.text
    number = answer.json()["mainframeDatasetFormatId"]
    rows = api.rows("/mainframe-dataset-field-metadata", mainframe_dataset_format_id=number)
    assert [row["fieldName"] for row in rows] == ["EMP-NO", "EMP-NAME"]
    (record_type,) = api.rows("/mainframe-dataset-record-types", mainframe_dataset_format_id=number)
    assert rows[0]["mainframeDatasetRecordTypeId"] == record_type["mainframeDatasetRecordTypeId"]
    path = f"/mainframe-dataset-field-metadata/{rows[1]['mainframeDatasetFieldMetadataId']}"
    assert api.put(path, json={**rows[1], "domainName": "FULL_NAME"}).json()["isMasked"] is True
    connector = make.dataset_connector(api, make.environment(api, "here"))
    ruleset = make.made(
        api, "/mainframe-dataset-rulesets", {"rulesetName": "sets", "mainframeDatasetConnectorId": connector}
    )["mainframeDatasetRulesetId"]
    body = {"fileName": "HLQ.EMP", "rulesetId": ruleset, "mainframeDatasetFormatId": number}
    row = make.made(api, "/mainframe-dataset-metadata", {**body, "recordFormat": "FIXED_BLOCKED"})
    assert api.rows("/mainframe-dataset-metadata", ruleset_id=ruleset) == [row]
    assert api.delete(f"/mainframe-dataset-formats/{number}").status_code == 409, "in use"
    assert api.delete(f"/mainframe-dataset-metadata/{row['mainframeDatasetMetadataId']}").status_code == 200
    assert api.delete(f"/mainframe-dataset-formats/{number}").status_code == 200


def test_tables_files_and_data_sets_share_their_numbers(local):
    """A client keeps tables and files in one map by number."""
    api, _, ruleset = with_ruleset(local, ("CUSTOMER",))
    table = api.rows("/table-metadata", ruleset_id=ruleset)[0]["tableMetadataId"]
    place = make.environment(api, "there")
    files = make.made(
        api, "/file-rulesets", {"rulesetName": "files", "fileConnectorId": make.file_connector(api, place)}
    )["fileRulesetId"]
    file_format = api.rows("/file-formats")[0]["fileFormatId"]
    body = {"fileName": "a", "rulesetId": files, "fileFormatId": file_format}
    assert make.made(api, "/file-metadata", body)["fileMetadataId"] == table + 1
