# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle file into an engine: what is sent, and what is told of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    BundleError,
    ImportFailedError,
    MaskingError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._import import (
    ImportRequest,
    import_file,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    TransferOptions,
    export_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Handle,
    answer,
    lost_on_the_way,
    lost_on_the_way_back,
)
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

DOMAIN: Name = ("DOMAIN", "D")
LOOKUP: Name = ("LOOKUP", "L")
SET: Name = ("PROFILE_SET", "P")
THINGS = {DOMAIN: Thing("new", (LOOKUP,)), LOOKUP: Thing("base"), SET: Thing("set", (DOMAIN,))}
WAYS = pytest.mark.parametrize("background", [True, False], ids=["background", "foreground"])


@pytest.fixture
def source(clock: FakeClock) -> Memory:
    return Memory("https://source.example.com", clock, THINGS)


@pytest.fixture
def target(clock: FakeClock) -> Memory:
    held = {LOOKUP: Thing("old"), ("DOMAIN", "MORE"): Thing("more")}
    return Memory("https://target.example.com", clock, held, first_number=70)


@pytest.fixture
def path(source: Memory, tmp_path: Path) -> str:
    path = str(tmp_path / "bundle.json")
    wanted = [{"objectIdentifier": {"id": 1}, "objectType": "PROFILE_SET"}]
    export_bundle(source.engine, wanted, path, TransferOptions())
    return path


def request(path: str, *, force: bool = True, background: bool = True, purge: bool = False) -> ImportRequest:
    return ImportRequest(path, lambda _engine: ImportGoal(force), TransferOptions(background=background), purge)


@WAYS
def test_an_import_tells_what_moved(source: Memory, target: Memory, path: str, background: bool) -> None:
    old = target.hash_of(LOOKUP)
    run = FakeRun()
    result = import_file(target.engine, request(path, background=background), run)
    assert result["changed"] is True
    assert result["differing"] == 3
    assert result["moved"] == [
        {"type": "DOMAIN", "name": "D", "before": None, "after": source.hash_of(DOMAIN)},
        {"type": "LOOKUP", "name": "L", "before": old, "after": source.hash_of(LOOKUP)},
        {"type": "PROFILE_SET", "name": "P", "before": None, "after": source.hash_of(SET)},
    ]
    assert {one["status"] for one in result["objects"]} == {"SUCCESS"}
    assert result["engine"] == {"name": "https://target.example.com", "release": "20.0.0.0"}
    assert ("DOMAIN", "MORE") in target.things
    assert not run.warnings


def test_a_second_import_sends_nothing(target: Memory, path: str) -> None:
    import_file(target.engine, request(path), FakeRun())
    target.requests.clear()
    result = import_file(target.engine, request(path), FakeRun())
    assert (result["changed"], result["differing"]) == (False, 0)
    assert (result["objects"], result["moved"]) == ([], [])
    assert "diff" not in result
    assert target.writes == []


def test_check_mode_foretells_and_sends_nothing(target: Memory, path: str) -> None:
    result = import_file(target.engine, request(path), FakeRun(check_mode=True))
    assert (result["changed"], result["differing"]) == (True, 3)
    assert result["diff"]["before"] != result["diff"]["after"]
    assert target.writes == []
    import_file(target.engine, request(path), FakeRun())
    target.requests.clear()
    result = import_file(target.engine, request(path), FakeRun(check_mode=True))
    assert (result["changed"], result["differing"]) == (False, 0)
    assert target.writes == []


def test_check_mode_warns_of_what_would_be_refused(target: Memory, path: str) -> None:
    run = FakeRun(check_mode=True)
    import_file(target.engine, request(path, force=False), run)
    assert [text for text in run.warnings if "1 object(s)" in text and "LOOKUP L" in text and "force_overwrite" in text]
    run = FakeRun(check_mode=True)
    import_file(target.engine, request(path), run)
    assert not run.warnings


def test_a_diff_only_on_request(target: Memory, path: str) -> None:
    assert "diff" not in import_file(target.engine, request(path), FakeRun(diff_mode=False))


def test_changed_is_what_moved_and_not_what_was_sent(clock: FakeClock, path: str) -> None:
    # Hashes of another release never equal those of the bundle, though the engine has it all.
    target = Memory("https://target.example.com", clock, THINGS, salt="another release")
    result = import_file(target.engine, request(path), FakeRun())
    assert target.writes == ["POST /import-async"]
    assert result["changed"] is False
    assert result["moved"] == []
    assert len(result["objects"]) == 3


