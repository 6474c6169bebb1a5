# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""masking_connector_credentials."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.modules.masking_connector_credentials import DEFINITION
from ansible_collections.maskops.delphix.tests.unit.support.conversation import ANY, Call, Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner, Runner
from requests import exceptions as failures

Row = dict[str, t.Any]
ENVIRONMENTS = [{"environmentId": 3, "environmentName": "QA"}, {"environmentId": 4, "environmentName": "Köln 顧客"}]
ORACLE = {"databaseConnectorId": 7, "connectorName": "oracle", "environmentId": 3, "username": "OLD", "host": "db"}
SHARE = {
    "fileConnectorId": 7,
    "connectorName": "share",
    "environmentId": 3,
    "fileType": "DELIMITED",
    "connectionInfo": {"connectionMode": "SFTP", "loginName": "old", "sshKey": "old_key", "path": "/x"},
}
DATASET = {
    "mainframe-datasetConnectorId": 9,
    "connectorName": "vsam",
    "environmentId": 3,
    "connectionInfo": {"connectionMode": "FTP"},
}
GOOD, BAD = "Connection Succeeded", "Connection Failed: ORA-01017: invalid username/password"
WISH = {"environment": "QA", "name": "oracle", "type": "database"}
SET = {**WISH, "password": "hidden-word"}
UNTYPED = {"environment": "QA", "name": "oracle"}
PATH = "/database-connectors/7"


def lists(conversation: Conversation, *rows: Row, path: str = "/database-connectors", environment: int = 3) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page(path, list(rows) or [ORACLE], environment_id=environment)


def says(conversation: Conversation, words: str, body: t.Any = None, path: str = PATH) -> Call:
    """Expect a test, of ORACLE unless another body is given."""
    return conversation.expect("POST", f"{path}/test", json=ORACLE if body is None else body).answers(
        200, {"response": words}
    )


def release(conversation: Conversation, version: str = "2025.2.0.0") -> None:
    conversation.expect("GET", "/system-information").answers(200, {"version": version})


def only(result: Row) -> Row:
    (outcome,) = result["connectors"]
    return t.cast("Row", outcome)


def test_what_works_is_left_alone(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, GOOD)
    release(conversation)
    result = run_module(DEFINITION, connectors=[SET])
    assert result["changed"] is False
    assert only(result) == {
        "environment": "QA",
        "name": "oracle",
        "type": "database",
        "tested": "ok",
        "action": "unchanged",
        "words": GOOD,
        "would_test": False,
    }
    assert result["diff"] == {"before": "", "after": ""}
    assert result["engine"] == {"name": "https://engine.example.com", "release": "2025.2.0.0"}


@pytest.mark.parametrize(
    ("given", "row", "saved"),
    [
        ({"password": "hidden-word"}, ORACLE, {**ORACLE, "password": "hidden-word"}),
        (
            {"password": "hidden-word", "username": "NEW"},
            ORACLE,
            {**ORACLE, "username": "NEW", "password": "hidden-word"},
        ),
        (
            {"password": "hidden-word"},
            {**ORACLE, "passwordVaultAuth": True, "credentialPathId": 5},
            {**ORACLE, "passwordVaultAuth": False, "password": "hidden-word"},
        ),
    ],
    ids=["password", "user too", "no longer from the vault"],
)
def test_what_fails_is_set_once_its_test_succeeds(
    conversation: Conversation, run_module: Runner, given: Row, row: Row, saved: Row
) -> None:
    lists(conversation, row)
    says(conversation, BAD, row)
    conversation.expect("GET", PATH).answers(200, row)
    says(conversation, GOOD, saved)
    conversation.expect("PUT", PATH, json=saved).answers(200, row)
    shown = {key: value for key, value in saved.items() if key != "password"}
    conversation.expect("GET", PATH).answers(200, shown)
    says(conversation, GOOD, shown)
    release(conversation)
    result = run_module(DEFINITION, connectors=[{**WISH, **given}])
    assert result["changed"] is True
    assert (only(result)["tested"], only(result)["action"]) == ("ok", "set")
    assert result["diff"]["before"] == "database connector oracle in QA: stored credential (failed)\n"
    assert result["diff"]["after"] == "database connector oracle in QA: given credential (ok)\n"


