# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that refuse to export single objects, or want environments for what is of the engine."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    ImportFailedError,
    MaskingError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    EVERYTHING,
    SHARE,
    furnish,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.machine import message
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

WORDS = "not on this engine"


class Picky(Estate):
    """Refuses to export objects that a test names by type, and to import formats and mounts without an environment."""

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self.keeps: set[str] = set()
        self.status = 400
        self.exports = 0
        self.wants_environment = False

    def exported(self, requested: list[Row], passphrase: str | None) -> bytes | Answer:
        self.exports += 1
        if self.keeps & {row["objectType"] for row in requested}:
            return message(self.status, WORDS)
        return super().exported(requested, passphrase)

    def imported(self, document: bytes, query: Row, passphrase: str | None) -> list[Row] | Answer:
        inside = any(kind in document for kind in (b"FILE_FORMAT", b"DATASET_FORMAT", b"MOUNT_INFORMATION"))
        if self.wants_environment and inside and "environment_id" not in query:
            return message(400, "environment_id is required")
        return super().imported(document, query, passphrase)


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Picky]:
    return Fleet(t.cast("Picky", furnish(Picky(SOURCE, clock))), Picky(TARGET, clock, first_number=70), tmp_path)


@pytest.mark.parametrize("status", [400, 404, 409])
def test_what_the_source_does_not_export_is_told_and_the_rest_moves(fleet: Fleet[Picky], status: int) -> None:
    fleet.source.keeps, fleet.source.status = {"KEY", "JDBC_DRIVER", "PROFILE_JOB"}, status
    run = FakeRun()
    result = fleet.sync(EVERYTHING, run)
    source, target = fleet.source.holds, fleet.target.holds
    # The driver comes along with the connector that needs it.
    refused = [one for one in source.objects if one.type == "PROFILE_JOB"]
    assert set(source.objects) - set(target.objects) == set(refused)
    assert labels(result["applied"]["refused"]) == [label(one) for one in refused]
    assert {row["reason"] for row in result["applied"]["refused"]} == {WORDS}
    assert result["unverified"] == []
    assert result["changed"] is True
    (warning,) = [text for text in run.warnings if "refuses to export" in text]
    assert warning.endswith(WORDS)


def test_what_is_named_and_refused_is_a_failure(fleet: Fleet[Picky]) -> None:
    fleet.source.keeps = {"PROFILE_JOB"}
    profiles = [one for one in fleet.source.holds.objects if one.type == "PROFILE_JOB"]
    others = [one for one in fleet.source.holds.objects if one.type == "MASKING_JOB"]
    run = FakeRun()
    with pytest.raises(ApiError) as caught:
        fleet.sync(wanted("all", names=["*"], create_environments=True), run)
    assert caught.value.detail == WORDS
    assert caught.value.engine == SOURCE
    assert caught.value.subject in {str(one) for one in profiles}
    # All else has moved, and is told.
    assert set(others) <= set(fleet.target.holds.objects)
    assert run.partial["changed"] is True
    assert labels(run.partial["applied"]["refused"]) == [label(one) for one in profiles]


def test_what_is_refused_is_not_looked_for_among_too_many(fleet: Fleet[Picky]) -> None:
    for number in range(200):
        fleet.source.holds.add("DOMAIN", f"D{number:03}")
    fleet.source.keeps = {"DOMAIN", "LOOKUP"}
    with pytest.raises(ApiError, match=WORDS):
        fleet.sync(wanted("GLOBAL_OBJECT"))
    assert fleet.source.exports < 60


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_refusal_that_is_not_about_objects_ends_the_run(fleet: Fleet[Picky], status: int) -> None:
    fleet.source.keeps, fleet.source.status = {"JDBC_DRIVER"}, status
    run = FakeRun()
    with pytest.raises(MaskingError, match=WORDS):
        fleet.sync(wanted("GLOBAL_OBJECT"), run)
    assert run.partial["applied"]["refused"] == []
    assert run.partial["changed"] is False


def test_what_a_job_needs_and_the_source_refuses_is_named(fleet: Fleet[Picky]) -> None:
    source = fleet.source.holds
    on = key("DATABASE_RULESET", "customers", "Payments")
    twin = source.add("DATABASE_CONNECTOR", "oracle", "Gold", host="db9")
    source.add("MASKING_JOB", "built", "Payments", on=on, reads=twin)
    fleet.source.keeps = {"DATABASE_CONNECTOR"}
    with pytest.raises(MaskingError, match=f"DATABASE_CONNECTOR oracle in Gold is needed.*{WORDS}") as caught:
        fleet.sync(wanted("MASKING_JOB", names=["Payments/built"], create_environments=True, sync_references=True))
    assert caught.value.engine == SOURCE


def test_formats_and_mounts_go_into_some_environment_where_they_have_to(fleet: Fleet[Picky]) -> None:
    fleet.target.wants_environment = True
    result = fleet.sync(EVERYTHING)
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()
    assert result["unverified"] == []
    # It is refused once, and known from then on.
    assert fleet.target.writes.count("POST /import-async") == result["applied"]["imports"] + 1


def test_without_any_environment_the_first_refusal_stands(fleet: Fleet[Picky]) -> None:
    fleet.target.wants_environment = True
    with pytest.raises(ImportFailedError, match="IMPORT task 1 "):
        fleet.sync(wanted("MOUNT_INFORMATION"))
    assert fleet.target.writes.count("POST /import-async") == 1
    assert SHARE not in fleet.target.holds.objects


def test_a_refusal_for_another_reason_is_told_as_it_was(fleet: Fleet[Picky]) -> None:
    fleet.target.holds.environment("There")
    fleet.target.wants_environment = True
    tries: list[Row] = []

    def refuses(_document: bytes, query: Row, _passphrase: str | None) -> Answer:
        tries.append(query)
        return message(400, "for another reason")

    fleet.target.imported = refuses  # type: ignore[method-assign]
    with pytest.raises(ImportFailedError, match="IMPORT task 1 "):
        fleet.sync(wanted("MOUNT_INFORMATION"))
    assert ["environment_id" in query for query in tries] == [False, True]


@pytest.mark.parametrize("selected", [True, False], ids=["selected", "brought along"])
def test_what_refers_to_something_refused_is_blocked(fleet: Fleet[Picky], selected: bool) -> None:
    fleet.source.keeps = {"DOMAIN"}
    types = ["DATABASE_RULESET", "DATABASE_CONNECTOR", *(["DOMAIN", "LOOKUP"] if selected else [])]
    run = FakeRun()
    result = fleet.sync(wanted(*types, sync_references=True, create_environments=True), run)
    assert any("DATABASE_RULESET" in text and "DOMAIN" in text for text in run.warnings)
    refused = {row["name"] for row in result["applied"]["refused"]}
    assert refused == {"NAME", "CARD"}
    moved = {row["type"] for row in result["applied"]["created"]}
    assert "DATABASE_CONNECTOR" in moved
    assert not {"DATABASE_RULESET", "DOMAIN"} & moved
    fleet.source.keeps = set()
    fleet.sync(wanted(*types, sync_references=True))
    assert fleet.sync(wanted(*types))["plan"]["summary"]["in_sync"] > 0
    assert [one for one in fleet.target.holds.objects if one.type == "DATABASE_RULESET"]