def test_a_refused_import_changes_nothing_and_says_so(target: Memory, path: str) -> None:
    run = FakeRun()
    with pytest.raises(ImportFailedError):
        import_file(target.engine, request(path, force=False), run)
    assert run.partial["changed"] is False
    assert run.partial["moved"] == []
    assert run.partial["differing"] == 3
    assert "diff" not in run.partial


@WAYS
def test_a_lost_answer_of_an_import_that_arrived(target: Memory, path: str, background: bool) -> None:
    way = "POST /import-async" if background else "POST /import"
    target.fault(way, lost_on_the_way_back)
    run = FakeRun()
    result = import_file(target.engine, request(path, background=background), run)
    assert target.writes == [way]
    assert result["changed"] is True
    assert len(result["moved"]) == 3
    assert run.warnings


@WAYS
def test_a_lost_answer_of_an_import_that_did_not_arrive(target: Memory, path: str, background: bool) -> None:
    way = "POST /import-async" if background else "POST /import"
    target.fault(way, lost_on_the_way)
    run = FakeRun()
    with pytest.raises(AnswerLostError, match="not sent again"):
        import_file(target.engine, request(path, background=background), run)
    assert target.writes == [way]
    assert run.partial["changed"] is False


def test_what_moved_before_a_failure_is_told(target: Memory, path: str) -> None:
    def breaks(handle: Handle, given: Row) -> Answer:
        handle(given)
        target.things[LOOKUP] = THINGS[LOOKUP]
        raise UnreachableError("cannot be reached")

    target.fault("POST /import-async", breaks)
    target.task_seconds = 1e9
    run = FakeRun()
    with pytest.raises(MaskingError):
        import_file(target.engine, request(path), run)
    assert run.partial["changed"] is True
    assert [move["name"] for move in run.partial["moved"]] == ["L"]


def test_a_failure_stays_the_first_one_when_the_engine_is_gone(target: Memory, path: str) -> None:
    def gone(_handle: Handle, _given: Row) -> Answer:
        raise UnreachableError("gone for good")

    def refuse(_handle: Handle, _given: Row) -> Answer:
        target.fault("GET /syncable-objects", gone)
        raise ImportFailedError("the first failure")

    target.fault("POST /import-async", refuse)
    run = FakeRun()
    with pytest.raises(ImportFailedError, match="the first failure"):
        import_file(target.engine, request(path), run)
    assert any("gone for good" in text for text in run.warnings)


def test_an_engine_without_statuses_is_told_by_hashes(target: Memory, path: str) -> None:
    target.keeps_statuses = False
    run = FakeRun()
    result = import_file(target.engine, request(path), run)
    assert result["changed"] is True
    assert result["objects"] == []
    assert run.warnings


def test_documents_are_purged_only_when_asked_for(target: Memory, path: str) -> None:
    import_file(target.engine, request(path, purge=True), FakeRun())
    assert target.writes == ["POST /import-async", "DELETE /import-async"]
    target.requests.clear()
    import_file(target.engine, request(path, purge=True), FakeRun())
    assert target.writes == []


def test_a_damaged_bundle_never_reaches_the_engine(target: Memory, path: str) -> None:
    Path(path).write_bytes(Path(path).read_bytes()[:-10])
    with pytest.raises(BundleError):
        import_file(target.engine, request(path), FakeRun())
    assert target.requests == []


def test_a_bundle_that_does_not_tell_its_objects_can_only_be_tried(target: Memory, tmp_path: Path) -> None:
    def take(_handle: Handle, _given: Row) -> Answer:
        target.things.update(THINGS)
        return answer(200, {"asyncTaskId": 1, "operation": "IMPORT", "status": "SUCCEEDED"})

    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.bin", b"what nobody documented")
    assert import_file(target.engine, request(str(path)), FakeRun(check_mode=True))["changed"] is True
    assert target.writes == []
    target.fault("POST /import-async", take)
    result = import_file(target.engine, request(str(path)), FakeRun())
    assert [move["name"] for move in result["moved"]] == ["D", "L", "P"]
    assert result["changed"] is True


def test_a_lost_answer_about_unknown_objects_stays_lost(target: Memory, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.bin", b"what nobody documented")
    target.fault("POST /import-async", lost_on_the_way)
    with pytest.raises(AnswerLostError):
        import_file(target.engine, request(str(path)), FakeRun())
    assert target.writes == ["POST /import-async"]
