# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's documented workflow for all global objects, command by command, on simulated engines.

The commands are those of the documentation (both its old and its present form print the same
ones). Replaced is what every reader replaces: the addresses, the path of the certificate, and
what an earlier command has answered, that is tokens, references and the export document.
"""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from harness.compare import missing_on
from harness.lab import Lab
from harness.reader import Reader

TOKEN = "dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a"
EXPORT_REFERENCE = "EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24="
IMPORT_REFERENCE = "IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24="
LOGIN = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' -d '{ "username": "user123", "password": "pw123" }' 'https://a.example.com/masking/api/login'"""  # noqa: E501 - as printed
IDENTIFIER = """curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/syncable-objects?object_type=GLOBAL_OBJECT'"""  # noqa: E501 - as printed
EXPORT = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[{"objectIdentifier":{"id":"global"},"objectType":"GLOBAL_OBJECT"}]' 'https://a.example.com/masking/api/export-async'"""  # noqa: E501 - as printed
DOWNLOAD = """curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/file-downloads/EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24='"""  # noqa: E501 - as printed
FORGET_EXPORTS = """curl -X DELETE --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/export-async'"""  # noqa: E501 - as printed
IMPORT = """curl -X POST --cacert /path/to/cert --header 'Content-Type: multipart/form-data' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -F file=@export.json 'https://b.example.com/masking/api/import-async?force_overwrite=true'"""  # noqa: E501 - as printed
STATUS = """curl -X GET --cacert /path/to/cert --header 'Accept: application/octet-stream' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/file-downloads/IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24='"""  # noqa: E501 - as printed
FORGET_IMPORTS = """curl -X DELETE --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/import-async'"""  # noqa: E501 - as printed
_HASH = re.compile(r"[0-9a-f]{40}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}")


def assert_objects(rows: list[dict[str, t.Any]]) -> None:
    """Fail unless these are objects as export documents list them."""
    for row in rows:
        assert (
            {"objectIdentifier", "objectType", "revisionHash"}
            <= row.keys()
            <= {
                "objectIdentifier",
                "objectType",
                "revisionHash",
                "revisionId",
            }
        )
        assert _HASH.fullmatch(row["revisionHash"])


@pytest.mark.parametrize("release", ["6.0.1.0", "21.0.0.0", "2025.2.0.0"])
def test_the_documented_commands_give_what_the_documentation_shows(lab: Lab, tmp_path: Path, release: str) -> None:
    source, target = (
        lab.start(name, data, release=release, admin=("user123", "pw123"))
        for name, data in (("a", "demo"), ("b", "empty"))
    )
    reader = Reader(source, target, tmp_path)

    login = reader.json(LOGIN)
    assert login.keys() == {"Authorization"}
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", login["Authorization"])
    reader.replace[TOKEN] = login["Authorization"]

    listed = reader.json(IDENTIFIER)
    assert listed["_pageInfo"] == {"numberOnPage": 1, "total": 1}
    (row,) = listed["responseList"]
    assert (row["objectIdentifier"], row["objectType"]) == ({"id": "global"}, "GLOBAL_OBJECT")
    assert_objects([row])

    exporting = reader.json(EXPORT)
    assert exporting.keys() == {"asyncTaskId", "operation", "reference", "status", "startTime", "cancellable"}
    assert (exporting["operation"], exporting["status"]) == ("EXPORT", "RUNNING")
    assert exporting["cancellable"] is False
    assert isinstance(exporting["asyncTaskId"], int)
    assert _TIME.fullmatch(exporting["startTime"])
    assert re.fullmatch(r"EXPORT-[A-Za-z0-9+/]+=*", exporting["reference"])
    reader.replace[EXPORT_REFERENCE] = exporting["reference"]

    document = reader.types_until_ready(DOWNLOAD)
    assert document.keys() == {"exportResponseMetadata", "blob", "signature", "publicKey"}
    metadata = document["exportResponseMetadata"]
    assert metadata.keys() == {"exportHost", "exportDate", "requestedObjectList", "exportedObjectList"}
    assert metadata["exportHost"] in source.url
    assert _DATE.fullmatch(metadata["exportDate"])
    assert [entry["objectType"] for entry in metadata["requestedObjectList"]] == ["GLOBAL_OBJECT"]
    assert {"DOMAIN", "KEY"} <= {entry["objectType"] for entry in metadata["exportedObjectList"]}
    assert_objects(metadata["requestedObjectList"] + metadata["exportedObjectList"])
    assert all(isinstance(document[part], str) and document[part] for part in ("blob", "signature", "publicKey"))
    (tmp_path / "export.json").write_text(json.dumps(document))

    assert reader.types(FORGET_EXPORTS) == ""
    assert "errorMessage" in reader.json(DOWNLOAD)

    # "see example above", on the other engine
    login = reader.json(LOGIN.replace("a.example.com", "b.example.com"))
    reader.replace[TOKEN] = login["Authorization"]

    importing = reader.json(IMPORT)
    assert importing.keys() == {"asyncTaskId", "operation", "reference", "status", "cancellable"}
    assert (importing["operation"], importing["status"]) == ("IMPORT", "WAITING")
    assert importing["cancellable"] is False
    assert re.fullmatch(r"IMPORT-[A-Za-z0-9+/]+=*", importing["reference"])
    reader.replace[IMPORT_REFERENCE] = importing["reference"]

    statuses = reader.types_until_ready(STATUS)
    assert len(statuses) > 150
    for status in statuses:
        assert status.keys() == {"objectIdentifier", "importedObjectIdentifier", "objectType", "importStatus"}
        assert status["importStatus"] == "SUCCESS"
    assert {"DOMAIN", "KEY"} <= {status["objectType"] for status in statuses}

    assert reader.types(FORGET_IMPORTS) == ""
    assert "errorMessage" in reader.json(STATUS)
    assert missing_on(target, source) == set()
