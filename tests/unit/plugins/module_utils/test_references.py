# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Global objects that rulesets, formats and profile jobs refer to."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import ApiError
from ansible_collections.maskops.delphix.plugins.module_utils._references import (
    read_references,
)
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row, row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CARD,
    CARDS,
    COPYBOOK,
    CSV,
    CUSTOMERS,
    DEV_CUSTOMERS,
    EXPORTS,
    LOOK,
    NAME,
    NAMES,
    PAYMENTS,
    PCI,
    TAPES,
    furnish,
)
from ansible_collections.maskops.delphix.tests.unit.support.lists import Lists
from ansible_collections.maskops.delphix.tests.unit.support.machine import refused

# Columns name the domain and the algorithm.
FULL = {CUSTOMERS: {NAME, NAMES, CARD, CARDS}, DEV_CUSTOMERS: {NAME, NAMES}}
FULL[key("DATABASE_RULESET", "tokens", "Tokens")] = {CARD, CARDS}
FULL |= {CSV: {NAME, NAMES}, EXPORTS: {NAME, NAMES}, COPYBOOK: {CARD, CARDS}, TAPES: {CARD, CARDS}, LOOK: {PCI}}


@pytest.fixture
def engine(clock: FakeClock) -> Estate:
    return furnish(Estate(SOURCE, clock, first_number=5))


def found(engine: Estate) -> dict[ObjectKey, set[ObjectKey]]:
    return {user: set(used) for user, used in read_references(engine.engine, read_catalog(engine.engine)).items()}


def test_all_that_an_engine_refers_to(engine: Estate) -> None:
    assert found(engine) == FULL


def test_an_algorithm_without_a_domain(engine: Estate) -> None:
    engine.holds.change(DEV_CUSTOMERS, needs=(CARDS,))
    assert found(engine)[DEV_CUSTOMERS] == {CARDS}


def test_a_ruleset_that_masks_nothing_refers_to_nothing(engine: Estate) -> None:
    engine.holds.change(DEV_CUSTOMERS, needs=())
    assert DEV_CUSTOMERS not in found(engine)


def test_a_ruleset_of_several_formats_refers_to_what_each_refers_to(engine: Estate) -> None:
    other = engine.holds.add("FILE_FORMAT", "other", needs=[CARD])
    engine.holds.change(EXPORTS, needs=(CSV, other))
    assert found(engine)[EXPORTS] == {NAME, NAMES, CARD, CARDS}


@pytest.mark.parametrize("status", [404, 400])
@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("file-metadata", {EXPORTS}),
        ("file-field-metadata", {EXPORTS, CSV}),
        ("mainframe-dataset-metadata", {TAPES}),
        ("mainframe-dataset-field-metadata", {TAPES, COPYBOOK}),
    ],
)
def test_a_list_that_is_not_offered_tells_nothing(engine: Estate, path: str, lost: set[ObjectKey], status: int) -> None:
    # Tried again with a smaller page, as some engines refuse large ones.
    engine.fault(f"GET /{path}", *[refused(status, {"errorMessage": "no"})] * 2)
    assert found(engine) == {user: used for user, used in FULL.items() if user not in lost}


def test_a_list_that_fails_is_no_empty_list(engine: Estate) -> None:
    engine.fault("GET /column-metadata", refused(500, {"errorMessage": "no"}))
    with pytest.raises(ApiError):
        found(engine)


def test_lists_are_read_once_each(engine: Estate) -> None:
    catalog = read_catalog(engine.engine)
    engine.requests.clear()
    read_references(engine.engine, catalog)
    inventories = [request for request in engine.requests if request.endswith("metadata")]
    assert len(inventories) == len(set(inventories)) == 6


def columns(rows: list[Row], **lists: list[Row]) -> dict[ObjectKey, set[ObjectKey]]:
    """References of one ruleset, number 20, by its columns."""
    held = [
        row("DOMAIN", "D"),
        row("LOOKUP", {"algorithmName": "L"}),
        row("DATABASE_RULESET", {"id": 20}),
        row("FILE_FORMAT", lists.pop("format", [{"id": 20}])[0]),
    ]
    given = {
        "/environments": [{"environmentId": 1, "environmentName": PAYMENTS}],
        "/database-connectors": [{"databaseConnectorId": 20, "connectorName": "db", "environmentId": 1}],
        "/database-rulesets": [{"databaseRulesetId": 20, "rulesetName": "rules", "databaseConnectorId": 20}],
        "/file-formats": [{"fileFormatId": 20, "fileFormatName": "csv"}],
        "/table-metadata": [{"tableMetadataId": 20, "rulesetId": 20}, {"tableMetadataId": 21, "rulesetId": 99}],
        "/column-metadata": rows,
        **{f"/{path.replace('_', '-')}": more for path, more in lists.items()},
    }
    engine = Lists(*held, lists=given).engine
    return {user: set(used) for user, used in read_references(engine, read_catalog(engine)).items()}


RULES, D, L = key("DATABASE_RULESET", "rules", PAYMENTS), key("DOMAIN", "D"), key("LOOKUP", "L")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"domainName": "D", "algorithmName": "L"}, {D, L}),
        ({"domainName": "D"}, {D}),
        ({"algorithmName": "L"}, {L}),
        ({"domainName": "D", "algorithmName": None}, {D}),
        # Built in, say, and so not listed: the engine has the last word.
        ({"domainName": "not listed", "algorithmName": "L"}, {L}),
        ({"domainName": "L", "algorithmName": "D"}, set()),
        ({}, set()),
    ],
)
def test_a_column(column: Row, expected: set[ObjectKey]) -> None:
    assert columns([{"tableMetadataId": 20, **column}]) == ({RULES: expected} if expected else {})


def test_a_column_of_nobody() -> None:
    masked = {"domainName": "D"}
    assert columns([{"tableMetadataId": 21, **masked}, {"tableMetadataId": 99, **masked}, masked]) == {}


@pytest.mark.parametrize("identifier", [{"id": 20}, {"id": "csv"}], ids=str)
def test_formats_by_number_and_by_name(identifier: Row) -> None:
    # How an engine identifies formats is not documented.
    fields: list[Row] = [{"fileFormatId": 20, "domainName": "D"}]
    assert columns([], format=[identifier], file_field_metadata=fields) == {key("FILE_FORMAT", "csv"): {D}}
