# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second front door: the same results as through the first one, or a hand-over to it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
import types
import typing as t
from pathlib import Path

import pytest
from ansible.utils.display import Display
from ansible_collections.maskops.delphix.plugins.action.masking_sync import ActionModule
from ansible_collections.maskops.delphix.plugins.module_utils import _transport
from ansible_collections.maskops.delphix.plugins.module_utils._module import Definition
from ansible_collections.maskops.delphix.tests.unit.support.bundles import encoded, row
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner

Result = dict[str, t.Any]
INFO = "maskops.delphix.masking_engine_info"
LOGIN = "maskops.delphix.masking_login"
CREDENTIALS = "maskops.delphix.masking_connector_credentials"
GIVEN = {"url": "https://engine.example.com", "token": "given"}
# From Ansible 2.21 on, results hold the arguments only on request.
INJECT = {"ansible_inject_invocation": True}
USER = {"url": "https://engine.example.com", "username": "admin", "password": "hidden-word"}


@dataclasses.dataclass
class Task:
    """What the plugin looks at of a task and its connection."""

    action: str = INFO
    args: Result = dataclasses.field(default_factory=lambda: dict(GIVEN))
    transport: str = "local"
    async_val: int = 0
    become: bool = False
    environment: t.Any = None
    delegate_to: str | None = None
    check_mode: bool = False
    diff: bool = False
    no_log: bool = False
    task_vars: Result = dataclasses.field(default_factory=dict)
    handed_over: list[Result] = dataclasses.field(default_factory=list)
    module_result: Result = dataclasses.field(default_factory=lambda: {"changed": False, "by_module": True})

    def run(self) -> Result:
        """The plugin's result; ``handed_over`` tells with what the module was executed, if it was."""
        task = types.SimpleNamespace(
            action=self.action,
            resolved_action=self.action,
            args=self.args,
            async_val=self.async_val,
            environment=self.environment,
            delegate_to=self.delegate_to,
            check_mode=self.check_mode,
            diff=self.diff,
            no_log=self.no_log,
        )
        connection = types.SimpleNamespace(transport=self.transport, _shell=types.SimpleNamespace(tmpdir="/nowhere"))
        templar = types.SimpleNamespace(
            template=lambda text: text.replace("{{ ansible_playbook_python }}", sys.executable)
        )
        play = types.SimpleNamespace(become=self.become)
        loader = types.SimpleNamespace(get_basedir=lambda: "/playbooks")
        plugin: t.Any = ActionModule(task, connection, play, loader, templar, None)

        def execute(**arguments: t.Any) -> Result:
            self.handed_over.append(arguments)
            return dict(self.module_result)

        plugin._execute_module = execute
        return t.cast("Result", plugin.run(None, self.task_vars))


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    monkeypatch.setattr(_transport, "Clock", lambda: clock)


def tells_release(conversation: Conversation) -> None:
    conversation.expect("GET", "/system-information", token="given").answers(200, {"version": "20.0.0.0"})


# Where a task runs


@pytest.mark.parametrize(
    "task",
    [
        Task(),
        Task(environment=[]),
        Task(environment=[{}]),
        Task(task_vars={"ansible_python_interpreter": sys.executable}),
        Task(task_vars={"ansible_python_interpreter": "{{ ansible_playbook_python }}"}),
        Task(task_vars={"ansible_python_interpreter": "auto_silent"}),
        Task(task_vars={"ansible_python_interpreter": ""}),
        Task(
            delegate_to="engine",
            task_vars={
                "ansible_python_interpreter": "/usr/bin/other",
                "ansible_delegated_vars": {"engine": {"ansible_python_interpreter": sys.executable}},
            },
        ),
        Task(delegate_to="engine", task_vars={"ansible_delegated_vars": {}}),
    ],
    ids=lambda task: str(task.task_vars or task.environment),
)
def test_a_local_task_runs_in_this_process(conversation: Conversation, task: Task) -> None:
    tells_release(conversation)
    result = task.run()
    assert result["engine"]["release"] == "20.0.0.0"
    assert not task.handed_over


