# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_import."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_import import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.bundles import encoded, row
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import Runner
from requests import exceptions as failures

OLD, NEW = row("DOMAIN", "A", "a" * 40), row("DOMAIN", "A", "b" * 40)
STATUS = {
    "objectIdentifier": {"id": "A"},
    "importedObjectIdentifier": {"id": "A"},
    "objectType": "DOMAIN",
    "importStatus": "SUCCESS",
}
TASK = {"asyncTaskId": 7, "operation": "IMPORT", "status": "SUCCEEDED", "reference": "IMPORT-QQ=="}
ENVIRONMENTS = [{"environmentId": 3, "environmentName": "QA"}, {"environmentId": 4, "environmentName": "SRC"}]


@pytest.fixture
def src(tmp_path: Path) -> str:
    path = tmp_path / "bundle.json"
    path.write_bytes(encoded([NEW]))
    return str(path)


def lists(conversation: Conversation, *rows: dict[str, object], first: bool = True) -> None:
    conversation.page("/syncable-objects", list(rows), object_type="DOMAIN")
    if first:
        conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})


def test_an_import(conversation: Conversation, run_module: Runner, src: str) -> None:
    lists(conversation, OLD)
    conversation.expect(
        "POST", "/import-async", query={"force_overwrite": "true"}, headers={"passphrase": "word"}
    ).answers(200, TASK)
    conversation.expect("GET", "/file-downloads/IMPORT-QQ%3D%3D").answers(200, [STATUS])
    lists(conversation, NEW, first=False)
    result = run_module(DEFINITION, src=src, force_overwrite=True, passphrase="word")
    assert (result["changed"], result["differing"]) == (True, 1)
    assert result["objects"] == [
        {"type": "DOMAIN", "identifier": {"id": "A"}, "imported_identifier": {"id": "A"}, "status": "SUCCESS"}
    ]
    assert result["moved"] == [{"type": "DOMAIN", "name": "A", "before": "a" * 40, "after": "b" * 40}]
    assert result["diff"]["before"] == f"DOMAIN A: {'a' * 40}\n"
    assert result["diff"]["after"] == f"DOMAIN A: {'b' * 40}\n"


def test_an_import_of_what_is_there_sends_nothing(conversation: Conversation, run_module: Runner, src: str) -> None:
    lists(conversation, NEW)
    result = run_module(DEFINITION, src=src)
    assert (result["changed"], result["differing"], result["objects"]) == (False, 0, [])


@pytest.mark.parametrize(("held", "changed"), [([OLD], True), ([], True), ([NEW], False)])
def test_check_mode_foretells(
    conversation: Conversation, run_module: Runner, src: str, held: list[dict[str, object]], changed: bool
) -> None:
    lists(conversation, *held)
    assert run_module(DEFINITION, check_mode=True, src=src)["changed"] is changed


def test_environments_by_name_become_ids_of_this_engine(
    conversation: Conversation, run_module: Runner, src: str
) -> None:
    lists(conversation)
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/environments", ENVIRONMENTS)
    query = {"force_overwrite": "false", "environment_id": 3, "source_environment_id": 4}
    conversation.expect("POST", "/import", query=query).answers(200, [STATUS])
    lists(conversation, NEW, first=False)
    result = run_module(DEFINITION, src=src, method="sync", environment="QA", source_environment="SRC")
    assert result["changed"] is True


def test_environments_by_id(conversation: Conversation, run_module: Runner, src: str) -> None:
    lists(conversation)
    query = {"force_overwrite": "false", "environment_id": 3, "source_environment_id": 4}
    conversation.expect("POST", "/import", query=query).answers(200, [STATUS])
    lists(conversation, NEW, first=False)
    run_module(DEFINITION, src=src, method="sync", environment_id=3, source_environment_id=4)


def test_an_environment_that_is_not_there(conversation: Conversation, run_module: Runner, src: str) -> None:
    lists(conversation)
    conversation.page("/environments", ENVIRONMENTS)
    result = run_module(DEFINITION, src=src, environment="PROD")
    assert result["error"]["code"] == "not_found"
    assert result["changed"] is False


@pytest.mark.parametrize("status", [404, 409])
def test_a_refused_import_names_the_objects(
    conversation: Conversation, run_module: Runner, src: str, status: int
) -> None:
    lists(conversation, OLD)
    failed = {**STATUS, "importStatus": "FAILED", "failureMessage": "it exists"}
    conversation.expect("POST", "/import").answers(status, [failed])
    lists(conversation, OLD, first=False)
    result = run_module(DEFINITION, src=src, method="sync")
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["error"]["code"] == "import_failed"
    assert result["error"]["http_status"] == status
    assert result["error"]["objects"][0]["failure"] == "it exists"
    assert "DOMAIN A: it exists" in result["msg"]


def test_a_lost_answer_is_looked_after(conversation: Conversation, run_module: Runner, src: str) -> None:
    lists(conversation, OLD)
    conversation.expect("POST", "/import").raises(failures.ReadTimeout("silence"))
    for status in ("WAITING", "RUNNING"):
        conversation.page("/async-tasks", [], status=status)
    lists(conversation, NEW, first=False)
    lists(conversation, NEW, first=False)
    result = run_module(DEFINITION, src=src, method="sync", force_overwrite=True)
    assert result["changed"] is True
    assert "failed" not in result
    assert result["warnings"]


@pytest.mark.parametrize("pair", ["environment", "source_environment"])
def test_a_name_and_an_id_exclude_each_other(run_module: Runner, src: str, pair: str) -> None:
    with pytest.raises(AssertionError, match="mutually exclusive"):
        run_module(DEFINITION, src=src, **{pair: "QA", f"{pair}_id": 3})


def test_a_file_that_is_no_bundle(conversation: Conversation, run_module: Runner, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no bundle")
    assert run_module(DEFINITION, src=str(path))["error"]["code"] == "bundle_damaged"
    assert run_module(DEFINITION, src=str(tmp_path / "missing"))["error"]["code"] == "file_error"
    assert not conversation.seen
