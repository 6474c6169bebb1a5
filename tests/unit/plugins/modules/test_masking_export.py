# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_export."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_export import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.bundles import encoded, row
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner

A, B = row("DOMAIN", "A", "a" * 40), row("DOMAIN", "B", "b" * 40)
NEW_B = row("DOMAIN", "B", "c" * 40)
BAD = row("DOMAIN", "BAD", "Not Syncable: depends on a mapping algorithm")
TASK = {"asyncTaskId": 7, "operation": "EXPORT", "status": "SUCCEEDED", "reference": "EXPORT-QQ=="}


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


class Engine:
    """Expects what an export of domains asks an engine."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def lists(self, *rows: dict[str, t.Any]) -> None:
        """Expect the list of domains to be read."""
        self._conversation.page("/syncable-objects", list(rows), object_type="DOMAIN")
        self._conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})

    def exports(self, *rows: dict[str, t.Any], passphrase: str | None = None, **query: str) -> None:
        """Expect an export in the background."""
        wanted = [{name: one[name] for name in ("objectIdentifier", "objectType")} for one in rows]
        self._conversation.expect(
            "POST", "/export-async", query=query, json=wanted, headers={"passphrase": passphrase}
        ).answers(200, TASK)
        self._conversation.expect("GET", "/file-downloads/EXPORT-QQ%3D%3D").answers(200, encoded(rows))


@pytest.fixture
def engine(conversation: Conversation) -> Engine:
    return Engine(conversation)


def test_an_export_writes_a_bundle(engine: Engine, run_module: Runner, dest: Path) -> None:
    engine.lists(A, B, BAD)
    engine.exports(A, B)
    result = run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    assert result["changed"] is True
    assert (result["dest"], result["size"]) == (str(dest), dest.stat().st_size)
    assert (result["requested"], result["exported"]) == (2, 2)
    assert [one["name"] for one in result["not_syncable"]] == ["BAD"]
    assert result["diff"]["before"] == ""
    assert len(result["diff"]["after"].splitlines()) == 2
    assert {path.stat().st_mode & 0o777 for path in dest.parent.glob("bundle.json*")} == {0o600}
    assert len(list(dest.parent.glob("*"))) == 2


def test_a_second_export_sends_nothing(engine: Engine, run_module: Runner, dest: Path) -> None:
    engine.lists(A, B)
    engine.exports(A, B)
    run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    written = dest.stat().st_mtime_ns
    engine.lists(B, A)
    result = run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    assert result["changed"] is False
    assert "diff" not in result
    assert (result["size"], result["exported"]) == (dest.stat().st_size, 2)
    assert dest.stat().st_mtime_ns == written


def test_check_mode_foretells_and_writes_nothing(engine: Engine, run_module: Runner, dest: Path) -> None:
    engine.lists(A, B)
    result = run_module(DEFINITION, check_mode=True, object_types=["DOMAIN"], dest=str(dest))
    assert result["changed"] is True
    assert result["diff"]["after"]
    assert not list(dest.parent.glob("*"))
    engine.lists(A, B)
    engine.exports(A, B)
    run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    engine.lists(A, B)
    assert run_module(DEFINITION, check_mode=True, object_types=["DOMAIN"], dest=str(dest))["changed"] is False


@pytest.mark.parametrize("happens", ["an object moved", "the file was edited", "the passphrase is another"])
def test_what_makes_a_new_export(engine: Engine, run_module: Runner, dest: Path, happens: str) -> None:
    engine.lists(A, B)
    engine.exports(A, B)
    run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    now, passphrase = B, None
    if happens == "an object moved":
        now = NEW_B
    elif happens == "the file was edited":
        dest.write_bytes(dest.read_bytes() + b" ")
    else:
        passphrase = "a word"
    engine.lists(A, now)
    engine.exports(A, now, passphrase=passphrase)
    result = run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest), passphrase=passphrase)
    assert result["changed"] is True
    if happens == "an object moved":
        assert result["diff"]["before"] != result["diff"]["after"]


def test_a_failed_export_keeps_the_old_bundle(
    conversation: Conversation, engine: Engine, run_module: Runner, dest: Path
) -> None:
    dest.write_bytes(encoded([A]))
    engine.lists(A, B)
    conversation.expect("POST", "/export-async").answers(200, {**TASK, "status": "FAILED"})
    result = run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest))
    assert result["error"]["code"] == "task_failed"
    assert result["changed"] is False
    assert dest.read_bytes() == encoded([A])
    assert list(dest.parent.glob("*")) == [dest]


def test_objects_by_name_and_the_layout(
    conversation: Conversation, engine: Engine, run_module: Runner, dest: Path
) -> None:
    conversation.page("/syncable-objects", [row("GLOBAL_OBJECT", "global")], object_type="GLOBAL_OBJECT")
    conversation.expect("GET", "/system-information").answers(200, {"version": "2025.2.0.0"})
    engine.exports(row("GLOBAL_OBJECT", "global"), structure="BLOB")
    objects = [{"type": "GLOBAL_OBJECT", "name": "global"}]
    assert run_module(DEFINITION, objects=objects, dest=str(dest), structure="BLOB")["changed"] is True


def test_an_export_in_the_foreground(
    conversation: Conversation, engine: Engine, run_module: Runner, dest: Path
) -> None:
    engine.lists(A)
    conversation.expect("POST", "/export").answers(200, encoded([A]))
    assert run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest), method="sync")["changed"] is True
    assert json.loads(dest.read_bytes())["blob"]


def test_documents_are_purged_only_when_asked_for(
    conversation: Conversation, engine: Engine, run_module: Runner, dest: Path
) -> None:
    engine.lists(A)
    engine.exports(A)
    conversation.page("/async-tasks", [], status="WAITING")
    conversation.page("/async-tasks", [], status="RUNNING")
    conversation.expect("DELETE", "/export-async").answers(204)
    assert run_module(DEFINITION, object_types=["DOMAIN"], dest=str(dest), purge=True)["changed"] is True


def test_a_name_alone_means_a_global_object(conversation: Conversation, run_module: Runner, dest: Path) -> None:
    conversation.page("/syncable-objects", [row("KEY", {"keyId": "global"}), row("GLOBAL_OBJECT", "global")])
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    result = run_module(DEFINITION, names=["global"], dest=str(dest))
    assert result["error"]["code"] == "not_found"


def test_something_has_to_be_selected(run_module: Runner, dest: Path) -> None:
    with pytest.raises(AssertionError, match="object_types"):
        run_module(DEFINITION, dest=str(dest))


def test_a_folder_is_no_destination(conversation: Conversation, run_module: Runner, tmp_path: Path) -> None:
    result = run_module(DEFINITION, object_types=["DOMAIN"], dest=str(tmp_path))
    assert result["error"]["code"] == "file_error"
    assert not conversation.seen