@pytest.mark.parametrize(
    ("given", "info"),
    [
        ({"password": "hidden-word"}, {"connectionMode": "SFTP", "loginName": "old", "path": "/x"}),
        (
            {"ssh_key": "new_key", "username": "new"},
            {"connectionMode": "SFTP", "loginName": "new", "path": "/x", "sshKey": "new_key"},
        ),
    ],
    ids=["password", "key"],
)
def test_a_file_connector_has_a_password_or_a_key(
    conversation: Conversation, run_module: Runner, given: Row, info: Row
) -> None:
    path = "/file-connectors/7"
    extra = {"password": given["password"]} if "password" in given else {}
    saved = {**SHARE, "connectionInfo": {**info, **extra}}
    lists(conversation, SHARE, path="/file-connectors")
    says(conversation, BAD, SHARE, path)
    conversation.expect("GET", path).answers(200, SHARE)
    says(conversation, GOOD, saved, path)
    conversation.expect("PUT", path, json=saved).answers(200, SHARE)
    conversation.expect("GET", path).answers(200, SHARE)
    says(conversation, GOOD, ANY, path)
    release(conversation)
    result = run_module(DEFINITION, connectors=[{"environment": "QA", "name": "share", "type": "file", **given}])
    assert (result["changed"], only(result)["action"]) == (True, "set")


def test_a_mainframe_connector_in_its_other_spelling(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, DATASET, path="/mainframe-dataset-connectors")
    says(conversation, GOOD, DATASET, "/mainframe-dataset-connectors/9")
    release(conversation)
    wish = {"environment": "QA", "name": "vsam", "type": "mainframe_dataset"}
    assert only(run_module(DEFINITION, connectors=[wish]))["tested"] == "ok"


def test_a_password_that_an_engine_shows_is_not_sent_back(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, {**ORACLE, "password": "********"})
    says(conversation, GOOD, ORACLE)
    release(conversation)
    run_module(DEFINITION, connectors=[WISH])


def test_a_credential_that_fails_is_not_saved(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, BAD, {**ORACLE, "password": "hidden-word"})
    result = run_module(DEFINITION, connectors=[SET])
    assert (result["failed"], result["changed"]) == (True, False)
    assert (only(result)["tested"], only(result)["action"]) == ("failed", "failed")
    assert result["error"]["code"] == "connector_failed"
    for text in ("https://engine.example.com", "QA", "oracle", BAD):
        assert text in result["msg"]


def test_it_is_saved_when_that_is_wanted(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, BAD, {**ORACLE, "password": "hidden-word"})
    conversation.expect("PUT", PATH, json={**ORACLE, "password": "hidden-word"}).answers(200, ORACLE)
    release(conversation)
    result = run_module(DEFINITION, connectors=[SET], save_untested=True)
    assert "failed" not in result
    assert (result["changed"], only(result)["action"], only(result)["tested"]) == (True, "set", "failed")
    assert BAD in result["warnings"][0]


@pytest.mark.parametrize("words", ["Maybe", "", "Connection Failed, although Connection Succeeded before"])
def test_unknown_words_are_a_failure_that_shows_them(
    conversation: Conversation, run_module: Runner, words: str
) -> None:
    lists(conversation)
    says(conversation, words)
    result = run_module(DEFINITION, connectors=[WISH])
    assert (only(result)["tested"], only(result)["words"]) == ("failed", words)
    assert words in result["msg"]


def test_a_connector_without_credential_may_be_refused_its_test(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.expect("POST", f"{PATH}/test").answers(400, {"errorMessage": "there is no password"})
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, ANY)
    conversation.expect("PUT", PATH).answers(200, ORACLE)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD)
    release(conversation)
    assert run_module(DEFINITION, connectors=[SET])["changed"] is True


