# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sync on engines that do not behave, and what it tells of it."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    BundleError,
    ImportFailedError,
    MaskingError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._sync import (
    sync,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.fleet import (
    DOMAIN,
    GLOBALS,
    LOOKUP,
    SET,
    THINGS,
    Fleet,
    across,
    names,
)
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Handle,
    lost_on_the_way,
    lost_on_the_way_back,
)
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Memory]:
    target = Memory(TARGET, clock, {("DOMAIN", "MORE"): Thing("more")}, first_number=70)
    return Fleet(Memory(SOURCE, clock, THINGS), target, tmp_path)


def test_a_lost_answer_of_an_import_that_arrived(fleet: Fleet[Memory]) -> None:
    fleet.target.fault("POST /import-async", lost_on_the_way_back)
    run = FakeRun()
    result = fleet.sync(run=run)
    assert fleet.target.writes == ["POST /import-async"]
    assert result["changed"] is True
    assert result["unverified"] == []
    assert any("arrived" in text for text in run.warnings)


def test_a_lost_answer_of_an_import_that_did_not_arrive(fleet: Fleet[Memory]) -> None:
    fleet.target.fault("POST /import-async", lost_on_the_way)
    run = FakeRun()
    with pytest.raises(AnswerLostError, match="not sent again"):
        fleet.sync(run=run)
    assert fleet.target.writes == ["POST /import-async"]
    assert run.partial["changed"] is False
    assert fleet.sync()["changed"] is True


def test_a_lost_answer_across_releases(clock: FakeClock, tmp_path: Path) -> None:
    fleet = across(clock, tmp_path)
    fleet.target.fault("POST /import-async", lost_on_the_way_back)
    assert fleet.sync(keep=True)["changed"] is True
    fleet.forget()
    assert fleet.sync(keep=True)["changed"] is False
    assert fleet.writes == []


def test_a_task_that_cannot_be_read_any_more_is_looked_after(fleet: Fleet[Memory]) -> None:
    def purged(handle: Handle, given: Row) -> Answer:
        handle(given)
        return Answer(404, {}, b'{"errorMessage": "no such task"}', TARGET)

    fleet.target.fault("GET /async-tasks", purged)
    result = fleet.sync()
    assert result["changed"] is True
    assert fleet.target.writes == ["POST /import-async"]


def test_what_moved_before_a_failure_is_told_and_remembered(clock: FakeClock, tmp_path: Path) -> None:
    old = {LOOKUP: Thing("old base"), DOMAIN: Thing("old domain", (LOOKUP,)), SET: THINGS[SET]}
    fleet = Fleet(Memory(SOURCE, clock, THINGS), Memory(TARGET, clock, old, release="2030.0.0.0"), tmp_path)

    def refuse(_handle: Handle, _given: Row) -> Answer:
        return Answer(400, {}, b'{"errorMessage": "enough"}', TARGET)

    fleet.target.fault("POST /import-async", lambda handle, given: handle(given), refuse)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="enough"):
        fleet.sync(run=run, keep=True)
    assert run.partial["changed"] is True
    assert run.partial["applied"]["imports"] == 1
    assert "L" in names(run.partial["applied"]["updated"])
    assert run.partial["plan"]["summary"]["to_update"] == 3
    (path,) = (fleet.folder / "receipts").iterdir()
    assert "LOOKUP" in path.read_text()


def test_a_failure_stays_the_first_one_when_the_target_is_gone(fleet: Fleet[Memory]) -> None:
    def gone(_handle: Handle, _given: Row) -> Answer:
        raise UnreachableError("gone for good")

    def refuse(_handle: Handle, _given: Row) -> Answer:
        fleet.target.fault("GET /syncable-objects", gone)
        raise ImportFailedError("the first failure")

    fleet.target.fault("POST /import-async", refuse)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="the first failure"):
        fleet.sync(run=run)
    assert run.partial["plan"]["summary"]["to_create"] == 3


def test_a_failed_export_touches_no_target(fleet: Fleet[Memory]) -> None:
    fleet.source.fault("POST /export-async", lambda handle, given: handle({**given, "json_body": []}))
    with pytest.raises(BundleError):
        fleet.sync()
    assert fleet.target.writes == []


# Purge and sharing


def test_documents_are_purged_only_when_asked_for_and_something_was_moved(fleet: Fleet[Memory]) -> None:
    options = dataclasses.replace(GLOBALS, purge=True)
    fleet.sync(options)
    assert fleet.source.writes == ["POST /export-async", "DELETE /export-async"]
    assert fleet.target.writes == ["POST /import-async", "DELETE /import-async"]
    fleet.forget()
    fleet.sync(options)
    assert fleet.writes == []


def test_a_source_is_asked_once_for_all_targets(clock: FakeClock, tmp_path: Path) -> None:
    source = Memory(SOURCE, clock, THINGS)
    exchange = Exchange(str(tmp_path / "shared"), source.transport.pause)
    for number in range(3):
        target = Memory(f"{TARGET}:{number}", clock)
        result = sync(source.engine, target.engine, GLOBALS, exchange, Receipts(None, SOURCE, TARGET), FakeRun())
        assert result["changed"] is True
        assert target.things == THINGS
    assert source.requests.count("GET /syncable-objects") == 1
    assert source.requests.count("POST /export-async") == 1


def test_targets_that_need_different_objects_do_not_share_a_bundle(clock: FakeClock, tmp_path: Path) -> None:
    source = Memory(SOURCE, clock, THINGS)
    exchange = Exchange(str(tmp_path / "shared"), source.transport.pause)
    for number, held in enumerate(({}, {LOOKUP: THINGS[LOOKUP]})):
        target = Memory(f"{TARGET}:{number}", clock, t.cast(dict[Name, Thing], held))
        sync(source.engine, target.engine, GLOBALS, exchange, Receipts(None, SOURCE, TARGET), FakeRun())
        assert target.things == THINGS
    assert source.requests.count("POST /export-async") == 2


def test_a_refused_source_is_asked_once_for_all_targets(clock: FakeClock, tmp_path: Path) -> None:
    def refuse(_handle: Handle, _given: Row) -> Answer:
        raise MaskingError("login was refused", engine=SOURCE)

    source = Memory(SOURCE, clock, THINGS)
    source.fault("GET /syncable-objects", refuse)
    exchange = Exchange(str(tmp_path / "shared"), source.transport.pause)
    for number in range(3):
        target = Memory(f"{TARGET}:{number}", clock)
        with pytest.raises(MaskingError, match="login was refused"):
            sync(source.engine, target.engine, GLOBALS, exchange, Receipts(None, SOURCE, TARGET), FakeRun())
    assert source.requests == ["GET /syncable-objects"]


def test_results_can_be_written_down(fleet: Fleet[Memory]) -> None:
    assert json.loads(json.dumps(fleet.sync()))["changed"] is True
