# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every module: options in, result out."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils import _module
from ansible_collections.maskops.delphix.plugins.module_utils._errors import BundleError
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    execute,
    shown_arguments,
)
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner, Runner

USER = {"token": None, "username": "admin", "password": "hidden-word"}


def definition(run: t.Callable[[Context], dict[str, t.Any]], **more: t.Any) -> Definition:
    return Definition("masking_test", run, **more)


def read(context: Context) -> dict[str, t.Any]:
    context.engine().session.request("GET", "/thing")
    return {"read": True}


def write(context: Context) -> dict[str, t.Any]:
    context.engine().session.request("POST", "/thing")
    return {"changed": True}


def test_a_result_has_changed_and_stats(conversation: Conversation, run_module: Runner) -> None:
    conversation.login("t1")
    conversation.expect("GET", "/thing", token="t1").answers(200, b"12345")
    conversation.logout("t1")
    result = run_module(definition(read), **USER)
    assert {name: result[name] for name in ("changed", "read")} == {"changed": False, "read": True}
    assert set(result["stats"]) == {"requests", "retries", "bytes_sent", "bytes_received", "seconds"}
    assert result["stats"]["requests"] == 3
    assert result["stats"]["seconds"] >= 0
    assert "failed" not in result
    assert "warnings" not in result


def test_stats_are_those_of_all_engines(conversation: Conversation, run_module: Runner) -> None:
    def both(context: Context) -> dict[str, t.Any]:
        context.engine().session.request("GET", "/thing")
        context.engine().session.request("GET", "/thing")
        return {}

    for _engine in range(2):
        conversation.expect("GET", "/thing").answers(200, b"123")
    result = run_module(definition(both))
    assert (result["stats"]["requests"], result["stats"]["bytes_received"]) == (2, 6)


def test_a_failure_is_a_result(conversation: Conversation, run_module: Runner) -> None:
    def fail(context: Context) -> dict[str, t.Any]:
        context.engine().session.request("GET", "/thing")
        context.partial = {"changed": True, "plan": "as far as it came"}
        raise BundleError("it is damaged", subject="bundle.json", hint="Export again.")

    conversation.login("t1")
    conversation.expect("GET", "/thing").answers(200)
    conversation.logout("t1")
    result = run_module(definition(fail), **USER)
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["plan"] == "as far as it came"
    assert result["msg"] == "it is damaged (bundle.json). Export again."
    assert result["error"] == {"code": "bundle_damaged", "object": "bundle.json", "hint": "Export again."}
    assert result["stats"]["requests"] == 3


def test_a_defect_is_reported_and_sessions_are_closed(conversation: Conversation, run_module: Runner) -> None:
    def break_down(context: Context) -> dict[str, t.Any]:
        context.engine().session.login()
        return {"value": 1 / 0}

    conversation.login("t1")
    conversation.logout("t1")
    result = run_module(definition(break_down), **USER)
    assert result["failed"] is True
    assert result["error"]["code"] == "internal_error"
    assert "masking_test" in result["msg"]
    assert "ZeroDivisionError" in result["exception"]


def test_warnings_are_given_once(run_module: Runner) -> None:
    def warn(context: Context) -> dict[str, t.Any]:
        for text in ("one", "two", "one"):
            context.warn(text)
        return {}

    assert run_module(definition(warn))["warnings"] == ["one", "two"]


def test_a_failed_logout_is_a_warning(conversation: Conversation, run_module: Runner) -> None:
    conversation.login("t1")
    conversation.expect("GET", "/thing").answers(200)
    conversation.expect("PUT", "/logout").answers(500)
    result = run_module(definition(read), **USER)
    assert "failed" not in result
    assert len(result["warnings"]) == 1


@pytest.mark.parametrize(("reads_only", "check_mode"), [(True, False), (False, True), (True, True)])
def test_nothing_is_written_in_check_mode_or_by_reading_modules(
    conversation: Conversation, run_module: Runner, reads_only: bool, check_mode: bool
) -> None:
    result = run_module(definition(write, reads_only=reads_only), check_mode=check_mode)
    assert result["error"]["code"] == "write_in_read_only"
    assert not conversation.seen


def test_writing_outside_check_mode(conversation: Conversation, run_module: Runner) -> None:
    conversation.expect("POST", "/thing").answers(200)
    assert run_module(definition(write))["changed"] is True


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module, "REQUESTS_IMPORT_ERROR", "Traceback: no module named requests")
    result = execute(definition(read), {}, check_mode=False, diff_mode=False, run_dir="/nowhere")
    assert result["failed"] is True
    assert "requests" in result["msg"]
    assert result["error"] == {"code": "missing_library"}
    assert "no module named requests" in result["exception"]


