# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_sync."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_sync import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.bundles import encoded, row
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner

OLD, NEW = row("DOMAIN", "A", "a" * 40), row("DOMAIN", "A", "b" * 40)
SOURCE = {"source_url": "https://source.example.com", "source_token": "of the source"}
OPTIONS = {**SOURCE, "object_types": ["DOMAIN"]}
SOURCE_BASE = "https://source.example.com/masking/api"
STATUS = {"objectIdentifier": {"id": "A"}, "objectType": "DOMAIN", "importStatus": "SUCCESS"}
EXPORT = {"asyncTaskId": 7, "operation": "EXPORT", "status": "SUCCEEDED", "reference": "EXPORT-QQ=="}
IMPORT = {"asyncTaskId": 8, "operation": "IMPORT", "status": "SUCCEEDED", "reference": "IMPORT-QQ=="}
Row = dict[str, t.Any]


class Engines:
    """Expects what a sync of domains asks two engines."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation

    def lists(self, *rows: Row, source: bool = False, first: bool = True, release: str = "20.0.0.0") -> None:
        """Expect one engine to be listed."""
        base = SOURCE_BASE if source else None
        self.conversation.page("/syncable-objects", list(rows), base=base)
        if first:
            about = self.conversation.expect("GET", "/system-information", base=base)
            about.answers(200, {"version": release})

    def moves(self, bundle: bytes, *, force: bool = True, passphrase: str | None = None) -> None:
        """Expect an export and an import in the background."""
        secret = {"passphrase": passphrase}
        ask, base = self.conversation.expect, SOURCE_BASE
        ask("POST", "/export-async", base=base, token="of the source", headers=secret).answers(200, EXPORT)
        ask("GET", "/file-downloads/EXPORT-QQ%3D%3D", base=base).answers(200, bundle)
        query = {"force_overwrite": str(force).lower()}
        ask("POST", "/import-async", token="given", query=query, headers=secret).answers(200, IMPORT)
        ask("GET", "/file-downloads/IMPORT-QQ%3D%3D").answers(200, [STATUS])


@pytest.fixture
def engines(conversation: Conversation) -> Engines:
    return Engines(conversation)


def test_a_sync(engines: Engines, run_module: Runner) -> None:
    engines.lists(NEW, source=True)
    engines.lists(OLD)
    engines.moves(encoded([NEW]))
    engines.lists(NEW, first=False)
    result = run_module(DEFINITION, **OPTIONS)
    assert result["changed"] is True
    assert result["plan"]["summary"]["to_update"] == 1
    assert result["applied"]["updated"] == [{"type": "DOMAIN", "name": "A", "before": "a" * 40, "after": "b" * 40}]
    assert (result["applied"]["imports"], result["unverified"]) == (1, [])
    assert result["source"] == {"name": "https://source.example.com", "release": "20.0.0.0"}
    assert result["engine"] == {"name": "https://engine.example.com", "release": "20.0.0.0"}
    assert result["diff"]["before"] == f"DOMAIN A: {'a' * 40}\n"
    assert result["diff"]["after"] == f"DOMAIN A: {'b' * 40}\n"
    assert result["stats"]["requests"] == 9


def test_engines_in_sync_are_only_read(engines: Engines, run_module: Runner) -> None:
    engines.lists(NEW, source=True)
    engines.lists(NEW, row("DOMAIN", "MORE"))
    result = run_module(DEFINITION, **OPTIONS)
    assert result["changed"] is False
    assert "diff" not in result
    assert result["applied"]["imports"] == 0


@pytest.mark.parametrize(("held", "changed"), [([OLD], True), ([], True), ([NEW], False)])
def test_check_mode_foretells(engines: Engines, run_module: Runner, held: list[Row], changed: bool) -> None:
    engines.lists(NEW, source=True)
    engines.lists(*held)
    result = run_module(DEFINITION, check_mode=True, **OPTIONS)
    assert result["changed"] is changed
    assert ("diff" in result) is changed
    assert "applied" not in result


def test_a_diff_only_on_request(engines: Engines, run_module: Runner) -> None:
    engines.lists(NEW, source=True)
    engines.lists(OLD)
    assert "diff" not in run_module(DEFINITION, check_mode=True, diff_mode=False, **OPTIONS)


def test_bundles_are_encrypted_and_do_not_stay(engines: Engines, run_module: Runner, tmp_path: Path) -> None:
    engines.lists(NEW, source=True)
    engines.lists()
    engines.moves(encoded([NEW]), passphrase="hidden phrase")
    engines.lists(NEW, first=False)
    result = run_module(DEFINITION, passphrase="hidden phrase", **OPTIONS)
    assert result["changed"] is True
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "hidden phrase" not in json.dumps(result)


def test_nothing_is_overwritten_that_may_not_be(engines: Engines, run_module: Runner) -> None:
    new = row("DOMAIN", "B", "b" * 40)
    engines.lists(NEW, new, source=True)
    engines.lists(OLD)
    engines.moves(encoded([new]), force=False)
    engines.lists(OLD, new, first=False)
    result = run_module(DEFINITION, overwrite=False, **OPTIONS)
    assert [one["name"] for one in result["plan"]["blocked"]] == ["A"]
    assert [one["name"] for one in result["applied"]["created"]] == ["B"]
    assert result["warnings"]


def test_receipts_are_kept_where_wanted(engines: Engines, run_module: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    theirs = row("DOMAIN", "A", "c" * 40)
    engines.lists(NEW, source=True, release="6.0.17.0")
    engines.lists()
    engines.moves(encoded([NEW]))
    engines.lists(theirs, first=False)
    assert run_module(DEFINITION, receipts_dir=str(folder), **OPTIONS)["changed"] is True
    engines.lists(NEW, source=True, release="6.0.17.0")
    engines.lists(theirs)
    result = run_module(DEFINITION, receipts_dir=str(folder), **OPTIONS)
    assert result["plan"]["summary"]["in_sync"] == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_an_exchange_spares_the_source(engines: Engines, run_module: Runner) -> None:
    engines.lists(NEW, source=True)
    engines.lists(NEW)
    run_module(DEFINITION, exchange="nightly", **OPTIONS)
    engines.lists(NEW)
    result = run_module(DEFINITION, exchange="nightly", **OPTIONS)
    assert result["source"]["release"] == "20.0.0.0"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_newer_source(engines: Engines, run_module: Runner, allowed: bool) -> None:
    engines.lists(NEW, source=True, release="2025.1.0.0")
    engines.lists(NEW, release="20.0.0.0")
    result = run_module(DEFINITION, allow_newer_source=allowed, **OPTIONS)
    if allowed:
        assert "failed" not in result
    else:
        assert result["error"]["code"] == "source_newer"


def test_a_failure_tells_what_was_true(engines: Engines, conversation: Conversation, run_module: Runner) -> None:
    engines.lists(NEW, source=True)
    engines.lists(OLD)
    conversation.expect("POST", "/export-async", base=SOURCE_BASE).answers(403, {"errorMessage": "no"})
    engines.lists(OLD, first=False)
    result = run_module(DEFINITION, **OPTIONS)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["plan"]["summary"]["to_update"] == 1
    assert result["applied"]["updated"] == []
    assert result["error"]["engine"] == "https://source.example.com"


def test_global_objects_are_the_default_and_leave_out_the_key(conversation: Conversation, run_module: Runner) -> None:
    mine = [row("KEY", {"keyId": "global"}, "1" * 40), row("GLOBAL_OBJECT", "global", "1" * 40), NEW]
    theirs = [row("KEY", {"keyId": "global"}, "2" * 40), row("GLOBAL_OBJECT", "global", "2" * 40), NEW]
    for base, listed in ((SOURCE_BASE, mine), (None, theirs)):
        conversation.page("/syncable-objects", listed, base=base)
        conversation.expect("GET", "/system-information", base=base).answers(200, {"version": "20.0.0.0"})
    result = run_module(DEFINITION, **SOURCE)
    assert result["changed"] is False
    assert result["plan"]["summary"]["in_sync"] == 1
    assert result["plan"]["blocked"] == result["plan"]["extra"] == []


def test_no_types_do_not_mean_the_key(conversation: Conversation, run_module: Runner) -> None:
    for base, number in ((SOURCE_BASE, "1"), (None, "2")):
        conversation.page("/syncable-objects", [row("KEY", {"keyId": "global"}, number * 40)], base=base)
        conversation.expect("GET", "/system-information", base=base).answers(200, {"version": "20.0.0.0"})
    result = run_module(DEFINITION, check_mode=True, object_types=[], **SOURCE)
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"source_url": None}, "source_url"),
        ({"source_token": None}, "source_token"),
        ({"source_url": "https://engine.example.com"}, "same engine"),
        ({"object_types": ["domain"]}, "domain"),
        ({"object_types": ["DOMAIN_REFERENCE"]}, "DOMAIN_REFERENCE"),
    ],
    ids=str,
)
def test_wrong_options_are_told_before_anything_is_sent(
    conversation: Conversation, run_module: Runner, options: Row, word: str
) -> None:
    result = run_module(DEFINITION, **{**OPTIONS, **options})
    assert result["error"]["code"] == "invalid_option"
    assert word in result["msg"]
    assert not conversation.seen


def test_what_the_source_does_not_export_is_told(
    engines: Engines, conversation: Conversation, run_module: Runner
) -> None:
    engines.lists(NEW, source=True)
    engines.lists(OLD)
    conversation.expect("POST", "/export-async", base=SOURCE_BASE).answers(400, {"errorMessage": "no"})
    engines.lists(OLD, first=False)
    result = run_module(DEFINITION, **OPTIONS)
    assert ("failed" in result, result["changed"]) == (False, False)
    assert result["applied"]["refused"] == [{"type": "DOMAIN", "name": "A", "reason": "no"}]
    assert any("refuses to export" in text for text in result["warnings"])
