# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_sync: what its options do to environments."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils import _module
from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.modules.masking_sync import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CARD,
    CUSTOMERS,
    DEV,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    furnish,
    globals_of,
    label,
    labels,
)
from ansible_collections.maskops.delphix.tests.unit.support.holdings import Place
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    as_usual,
    refused,
)
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner

Sync = t.Callable[..., Row]


@pytest.fixture
def source(clock: FakeClock) -> Estate:
    return furnish(Estate(SOURCE, clock))


@pytest.fixture
def target(clock: FakeClock) -> Estate:
    return Estate(TARGET, clock, first_number=70)


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch, run_module: Runner, source: Estate, target: Estate) -> Sync:
    """Runs the module between the two."""

    def open_engine(_params: t.Any, *, prefix: str, **_more: t.Any) -> Engine:
        return (source if prefix else target).engine

    def run(*types: str, **arguments: t.Any) -> Row:
        options = {"source_url": SOURCE, "source_token": "given", "object_types": list(types)}
        result = run_module(DEFINITION, **{**options, **arguments})
        # Results go through JSON.
        return t.cast("Row", json.loads(json.dumps(result)))

    monkeypatch.setattr(_module, "open_engine", open_engine)
    return run


def test_everything(sync: Sync, source: Estate, target: Estate) -> None:
    result = sync("all", create_environments=True)
    assert "failed" not in result
    assert source.closed
    assert target.closed
    assert target.holds.hashes() == source.holds.hashes()
    assert target.holds.environments == source.holds.environments
    assert sync("all", create_environments=True)["changed"] is False


def test_a_job_under_other_names(sync: Sync, target: Estate) -> None:
    globals_of(target.holds)
    options = {
        "names": [f"{PAYMENTS}/nightly"],
        "environment_map": {PAYMENTS: "Payments QA"},
        "application_map": {"Shop": "Shop QA"},
        "create_environments": True,
    }
    result = sync("MASKING_JOB", **options)
    assert target.holds.environments == {"Payments QA": Place("Shop QA")}
    assert NIGHTLY._replace(environment="Payments QA") in target.holds.objects
    assert result["connectors"] == [
        {"environment": "Payments QA", "name": "oracle", "type": "database", "created": True}
    ]
    assert result["applied"]["environments"] == [
        {"name": "Payments QA", "application": "Shop QA", "purpose": "MASK", "workflow": False}
    ]
    assert sync("MASKING_JOB", **options)["changed"] is False


def test_nothing_is_made_brought_or_removed_by_default(sync: Sync, target: Estate) -> None:
    globals_of(target.holds)
    target.holds.edit(CARD)
    target.holds.environment(DEV)
    extra = target.holds.add("DATABASE_CONNECTOR", "extra", DEV)
    before = target.holds.hashes()
    result = sync("ENVIRONMENT", environments=[PAYMENTS])
    assert set(labels(result["plan"]["blocked"])) >= {label(NIGHTLY), label(CUSTOMERS)}
    assert result["changed"] is False
    assert target.holds.hashes() == before
    assert result["warnings"]
    assert extra in target.holds.objects


@pytest.mark.parametrize("references", ["block", "sync"])
def test_references(sync: Sync, target: Estate, references: str) -> None:
    target.holds.environment(PAYMENTS)
    result = sync("DATABASE_RULESET", environments=[PAYMENTS], references=references)
    assert (CUSTOMERS in target.holds.objects) is (references == "sync")
    assert result["plan"]["summary"]["blocked"] == (0 if references == "sync" else 1)


@pytest.mark.parametrize("prune", [True, False])
def test_prune(sync: Sync, target: Estate, prune: bool) -> None:
    sync("all", create_environments=True)
    extra = target.holds.add("MASKING_JOB", "extra", PAYMENTS, on=CUSTOMERS)
    result = sync("ENVIRONMENT", prune=prune)
    assert (extra in target.holds.objects) is not prune
    assert labels(result["applied"]["removed"]) == ([label(extra)] if prune else [])
    assert labels(result["plan"]["extra"]) == ([] if prune else [label(extra)])


@pytest.mark.parametrize("overwrite", [True, False])
def test_overwrite(sync: Sync, source: Estate, target: Estate, overwrite: bool) -> None:
    sync("all", create_environments=True)
    source.holds.edit(ORACLE, host="db9")
    sync("DATABASE_CONNECTOR", overwrite=overwrite)
    assert target.holds.objects[ORACLE].own["host"] == ("db9" if overwrite else "db1")


def test_receipts(sync: Sync, target: Estate, tmp_path: Path) -> None:
    target.release = "2025.1.0.0"
    target.holds = type(target.holds)(TARGET, 70, target.release)
    target.rows = type(target.rows)(target.holds, "2026")
    options = {"create_environments": True, "receipts_dir": str(tmp_path / "receipts")}
    assert sync("all", **options)["changed"] is True
    target.requests.clear()
    assert sync("all", **options)["changed"] is False
    assert target.writes == []


def test_a_failure_tells_what_is_there(sync: Sync, target: Estate) -> None:
    target.fault("POST /import-async", as_usual, as_usual, as_usual, refused(400, {"errorMessage": "enough"}))
    result = sync("all", create_environments=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["error"]["code"] == "import_failed"
    assert set(labels(result["applied"]["created"])) == {label(one) for one in target.holds.objects}
    assert len(result["applied"]["environments"]) == len(target.holds.environments)


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        ({"environment_map": {"A": "X", "B": "X"}}, "invalid_option", "environment_map"),
        ({"environment_map": {PAYMENTS: DEV}}, "invalid_option", "environment_map"),
        ({"environment_map": {PAYMENTS: None}}, "invalid_option", "environment_map"),
        ({"application_map": {"Shop": ""}}, "invalid_option", "application_map"),
        ({"application_map": {"Shop": ["A"]}}, "invalid_option", "application_map"),
        ({"environments": ["Nowhere"]}, "not_found", "Nowhere"),
        ({"names": ["nowhere"]}, "not_found", "nowhere"),
    ],
    ids=str,
)
def test_wrong_options_are_told_before_anything_is_sent(
    sync: Sync, target: Estate, options: Row, code: str, word: str
) -> None:
    result = sync("ENVIRONMENT", create_environments=True, **options)
    assert result["error"]["code"] == code
    assert word in result["msg"]
    assert target.writes == []


def test_names_of_digits(sync: Sync, source: Estate, target: Estate) -> None:
    source.holds.environment("2024")
    source.holds.add("DATABASE_CONNECTOR", "db", "2024")
    sync("DATABASE_CONNECTOR", environments=[2024], environment_map={2024: 2025}, create_environments=True)
    assert set(target.holds.environments) == {"2025"}