def test_rules_reach_ansible() -> None:
    made = definition(
        read,
        options={"one": {"type": "str"}, "two": {"type": "str"}},
        mutually_exclusive=[("one", "two")],
        required_one_of=[("one", "two")],
        required_together=[("one", "two")],
    )
    assert made.rules == {
        "mutually_exclusive": [["one", "two"]],
        "required_one_of": [["one", "two"]],
        "required_together": [["one", "two"]],
    }
    assert {"url", "token", "one", "two"} <= set(made.argument_spec)


# As Ansible runs it


def test_an_ordinary_module(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    conversation.expect("GET", "/thing", token="given").answers(200)
    result = run_as_ansible(definition(read), url="https://engine.example.com", token="given")
    assert (result["read"], result["changed"]) == (True, False)
    assert "failed" not in result


def test_an_ordinary_module_that_fails(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    conversation.expect("GET", "/thing").answers(403, {"errorMessage": "Forbidden"})
    result = run_as_ansible(definition(read), url="https://engine.example.com", token="given")
    assert result["failed"] is True
    assert result["error"]["code"] == "not_permitted"
    assert result["stats"]["requests"] == 1


def test_check_mode_reaches_an_ordinary_module(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    result = run_as_ansible(definition(write), check_mode=True, url="https://engine.example.com", token="given")
    assert result["error"]["code"] == "write_in_read_only"
    assert not conversation.seen


def test_secrets_do_not_come_out(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    def tell(context: Context) -> dict[str, t.Any]:
        context.warn("the warning says hidden-word")
        return {"told": json.dumps(dict(context.params))}

    result = run_as_ansible(
        definition(tell, options={"passphrase": {"type": "str", "no_log": True}}),
        url="https://engine.example.com",
        username="admin",
        password="hidden-word",
        token="hidden-token",
        passphrase="hidden-phrase",
        proxy="http://me:hidden-proxy@proxy.example.com",
    )
    text = json.dumps(result)
    for secret in ("hidden-word", "hidden-token", "hidden-phrase", "hidden-proxy"):
        assert secret not in text
    assert "engine.example.com" in result["told"]
    assert not conversation.seen


NESTED = {
    "options": {
        "things": {
            "type": "list",
            "elements": "dict",
            "options": {"name": {}, "word": {"no_log": True}, "proxy": {}, "inner": {"type": "dict", "options": {}}},
        }
    }
}


def test_secrets_in_suboptions_do_not_come_out(run_as_ansible: AnsibleRunner) -> None:
    def tell(context: Context) -> dict[str, t.Any]:
        return {"told": json.dumps(dict(context.params))}

    things = [{"name": "shown", "word": "hidden-word", "proxy": "http://me:hidden-proxy@proxy.example.com"}]
    result = run_as_ansible(definition(tell, **NESTED), url="https://engine.example.com", token="given", things=things)
    assert "shown" in result["told"]
    assert "hidden" not in json.dumps(result)


def test_arguments_are_shown_without_secrets() -> None:
    spec = {"url": {}, "word": {"no_log": True}, "one": {"type": "dict", "options": {"word": {"no_log": True}}}}
    spec["many"] = {"type": "list", "elements": "dict", "options": spec["one"]["options"] | {"name": {}}}
    given = {"url": "u", "word": "w", "one": {"word": "w"}, "many": [{"name": "n", "word": "w"}, {"word": None}]}
    shown = shown_arguments(spec, given)
    placeholder = shown["word"]
    assert placeholder != "w"
    assert shown == {
        "url": "u",
        "word": placeholder,
        "one": {"word": placeholder},
        "many": [{"name": "n", "word": placeholder}, {"word": None}],
    }


def test_another_engine_with_options_of_its_own(conversation: Conversation, run_module: Runner) -> None:
    def both(context: Context) -> dict[str, t.Any]:
        context.engine().session.request("GET", "/thing")
        other = {**context.params, "url": "https://other.example.com", "token": "of the other"}
        context.engine(params=other).session.request("GET", "/thing")
        return {}

    conversation.expect("GET", "/thing", token="given").answers(200)
    base = "https://other.example.com/masking/api"
    conversation.expect("GET", "/thing", base=base, token="of the other").answers(200)
    assert run_module(definition(both))["stats"]["requests"] == 2