@pytest.mark.parametrize(
    "task",
    [
        Task(transport="ssh"),
        Task(transport="docker"),
        Task(become=True),
        Task(environment=[{"REQUESTS_CA_BUNDLE": "/other.pem"}]),
        Task(environment=["{{ env }}"]),
        Task(task_vars={"ansible_python_interpreter": "/usr/bin/other"}),
        Task(task_vars={"ansible_python_interpreter": "python3"}),
        Task(
            delegate_to="engine",
            task_vars={
                "ansible_python_interpreter": sys.executable,
                "ansible_delegated_vars": {"engine": {"ansible_python_interpreter": "/usr/bin/other"}},
            },
        ),
    ],
    ids=lambda task: str(task.task_vars or task.environment or task.transport),
)
def test_any_other_task_is_executed_as_a_module(conversation: Conversation, task: Task) -> None:
    result = task.run()
    assert result["by_module"] is True
    (arguments,) = task.handed_over
    assert arguments["module_name"] == INFO
    assert arguments["task_vars"] == task.task_vars
    assert arguments["wrap_async"] is False
    assert not conversation.seen


def test_a_background_task_is_executed_as_a_module() -> None:
    task = Task(async_val=60)
    assert task.run()["by_module"] is True
    assert task.handed_over[0]["wrap_async"] is True


def test_an_interpreter_of_another_environment_is_another(tmp_path: Path) -> None:
    # A link to the same program in another folder has other libraries.
    link = tmp_path / "bin" / "python"
    link.parent.mkdir()
    link.symlink_to(Path(sys.executable).resolve())
    task = Task(task_vars={"ansible_python_interpreter": str(link)})
    assert task.run()["by_module"] is True


MODULES = sorted(path.stem for path in (Path(__file__).parents[4] / "plugins" / "modules").glob("masking_*.py"))


@pytest.mark.parametrize("module", [*MODULES, "masking_syncable_objects_info"])
@pytest.mark.parametrize("prefix", ["maskops.delphix.", ""])
def test_every_module_is_found_by_the_name_of_the_task(module: str, prefix: str) -> None:
    task = Task(action=prefix + module, transport="ssh")
    assert task.run()["by_module"] is True
    assert task.handed_over[0]["module_name"] == prefix + module
    real = module if module in MODULES else module.removesuffix("_info")
    imported = importlib.import_module(f"ansible_collections.maskops.delphix.plugins.modules.{real}")
    refused = Task(action=prefix + module, args={"bogus": 1}).run()
    assert all(name in refused["msg"] for name in imported.DEFINITION.argument_spec)


# The same through both doors


def definition(action: str) -> Definition:
    name = action.rpartition(".")[2]
    return importlib.import_module(f"ansible_collections.maskops.delphix.plugins.modules.{name}").DEFINITION


WRONG = [
    (INFO, {"bogus": 1}),
    (INFO, {"bogus": 1, "worse": 2}),
    (INFO, {"retries": "many"}),
    (INFO, {"validate_certs": "perhaps"}),
    (INFO, {"activity": [1]}),
    ("maskops.delphix.masking_import", {}),
    ("maskops.delphix.masking_import", {"src": "x", "environment": "QA", "environment_id": 3}),
    ("maskops.delphix.masking_import", {"src": "x", "method": "slow"}),
    (CREDENTIALS, {"connectors": [{"environment": "QA"}]}),
    (CREDENTIALS, {"connectors": [{"environment": "QA", "name": "A", "password": "p", "ssh_key": "k"}]}),
    (CREDENTIALS, {"connectors": [{"environment": "QA", "name": "A", "bogus": 1}]}),
    ("maskops.delphix.masking_export", {"dest": "x"}),
    ("maskops.delphix.masking_export", {"dest": "x", "objects": [{"type": "DOMAIN"}]}),
    ("maskops.delphix.masking_export", {"dest": "x", "objects": [{"type": "DOMAIN", "name": "A", "id": 1}]}),
]


@pytest.mark.parametrize(("action", "args"), WRONG, ids=str)
def test_wrong_arguments_are_refused_in_the_same_words(
    run_as_ansible: AnsibleRunner, action: str, args: Result
) -> None:
    args = {**GIVEN, **args}
    ours = Task(action=action, args=args).run()
    theirs = run_as_ansible(definition(action), **args)
    assert ours["failed"] is theirs["failed"] is True
    assert ours["msg"] == theirs["msg"]


def test_wrong_arguments_have_a_code_and_no_secret() -> None:
    args = {**USER, "retries": "hidden-word"}
    result = Task(args=args).run()
    assert result["error"]["code"] == "invalid_option"
    assert "hidden-word" not in json.dumps(result)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("held", ["a" * 40, "b" * 40])
