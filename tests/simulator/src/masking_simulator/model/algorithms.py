# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masking algorithms: frameworks, and how API types and syncable types belong together.

Until 6.0.3 there are only the classic types. From 6.0.4 algorithms of the new framework
exist beside them (API type COMPONENT, syncable type USER_ALGORITHM); from 6.0.15 all
algorithms are of the new framework (documented; the exact API type names are inferred).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from masking_simulator.releases import Release

COMPONENT = "COMPONENT"
CORE_PLUGIN = "dlpx-core"

#: API type of a classic algorithm -> its syncable type; "" cannot be synchronised
CLASSIC_TYPES: dict[str, str] = {
    "BINARY_LOOKUP": "BINARYLOOKUP",
    "CLEANSING": "CLEANSING",
    "DATE_SHIFT": "DATE_SHIFT",
    "LOOKUP": "LOOKUP",
    "MAPPING": "",
    "MAPPLET": "MAPPLET",
    "MINMAX": "MIN_MAX",
    "REDACTION": "REDACTION",
    "SEGMENT": "SEGMENT",
    "TOKENIZATION": "TOKENIZATION",
}
API_TYPES: tuple[str, ...] = (*CLASSIC_TYPES, COMPONENT)
LOOKUP_TYPES = frozenset({"LOOKUP", "BINARY_LOOKUP"})


@dataclass(frozen=True)
class Framework:
    """A framework of the core plug-in; `classic` is the API type that did its job before."""

    name: str
    mask_type: str
    classic: str | None
    lookup: bool = False


FRAMEWORKS: tuple[Framework, ...] = (
    Framework("Secure Lookup", "STRING", "LOOKUP", lookup=True),
    Framework("Name", "STRING", None, lookup=True),
    Framework("Full Name", "STRING", None),
    Framework("Email", "STRING", None),
    Framework("Character Mapping", "STRING", None),
    Framework("Segment Mapping", "STRING", "SEGMENT"),
    Framework("Payment Card", "STRING", None),
    Framework("Date Shift", "LOCAL_DATE_TIME", "DATE_SHIFT"),
    Framework("Min Max", "BIG_DECIMAL", "MINMAX"),
    Framework("Data Cleansing", "STRING", "CLEANSING"),
    Framework("Tokenization", "STRING", "TOKENIZATION"),
    Framework("Binary Lookup", "BYTE_BUFFER", "BINARY_LOOKUP", lookup=True),
    Framework("Free Text Redaction", "STRING", "REDACTION"),
    Framework("Mapping", "STRING", "MAPPING"),
)
BY_NAME: dict[str, Framework] = {framework.name: framework for framework in FRAMEWORKS}


def has_components(release: Release) -> bool:
    """Whether algorithms of the new framework exist (from 6.0.4 on)."""
    return release.api >= 4


def has_classics(release: Release) -> bool:
    """Whether classic algorithms can be made (before 6.0.15)."""
    return release.api < 15


def mapping_is_listed(release: Release) -> bool:
    """Whether mapping algorithms are of the new framework, so that they are listed (from 6.0.12 on)."""
    return release.api >= 12


def built(release: Release, framework: Framework, name: str) -> tuple[str, dict[str, Any]]:
    """Syncable type and body of an algorithm that does the job of a framework on a release."""
    classic = framework.classic
    modern = not has_classics(release) or classic is None or (classic == "MAPPING" and mapping_is_listed(release))
    if modern and not has_components(release):
        classic, modern = "LOOKUP", False
    body: dict[str, Any] = {"description": f"{framework.name} algorithm {name}"}
    if framework.classic == "MAPPING":
        body["_mapping"] = True
    if modern:
        body.update(algorithmType=COMPONENT, _framework=framework.name, maskType=framework.mask_type)
        return "USER_ALGORITHM", body
    assert classic is not None
    body.update(algorithmType=classic)
    return CLASSIC_TYPES[classic], body


def references_in(extension: Any) -> list[str]:
    """The names of other algorithms in an algorithm's settings: {"name": ...} under a key ending in AlgorithmRef."""
    found: set[str] = set()
    todo = [extension]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            for field, item in value.items():
                if field.endswith("AlgorithmRef") and isinstance(item, dict) and isinstance(item.get("name"), str):
                    found.add(item["name"])
                else:
                    todo.append(item)
        elif isinstance(value, list):
            todo.extend(value)
    return sorted(found)
