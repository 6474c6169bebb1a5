# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an engine would find outside: the columns of a table, the fields of an uploaded format.

There are no databases here, so the columns of a table follow from its name (invented). The
documented forms of an uploaded format are a field name on each line for delimited files, and a
name with its length for files of fixed width; a copybook is read as far as it names its fields.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

_COLUMNS = (
    ("FIRST_NAME", "VARCHAR2", 60),
    ("LAST_NAME", "VARCHAR2", 60),
    ("EMAIL", "VARCHAR2", 120),
    ("PHONE", "VARCHAR2", 30),
    ("BIRTH_DATE", "DATE", 7),
    ("CITY", "VARCHAR2", 60),
    ("CARD_NO", "VARCHAR2", 19),
    ("REMARKS", "CLOB", 4000),
)
_MOST_FIELDS = 1000
_RECORD_TYPE = "All Records"
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*)")
_COPYBOOK = re.compile(r"^\s*\d\d\s+([A-Z0-9][A-Z0-9-]*)\b.*\bPIC\b", re.IGNORECASE | re.MULTILINE)
_PRINTABLE = re.compile(r"[^\u0000-\u001f]{1,255}")


def columns_of(table: str) -> dict[str, Any]:
    """The columns of a table: a key and three to six others."""
    draw = hashlib.sha256(table.encode()).digest()
    columns: dict[str, Any] = {
        "ID": {"dataType": "NUMBER", "columnLength": 22, "isPrimaryKey": True, "isIndex": True, **_PLAIN}
    }
    for step in range(3 + draw[0] % 4):
        name, data_type, length = _COLUMNS[(draw[1] + step) % len(_COLUMNS)]
        columns[name] = {
            "dataType": data_type,
            "columnLength": length,
            "isPrimaryKey": False,
            "isIndex": False,
            **_PLAIN,
        }
    return columns


_PLAIN = {"isForeignKey": False, "isProfilerWritable": True}


def file_record_types(format_type: str, upload: str) -> dict[str, Any]:
    """The record types of a file format, from the text that was uploaded."""
    rows: list[tuple[str, int | None]]
    if format_type == "XML":
        rows = [(name, None) for name in _ELEMENT.findall(upload)]
    else:
        rows = [_field(line, format_type == "FIXED_WIDTH") for line in upload.splitlines()]
    fields: dict[str, dict[str, Any]] = {}
    for name, length in rows:
        if _PRINTABLE.fullmatch(name) and name not in fields and len(fields) < _MOST_FIELDS:
            fields[name] = {"fieldPositionNumber": len(fields) + 1, "isProfilerWritable": True}
            if length is not None:
                fields[name]["fieldLength"] = length
    return {_RECORD_TYPE: {"_fields": fields}}


def dataset_record_types(copybook: str) -> dict[str, Any]:
    """The record types of a mainframe data set format, from its copybook."""
    names = dict.fromkeys(_COPYBOOK.findall(copybook))
    return {_RECORD_TYPE: {"_fields": {name: {"isProfilerWritable": True} for name in list(names)[:_MOST_FIELDS]}}}


def _field(line: str, has_length: bool) -> tuple[str, int | None]:
    name, _, length = line.partition(",")
    digits = length.strip()
    known = has_length and digits.isdecimal() and digits.isascii() and len(digits) < 9
    return (name.strip(), int(digits)) if known else (line.strip(), None)
