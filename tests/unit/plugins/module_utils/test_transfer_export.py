# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bundles out of an engine that does not always behave."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    BundleError,
    NotPermittedError,
    TaskFailedError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    TransferOptions,
    export_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Answer
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.machine import (
    Handle,
    refused,
)
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)

DOMAIN: Name = ("DOMAIN", "D")
LOOKUP: Name = ("LOOKUP", "L")
THINGS = {DOMAIN: Thing("new", (LOOKUP,)), LOOKUP: Thing("base")}
WANTED = [{"objectIdentifier": {"id": "D"}, "objectType": "DOMAIN"}]
BACKGROUND, FOREGROUND = TransferOptions(), TransferOptions(background=False)
WAYS = pytest.mark.parametrize("options", [BACKGROUND, FOREGROUND], ids=["background", "foreground"])


@pytest.fixture
def source(clock: FakeClock) -> Memory:
    return Memory("https://source.example.com", clock, THINGS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


def export_path(options: TransferOptions) -> str:
    return "POST /export-async" if options.background else "POST /export"


@WAYS
def test_an_export_holds_what_was_asked_for(source: Memory, path: Path, options: TransferOptions) -> None:
    made = export_bundle(source.engine, WANTED, str(path), options)
    assert made.path == str(path)
    assert made.size == path.stat().st_size
    assert made.requested is not None
    assert made.exported is not None
    assert [one["objectType"] for one in made.requested] == ["DOMAIN"]
    assert {one["objectType"] for one in made.exported} == {"DOMAIN", "LOOKUP"}
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


@WAYS
def test_a_refused_export_leaves_the_old_file(source: Memory, path: Path, options: TransferOptions) -> None:
    path.write_bytes(b"old")
    missing = [{"objectIdentifier": {"id": "MISSING"}, "objectType": "DOMAIN"}]
    with pytest.raises(ApiError, match="no such object"):
        export_bundle(source.engine, missing, str(path), options)
    assert path.read_bytes() == b"old"
    assert source.writes == [export_path(options)]


@WAYS
def test_an_export_that_lacks_something_is_none(source: Memory, path: Path, options: TransferOptions) -> None:
    source.fault(export_path(options), lambda handle, given: handle({**given, "json_body": []}))
    with pytest.raises(BundleError, match="DOMAIN"):
        export_bundle(source.engine, WANTED, str(path), options)
    assert not path.exists()


@pytest.mark.parametrize("ends", ["FAILED", "CANCELLED"])
def test_a_failed_export_task(source: Memory, path: Path, ends: str) -> None:
    source.fault("POST /export-async", refused(200, {"asyncTaskId": 5, "operation": "EXPORT", "status": ends}))
    with pytest.raises(TaskFailedError, match=ends):
        export_bundle(source.engine, WANTED, str(path), BACKGROUND)
    assert not path.exists()


def test_a_damaged_download_is_fetched_again(source: Memory, path: Path) -> None:
    def cut(handle: Handle, given: Row) -> Answer:
        whole = handle(given)
        given["into"].truncate(100)
        return whole

    source.fault("GET /file-downloads", cut)
    export_bundle(source.engine, WANTED, str(path), BACKGROUND)
    assert source.requests.count("GET /file-downloads") == 2
    assert source.writes == ["POST /export-async"]
    source.fault("GET /file-downloads", cut, cut)
    with pytest.raises(BundleError):
        export_bundle(source.engine, WANTED, str(path), BACKGROUND)


@WAYS
def test_an_export_refused_by_a_busy_engine_waits(
    source: Memory, path: Path, clock: FakeClock, options: TransferOptions
) -> None:
    source.jobs = [clock.now + 60]
    source.fault(export_path(options), refused(409, {"errorMessage": "busy, in words that nobody documented"}))
    export_bundle(source.engine, WANTED, str(path), options)
    assert clock.now >= source.jobs[0]


@WAYS
def test_an_export_refused_by_an_idle_engine_fails_at_once(
    source: Memory, path: Path, clock: FakeClock, options: TransferOptions
) -> None:
    source.fault(export_path(options), refused(409, {"errorMessage": "two of one name"}))
    with pytest.raises(ApiError, match="two of one name"):
        export_bundle(source.engine, WANTED, str(path), options)
    assert clock.slept == []


def test_who_may_not_export_does_not_wait(source: Memory, path: Path, clock: FakeClock) -> None:
    def forbid(_handle: Handle, _given: Row) -> Answer:
        raise NotPermittedError("no", http_status=403)

    source.jobs = [clock.now + 60]
    source.fault("POST /export-async", forbid)
    with pytest.raises(NotPermittedError):
        export_bundle(source.engine, WANTED, str(path), BACKGROUND)
    assert clock.slept == []