def test_a_test_without_credential_changes_nothing(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, BAD)
    result = run_module(DEFINITION, connectors=[WISH])
    assert (result["failed"], result["changed"]) == (True, False)
    assert BAD in result["msg"]


def test_a_failure_after_saving_is_told_as_such(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, ANY)
    conversation.expect("PUT", PATH).answers(200, ORACLE)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, BAD)
    result = run_module(DEFINITION, connectors=[SET])
    assert (result["failed"], result["changed"], only(result)["action"]) == (True, True, "failed")


# Always


def test_always_sets_what_works_too(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, {**ORACLE, "password": "hidden-word"})
    conversation.expect("PUT", PATH).answers(200, ORACLE)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD)
    release(conversation)
    assert run_module(DEFINITION, connectors=[SET], update_password="always")["changed"] is True


def test_always_does_not_save_what_the_engine_shows_already(conversation: Conversation, run_module: Runner) -> None:
    there = {**ORACLE, "passwordVaultAuth": True, "credentialPathId": 5}
    lists(conversation, there)
    release(conversation)
    conversation.page("/credential-paths", [{"credentialPathId": 5, "credentialPathName": "vault/qa"}])
    conversation.expect("GET", PATH).answers(200, there)
    says(conversation, GOOD, there)
    wish = {**WISH, "credential_path": "vault/qa"}
    result = run_module(DEFINITION, connectors=[wish], update_password="always")
    assert (result["changed"], only(result)["action"]) == (False, "unchanged")


def test_without_tests_everything_is_set(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    conversation.expect("PUT", PATH, json={**ORACLE, "password": "hidden-word"}).answers(200, ORACLE)
    release(conversation)
    result = run_module(DEFINITION, connectors=[SET], update_password="always", test=False)
    assert (result["changed"], only(result)["tested"]) == (True, "not tested")


# Credential paths


NEW = [{"credentialPathId": 5, "credentialPathName": "vault/qa"}]
OLD = [{"credentialId": 5, "credentialName": "vault/qa"}]


@pytest.mark.parametrize(
    ("given", "version", "answers"),
    [
        ("vault/qa", "2025.1.0.0", [("/credential-paths", NEW)]),
        ("vault/qa", "2025.1.0.0", [("/credential-paths", None), ("/credentials", OLD)]),
        ("vault/qa", "20.0.0.0", [("/credentials", OLD)]),
        ("vault/qa", "29.0.0.0", [("/credentials", None), ("/credential-paths", NEW)]),
        ("5", "2025.1.0.0", [("/credential-paths", [])]),
        ("5", "6.0.1.0", [("/credentials", None), ("/credential-paths", None)]),
    ],
    ids=["new", "new with the old address", "old", "old with the new address", "by number", "without vaults"],
)
def test_credential_paths(
    conversation: Conversation,
    run_module: Runner,
    given: str,
    version: str,
    answers: list[tuple[str, list[Row] | None]],
) -> None:
    lists(conversation)
    release(conversation, version)
    for path, rows in answers:
        if rows is None:
            conversation.expect("GET", path).answers(404, {"errorMessage": "no such thing"})
        else:
            conversation.page(path, rows)
    saved = {**ORACLE, "passwordVaultAuth": True, "credentialPathId": 5}
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, saved)
    conversation.expect("PUT", PATH, json=saved).answers(200, saved)
    conversation.expect("GET", PATH).answers(200, saved)
    says(conversation, GOOD, saved)
    assert run_module(DEFINITION, connectors=[{**WISH, "credential_path": given}])["changed"] is True