@pytest.mark.parametrize("inject", [True, False])
def test_results_are_the_same(
    conversation: Conversation,
    run_as_ansible: AnsibleRunner,
    tmp_path: Path,
    check_mode: bool,
    held: str,
    inject: bool,
) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(encoded([row("DOMAIN", "A", "b" * 40)]))
    args = {**GIVEN, "src": str(bundle), "method": "sync", "retries": "2"}
    status = {"objectIdentifier": {"id": "A"}, "objectType": "DOMAIN", "importStatus": "SUCCESS"}

    def converse() -> None:
        conversation.page("/syncable-objects", [row("DOMAIN", "A", held)], object_type="DOMAIN")
        conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
        if held == "a" * 40 and not check_mode:
            conversation.expect("POST", "/import").answers(200, [status])
            conversation.page("/syncable-objects", [row("DOMAIN", "A", "b" * 40)], object_type="DOMAIN")

    converse()
    settings = {"ansible_inject_invocation": inject}
    ours = Task("maskops.delphix.masking_import", args, check_mode=check_mode, diff=True, task_vars=settings).run()
    converse()
    theirs = run_as_ansible(definition("masking_import"), check_mode=check_mode, inject_invocation=inject, **args)
    assert ours["changed"] is (held == "a" * 40)
    for result in (ours, theirs):
        result["stats"].pop("seconds")
    assert json.loads(json.dumps(ours)) == theirs


def test_failures_are_the_same(conversation: Conversation, run_as_ansible: AnsibleRunner) -> None:
    for _door in range(2):
        conversation.expect("GET", "/system-information").answers(403, {"errorMessage": "Forbidden"})
    ours = Task(task_vars=INJECT).run()
    theirs = run_as_ansible(definition(INFO), **GIVEN)
    assert ours["failed"] is True
    for result in (ours, theirs):
        result["stats"].pop("seconds")
    assert json.loads(json.dumps(ours)) == theirs


@pytest.mark.parametrize(("check_mode", "diff"), [(True, False), (False, True)])
def test_modes_reach_the_module(conversation: Conversation, tmp_path: Path, check_mode: bool, diff: bool) -> None:
    conversation.page("/syncable-objects", [row("DOMAIN", "A")], object_type="DOMAIN")
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    if not check_mode:
        conversation.expect("POST", "/export").answers(200, encoded([row("DOMAIN", "A")]))
    args = {**GIVEN, "object_types": ["DOMAIN"], "dest": str(tmp_path / "b.json"), "method": "sync"}
    result = Task("maskops.delphix.masking_export", args, check_mode=check_mode, diff=diff).run()
    assert result["changed"] is True
    assert ("diff" in result) is diff
    assert (tmp_path / "b.json").exists() is not check_mode


def test_arguments_of_ansible_itself_are_no_options(conversation: Conversation) -> None:
    tells_release(conversation)
    result = Task(args={**GIVEN, "_ansible_no_log": False, "_ansible_verbosity": 3}).run()
    assert "failed" not in result


