# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two engines have in common, told from their own lists and not by the collection."""

from __future__ import annotations

import math
import typing as t
from urllib.parse import parse_qs

if t.TYPE_CHECKING:
    from harness.lab import Engine

ALGORITHMS = (
    "BINARYLOOKUP",
    "CLEANSING",
    "DATE_SHIFT",
    "LOOKUP",
    "MAPPLET",
    "MIN_MAX",
    "REDACTION",
    "SEGMENT",
    "TOKENIZATION",
    "USER_ALGORITHM",
)
# Documented contents of GLOBAL_OBJECT but for the key, which is synced only when asked for.
GLOBAL_TYPES = (*ALGORITHMS, "DOMAIN", "PROFILE_SET", "PROFILE_EXPRESSION", "CLASSIFIER", "JDBC_DRIVER")


def global_hashes(engine: Engine) -> set[tuple[str, str]]:
    """Type and hash of every syncable global object. Ids mean nothing to another engine, hashes do."""
    return {
        (row["objectType"], row["revisionHash"])
        for row in engine.person.syncable()
        if row["objectType"] in GLOBAL_TYPES and not row["revisionHash"].startswith("Not Syncable")
    }


def missing_on(target: Engine, source: Engine) -> set[tuple[str, str]]:
    """Global objects of the source that the target does not hold at the same hash."""
    return global_hashes(source) - global_hashes(target)


def listing_requests(engine: Engine) -> list[dict[str, list[str]]]:
    """The queries of the collection's GET /syncable-objects since the log was forgotten."""
    return [
        parse_qs(request.query)
        for request in engine.requests()
        if (request.method, request.path) == ("GET", "/syncable-objects")
    ]


def assert_read_once(engine: Engine) -> None:
    """Fail unless the collection did no more than to log in, list everything once, and log out."""
    queries = listing_requests(engine)
    assert queries
    size = int(queries[0]["page_size"][0])
    pages = math.ceil(len(engine.person.syncable()) / size)
    assert [int(query["page_number"][0]) for query in queries] == list(range(1, pages + 1))
    assert engine.count("POST", "/login") == 1
    assert engine.count("PUT", "/logout") == 1
    assert engine.count("GET", "/system-information") <= 1
    others = len(engine.requests()) - pages - 2 - engine.count("GET", "/system-information")
    assert others == 0, engine.requests()