def test_an_unknown_credential_path_is_named(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    release(conversation)
    conversation.page("/credential-paths", [])
    result = run_module(DEFINITION, connectors=[{**WISH, "credential_path": "vault/qa"}])
    assert "vault/qa" in only(result)["words"]


@pytest.mark.parametrize(
    ("wish", "row", "path"),
    [
        ({**WISH, "ssh_key": "key"}, ORACLE, "/database-connectors"),
        ({"environment": "QA", "name": "share", "type": "file", "credential_path": "5"}, SHARE, "/file-connectors"),
    ],
)
def test_credentials_that_a_family_does_not_have(
    conversation: Conversation, run_module: Runner, wish: Row, row: Row, path: str
) -> None:
    lists(conversation, row, path=path)
    if "credential_path" in wish:
        release(conversation)
        conversation.page("/credential-paths", [])
    result = run_module(DEFINITION, connectors=[wish], check_mode=True)
    assert only(result)["action"] == "failed"


# Names


def test_lists_are_read_once(conversation: Conversation, run_module: Runner) -> None:
    other = {**ORACLE, "databaseConnectorId": 8, "environmentId": 4}
    conversation.page("/environments", ENVIRONMENTS)
    conversation.page("/database-connectors", [ORACLE, other])
    says(conversation, GOOD)
    says(conversation, GOOD, other, "/database-connectors/8")
    release(conversation)
    wishes = [WISH, {**WISH, "environment": "Köln 顧客"}]
    result = run_module(DEFINITION, connectors=wishes)
    assert [row["tested"] for row in result["connectors"]] == ["ok", "ok"]


def test_a_name_of_one_family_needs_no_type(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.page("/file-connectors", [SHARE], environment_id=3)
    conversation.expect("GET", "/mainframe-dataset-connectors").answers(404, {"errorMessage": "no such thing"})
    says(conversation, GOOD)
    release(conversation)
    assert only(run_module(DEFINITION, connectors=[{"environment": "QA", "name": "oracle"}]))["type"] == "database"


def test_a_name_of_two_families_does(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.page("/file-connectors", [{**SHARE, "connectorName": "oracle"}], environment_id=3)
    conversation.page("/mainframe-dataset-connectors", [], environment_id=3)
    result = run_module(DEFINITION, connectors=[{"environment": "QA", "name": "oracle"}])
    assert all(word in only(result)["words"] for word in ("database", "file"))


@pytest.mark.parametrize(("environment", "name"), [("QA", "missing"), ("PROD", "oracle")])
def test_names_that_are_not_there(conversation: Conversation, run_module: Runner, environment: str, name: str) -> None:
    conversation.page("/environments", ENVIRONMENTS)
    if environment == "QA":
        conversation.page("/database-connectors", [ORACLE], environment_id=3)
    result = run_module(DEFINITION, connectors=[{"environment": environment, "name": name, "type": "database"}])
    assert (only(result)["action"], only(result)["tested"]) == ("failed", "not tested")
    assert all(word in result["msg"] for word in (environment, name))


def test_all_are_worked_on_though_one_fails(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, ORACLE, {**ORACLE, "databaseConnectorId": 8, "connectorName": "second"})
    says(conversation, BAD)
    conversation.expect("POST", "/database-connectors/8/test").answers(200, {"response": BAD})
    conversation.expect("GET", "/database-connectors/8").answers(200, ORACLE)
    conversation.expect("POST", "/database-connectors/8/test").answers(200, {"response": GOOD})
    conversation.expect("PUT", "/database-connectors/8").answers(200, ORACLE)
    conversation.expect("GET", "/database-connectors/8").answers(200, ORACLE)
    conversation.expect("POST", "/database-connectors/8/test").answers(200, {"response": GOOD})
    wishes = [WISH, {**WISH, "name": "missing"}, {**SET, "name": "second"}]
    result = run_module(DEFINITION, connectors=wishes)
    assert [row["action"] for row in result["connectors"]] == ["failed", "failed", "set"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert "2 of 3" in result["msg"]
    assert BAD in result["msg"]
    assert "missing" in result["msg"]


def test_an_engine_that_is_gone_ends_it_and_says_what_was_done(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation, ORACLE, {**ORACLE, "databaseConnectorId": 8, "connectorName": "second"})
    says(conversation, GOOD)
    conversation.expect("POST", "/database-connectors/8/test").raises(failures.ConnectTimeout("silence"))
    result = run_module(DEFINITION, connectors=[WISH, {**WISH, "name": "second"}, {**WISH, "name": "3"}], retries=0)
    assert result["error"]["code"] == "unreachable"
    assert [row["action"] for row in result["connectors"]] == ["unchanged", "failed"]


# Answers that are lost


def test_a_test_is_never_sent_again(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.expect("POST", f"{PATH}/test").raises(failures.ReadTimeout("silence"))
    result = run_module(DEFINITION, connectors=[SET])
    assert (only(result)["action"], only(result)["tested"]) == ("failed", "not tested")


@pytest.mark.parametrize("arrived", [True, False])
def test_what_was_saved_is_not_saved_again(conversation: Conversation, run_module: Runner, arrived: bool) -> None:
    lists(conversation)
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, ANY)
    conversation.expect("PUT", PATH).raises(failures.ReadTimeout("silence"))
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD if arrived else BAD)
    if arrived:
        conversation.expect("GET", PATH).answers(200, ORACLE)
        says(conversation, GOOD)
        release(conversation)
    result = run_module(DEFINITION, connectors=[SET])
    assert (result["changed"], only(result)["action"]) == ((True, "set") if arrived else (False, "failed"))


def test_a_lost_answer_that_nothing_can_tell_of(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, GOOD, ANY)
    conversation.expect("PUT", PATH).answers(500, {"errorMessage": "overloaded"})
    conversation.expect("GET", PATH).answers(200, ORACLE)
    result = run_module(DEFINITION, connectors=[SET], update_password="always")
    assert only(result)["action"] == "failed"
    assert "not known" in only(result)["words"]


# Check mode


@pytest.mark.parametrize(
    ("wish", "always", "action"),
    [(WISH, False, "unchanged"), (SET, False, "unknown"), (SET, True, "set")],
    ids=["only tested", "on failure", "always"],
)
def test_check_mode_tests_nothing_and_says_so(
    conversation: Conversation, run_module: Runner, wish: Row, always: bool, action: str
) -> None:
    lists(conversation)
    if always:
        conversation.expect("GET", PATH).answers(200, ORACLE)
    release(conversation)
    update = "always" if always else "on_failure"
    result = run_module(DEFINITION, connectors=[wish], check_mode=True, update_password=update)
    assert result["changed"] is (action == "set")
    outcome = only(result)
    assert (outcome["action"], outcome["tested"], outcome["would_test"]) == (action, "not tested", True)
    assert "check mode" in result["warnings"][0]


# Options


@pytest.mark.parametrize(
    "options",
    [
        {"connectors": [{**WISH, "username": "NEW"}]},
        {"connectors": [WISH, SET]},
        {"connectors": [WISH, UNTYPED]},
        {"connectors": [UNTYPED, {**WISH, "type": "file"}]},
        {"connectors": [SET], "test": False},
    ],
    ids=["user without credential", "twice", "twice, once by type", "twice, then by type", "no test"],
)
def test_options_that_make_no_sense(conversation: Conversation, run_module: Runner, options: Row) -> None:
    result = run_module(DEFINITION, **options)
    assert result["error"]["code"] == "invalid_option"
    assert not conversation.seen


def test_credentials_exclude_each_other(run_module: Runner) -> None:
    with pytest.raises(AssertionError, match="mutually exclusive"):
        run_module(DEFINITION, connectors=[{**SET, "credential_path": "x"}])


def test_empty_texts_are_no_credentials(conversation: Conversation, run_module: Runner) -> None:
    lists(conversation)
    says(conversation, BAD)
    result = run_module(DEFINITION, connectors=[{**WISH, "username": "", "password": ""}])
    assert only(result)["action"] == "failed"


def test_secrets_do_not_come_out(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    lists(conversation)
    says(conversation, BAD)
    conversation.expect("GET", PATH).answers(200, ORACLE)
    says(conversation, "Connection Failed: hidden-word is no good", ANY)
    login = {"url": "https://engine.example.com", "token": "given"}
    result = run_as_ansible(DEFINITION, connectors=[SET], **login)
    assert result["failed"] is True
    assert "is no good" in result["msg"]
    assert "hidden-word" not in json.dumps(result)