def test_variables_of_the_environment_count(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    tells_release(conversation)
    monkeypatch.setenv("DELPHIX_MASKING_URL", GIVEN["url"])
    monkeypatch.setenv("DELPHIX_MASKING_TOKEN", GIVEN["token"])
    result = Task(args={}, task_vars=INJECT).run()
    assert "failed" not in result
    assert result["invocation"]["module_args"]["token"] != "given"


@pytest.mark.parametrize("no_log", [False, True])
def test_progress_is_shown_as_it_comes(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, no_log: bool
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_more, **_options: shown.append(text))
    job = {"maskingJobId": 30, "jobName": "hidden-word"}
    conversation.login("t1")
    conversation.page("/environments", [{"environmentId": 3, "environmentName": "QA"}])
    conversation.page("/masking-jobs", [job], environment_id=3)
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    conversation.page("/executions", [], job_id=30)
    run = {"executionId": 41, "jobId": 30, "rowsTotal": 1000}
    conversation.expect("POST", "/executions").answers(200, {**run, "status": "QUEUED"})
    for masked in (100, 150, 500):
        conversation.expect("GET", "/executions/41").answers(200, {**run, "status": "RUNNING", "rowsMasked": masked})
    conversation.expect("GET", "/executions/41").answers(200, {**run, "status": "SUCCEEDED", "rowsMasked": 1000})
    conversation.page("/execution-components", [], execution_id=41)
    conversation.page("/execution-events", [], execution_id=41)
    conversation.logout("t1")
    args = {**USER, "environment": "QA", "name": "hidden-word", "type": "masking"}
    task = Task("maskops.delphix.masking_job_run", args, no_log=no_log, task_vars={"inventory_hostname": "qa"})
    assert task.run()["changed"] is True
    assert len(shown) == (0 if no_log else 4)
    assert all(text.startswith("[qa] engine https://engine.example.com") for text in shown)
    assert [" 100 of 1000 rows" in text for text in shown] == ([] if no_log else [False, True, False, False])
    assert "hidden-word" not in "".join(shown)


# Secrets


def test_secrets_do_not_come_out(conversation: Conversation) -> None:
    conversation.login("hidden-token")
    about = {"version": "20.0.0.0 hidden-word", "build": "hidden-proxy"}
    conversation.expect("GET", "/system-information").answers(200, about)
    conversation.logout("hidden-token")
    args = {**USER, "proxy": "http://me:hidden-proxy@proxy.example.com"}
    result = Task(args=args, task_vars=INJECT).run()
    assert "hidden" not in json.dumps(result)
    shown = result["invocation"]["module_args"]
    assert (shown["username"], shown["token"]) == ("admin", None)
    assert shown["password"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_of_suboptions_are_treated_alike(
    conversation: Conversation, run_as_ansible: AnsibleRunner, check_mode: bool
) -> None:
    connector = {"databaseConnectorId": 7, "connectorName": "oracle", "environmentId": 3}

    def converse() -> None:
        conversation.page("/environments", [{"environmentId": 3, "environmentName": "QA"}])
        conversation.page("/database-connectors", [connector], environment_id=3)
        if check_mode:
            conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
            return
        for words in ("Connection Failed", "Connection Failed: hidden-word"):
            conversation.expect("POST", "/database-connectors/7/test").answers(200, {"response": words})
            if words == "Connection Failed":
                conversation.expect("GET", "/database-connectors/7").answers(200, connector)

    wishes = [{"environment": "QA", "name": "oracle", "type": "database", "password": "hidden-word"}]
    args = {**GIVEN, "connectors": wishes}
    converse()
    ours = Task(CREDENTIALS, args, check_mode=check_mode, diff=True, task_vars=INJECT).run()
    converse()
    theirs = run_as_ansible(definition(CREDENTIALS), check_mode=check_mode, **args)
    for result in (ours, theirs):
        result["stats"].pop("seconds")
    assert json.loads(json.dumps(ours)) == theirs
    assert "oracle" in json.dumps(ours["invocation"])
    assert "hidden-word" not in json.dumps(ours)


def test_a_login_hides_its_result_and_gives_the_token(conversation: Conversation) -> None:
    conversation.login("a new token")
    result = Task(LOGIN, USER).run()
    assert result["token"] == "a new token"
    assert result["_ansible_no_log"] is True
    assert "hidden-word" not in json.dumps(result)


def test_a_failed_login_shows_why(conversation: Conversation) -> None:
    conversation.expect("POST", "/login").answers(401, {"errorMessage": "user hidden-word is locked"})
    result = Task(LOGIN, USER).run()
    assert result["failed"] is True
    assert "_ansible_no_log" not in result
    assert "is locked" in result["msg"]
    assert "hidden-word" not in json.dumps(result)


@pytest.mark.parametrize("failed", [True, False])
def test_a_login_by_the_module_is_hidden_too(failed: bool) -> None:
    module_result = {"failed": True, "msg": "refused"} if failed else {"token": "a new token"}
    result = Task(LOGIN, USER, transport="ssh", module_result=module_result).run()
    assert result.get("_ansible_no_log", False) is not failed


def test_other_results_are_shown(conversation: Conversation) -> None:
    tells_release(conversation)
    assert "_ansible_no_log" not in Task().run()


def test_a_login_in_the_background_is_refused() -> None:
    # Its result would be shown when it is collected.
    task = Task(LOGIN, USER, async_val=60)
    result = task.run()
    assert result["failed"] is True
    assert result["error"]["code"] == "invalid_option"
    assert not task.handed_over
