# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks, waiting, exports, imports and the other calls of an engine."""

from __future__ import annotations

import io
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._api import (
    Engine,
    Task,
    failed_task,
    statuses_in,
)
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import FileUpload
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    DeadlineError,
    EngineBusyError,
    NotFoundError,
    OptionError,
    UnexpectedAnswerError,
    WriteGuardError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._session import (
    Credentials,
    Session,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from requests import exceptions as failures

Make = t.Callable[..., Engine]
LOST = failures.ReadTimeout("silence")


@pytest.fixture
def make(clock: FakeClock) -> Make:
    def build(*, read_only: bool = False, **options: t.Any) -> Engine:
        transport = Transport(
            Conversation.base, TransportOptions(**{"retries": 1, **options}), read_only=read_only, clock=clock
        )
        return Engine(Session(transport, Credentials(token="t"), warn=print))

    return build


def task_row(number: int = 7, status: str = "RUNNING", operation: str = "EXPORT") -> dict[str, t.Any]:
    return {"asyncTaskId": number, "operation": operation, "status": status, "reference": f"{operation}-QQ=="}


# What the engine says of itself


def test_the_release_is_asked_for_once(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/system-information").answers(200, {"version": "6.0.17.0", "build": "x"})
    engine = make()
    assert str(engine.release) == str(engine.release) == "6.0.17.0"
    assert engine.system_information["build"] == "x"


def test_an_engine_that_does_not_tell_its_release(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/system-information").answers(404, {"errorMessage": "unknown"})
    assert not make().release.known


@pytest.mark.parametrize("body", [[], "6.0", b"<html>"])
def test_system_information_that_is_none(conversation: Conversation, make: Make, body: t.Any) -> None:
    conversation.expect("GET", "/system-information").answers(200, body)
    with pytest.raises(UnexpectedAnswerError):
        _release = make().release


# Tasks


def test_a_task_is_polled_until_it_has_ended(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    for status in ("WAITING", "RUNNING", "RUNNING", "SUCCEEDED"):
        conversation.expect("GET", "/async-tasks/7").answers(200, task_row(status=status))
    engine = make()
    ended = engine.wait_for(Task.read(task_row(status="WAITING"), engine.name))
    assert (ended.status, ended.reference) == ("SUCCEEDED", "EXPORT-QQ==")
    assert len(clock.slept) == 4
    assert all(0 < pause <= 5 for pause in clock.slept)


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "CANCELLED"])
def test_an_ended_task_is_not_polled(make: Make, status: str) -> None:
    engine = make()
    task = Task.read(task_row(status=status), engine.name)
    assert engine.wait_for(task) == task


@pytest.mark.parametrize("row", [{"asyncTaskId": 7}, {"asyncTaskId": 7, "status": "QUEUED"}], ids=str)
def test_a_task_is_not_taken_for_ended_without_being_told(
    conversation: Conversation, make: Make, row: dict[str, t.Any]
) -> None:
    # Every field of a task is optional, and later releases may know more states.
    conversation.expect("GET", "/async-tasks/7").answers(200, task_row(status="SUCCEEDED"))
    engine = make()
    assert engine.wait_for(Task.read(row, engine.name)).status == "SUCCEEDED"


def test_a_task_that_does_not_end_is_named_at_the_deadline(
    conversation: Conversation, make: Make, clock: FakeClock
) -> None:
    engine = make(deadline=20)
    clock.wakers.append(lambda _now: conversation.expect("GET", "/async-tasks/7").answers(200, task_row()))
    with pytest.raises(DeadlineError, match="EXPORT task 7"):
        engine.wait_for(Task.read(task_row(), engine.name))
    conversation.calls.pop()
    assert sum(clock.slept) == pytest.approx(20)


def test_a_task_that_vanished(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/async-tasks/7").answers(404, {"errorMessage": "gone"})
    with pytest.raises(NotFoundError):
        make().task(7)


@pytest.mark.parametrize("row", [None, [], "RUNNING"])
def test_what_is_no_task_is_said_so(row: t.Any) -> None:
    with pytest.raises(UnexpectedAnswerError):
        Task.read(row, "engine")


def test_a_running_task_without_id_cannot_be_waited_for(make: Make) -> None:
    with pytest.raises(UnexpectedAnswerError):
        make().wait_for(Task(None, "EXPORT", "RUNNING", None))


def test_a_failed_task_is_explained_as_far_as_the_engine_does() -> None:
    error = failed_task("engine", Task(7, "EXPORT", "FAILED", None), "the export failed")
    assert "EXPORT task 7 ended as FAILED" in str(error)
    assert "application log" in str(error)
    assert "the reason" in str(failed_task("engine", Task(7, "EXPORT", "FAILED", None), "x", detail="the reason"))


# What else runs


def idle(conversation: Conversation) -> None:
    """Expect to be asked for everything that may run on a new engine, and answer that nothing does."""
    for status in ("WAITING", "RUNNING"):
        conversation.page("/async-tasks", [], status=status)
    for status in ("RUNNING", "QUEUED", "WAITING"):
        conversation.page("/executions", [], execution_status=status)


def test_sync_tasks_that_have_not_ended(conversation: Conversation, make: Make) -> None:
    waiting = [task_row(1, "WAITING", "IMPORT"), task_row(2, "WAITING", "RULESET_REFRESH")]
    running = [task_row(3, "RUNNING", "EXPORT"), task_row(4, "RUNNING", "ENCRYPTION_KEY_CREATE")]
    conversation.page("/async-tasks", waiting, status="WAITING")
    conversation.page("/async-tasks", [*running, task_row(5, "SUCCEEDED", "EXPORT")], status="RUNNING")
    assert [task.id for task in make().active_sync_tasks()] == [1, 3, 4]


def test_executions_of_a_new_engine_are_filtered_by_it(conversation: Conversation, make: Make) -> None:
    engine = make()
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    for status in ("RUNNING", "QUEUED", "WAITING"):
        conversation.page("/executions", [{"executionId": 1, "status": status}], execution_status=status)
    assert [row["status"] for row in engine.active_executions()] == ["RUNNING", "QUEUED", "WAITING"]


def test_executions_of_an_old_engine_are_filtered_here(conversation: Conversation, make: Make) -> None:
    # The filter is unknown to API 5.1.1, which is release 6.0.1.
    engine = make()
    conversation.expect("GET", "/system-information").answers(200, {"version": "6.0.1.0"})
    listed = [{"executionId": number, "status": status} for number, status in enumerate(("SUCCEEDED", "RUNNING"))]
    conversation.page("/executions", listed)
    assert [row["executionId"] for row in engine.active_executions()] == [1]


def test_an_idle_engine_is_not_waited_for(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    engine = make()
    conversation.page("/async-tasks", [], status="WAITING")
    conversation.page("/async-tasks", [], status="RUNNING")
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    for status in ("RUNNING", "QUEUED", "WAITING"):
        conversation.page("/executions", [], execution_status=status)
    assert engine.wait_until_idle("the import") is False
    assert clock.slept == []


def test_a_busy_engine_is_waited_for(conversation: Conversation, make: Make, clock: FakeClock) -> None:
    engine = make()
    conversation.expect("GET", "/system-information").answers(200, {"version": "20.0.0.0"})
    assert engine.release.known
    conversation.page("/async-tasks", [], status="WAITING")
    conversation.page("/async-tasks", [task_row()], status="RUNNING")
    for status in ("RUNNING", "QUEUED", "WAITING"):
        conversation.page("/executions", [], execution_status=status)
    idle(conversation)
    assert engine.wait_until_idle("the import") is True
    assert len(clock.slept) == 1


def test_what_an_engine_is_busy_with_is_named_at_the_deadline(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make(deadline=30)
    monkeypatch.setattr(engine, "active_sync_tasks", lambda: [Task(7, "IMPORT", "RUNNING", None)])
    job = {"executionId": 3, "jobId": 5, "status": "QUEUED"}
    monkeypatch.setattr(engine, "active_executions", lambda: [job])
    with pytest.raises(EngineBusyError) as caught:
        engine.wait_until_idle("the import")
    for word in ("the import", "IMPORT task 7", "execution 3 of job 5", "deadline"):
        assert word in str(caught.value)


# Exports


OBJECTS = [{"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"}]


def test_an_export_in_the_background(conversation: Conversation, make: Make) -> None:
    call = conversation.expect(
        "POST", "/export-async", query={}, json=OBJECTS, token="t", headers={"passphrase": "my example passphrase"}
    )
    call.answers(200, task_row())
    assert make().export_async(OBJECTS, passphrase="my example passphrase", structure=None).id == 7


def test_an_export_with_layout_and_without_passphrase(conversation: Conversation, make: Make) -> None:
    call = conversation.expect("POST", "/export-async", query={"structure": "ZIP"}, headers={"passphrase": None})
    call.answers(201, task_row())
    make().export_async(OBJECTS, passphrase=None, structure="ZIP")


def test_an_export_may_be_repeated(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/export-async").raises(LOST)
    conversation.expect("POST", "/export-async").answers(200, task_row())
    make().export_async(OBJECTS, passphrase=None, structure=None)
    into = io.BytesIO()
    conversation.expect("POST", "/export", json=OBJECTS).answers(502)
    conversation.expect("POST", "/export", json=OBJECTS).answers(200, b"{document}")
    make().export(OBJECTS, into, passphrase=None)
    assert into.getvalue() == b"{document}"


def test_an_export_in_the_foreground_may_take_long(conversation: Conversation, make: Make) -> None:
    call = conversation.expect("POST", "/export", headers={"passphrase": "word"}).answers(200, b"{}")
    make(read_timeout=60, deadline=900).export(OBJECTS, io.BytesIO(), passphrase="word")
    assert call.seen
    assert call.seen.timeout[1] == 900


def test_a_refused_export_is_told_in_the_engines_words(conversation: Conversation, make: Make) -> None:
    conversation.expect("POST", "/export-async").answers(404, {"errorMessage": "no such object"})
    conversation.expect("POST", "/export").answers(400, {"errorMessage": "two of one name"})
    with pytest.raises(ApiError, match="no such object"):
        make().export_async(OBJECTS, passphrase=None, structure=None)
    with pytest.raises(ApiError, match="two of one name"):
        make().export(OBJECTS, io.BytesIO(), passphrase=None)


@pytest.mark.parametrize(
    "passphrase", ["two\nlines", " hidden", "hidden ", "tab\there", "Stra\u00dfe", "\u20ac", "\x7f"]
)
def test_a_passphrase_that_no_header_can_hold(make: Make, passphrase: str) -> None:
    with pytest.raises(OptionError, match="passphrase") as caught:
        make().export_async(OBJECTS, passphrase=passphrase, structure=None)
    assert passphrase.strip() not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201])
def test_a_download(conversation: Conversation, make: Make, status: int) -> None:
    conversation.expect(
        "GET",
        "/file-downloads/EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24%3D",
        headers={"Accept": "application/octet-stream"},
    ).answers(status, b"document")
    into = io.BytesIO()
    make().download("EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24=", into)
    assert into.getvalue() == b"document"


def test_a_refused_download(conversation: Conversation, make: Make) -> None:
    conversation.expect("GET", "/file-downloads/EXPORT-QQ%3D%3D").answers(404, {"errorMessage": "purged"})
    with pytest.raises(ApiError, match="purged"):
        make().download("EXPORT-QQ==", io.BytesIO())


# Imports


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_bytes(b'{"blob": "x"}')
    return path


def test_an_import_in_the_background(conversation: Conversation, make: Make, bundle: Path) -> None:
    call = conversation.expect(
        "POST",
        "/import-async",
        query={"force_overwrite": "true", "environment_id": 3},
        headers={"passphrase": "word"},
    ).answers(200, task_row(operation="IMPORT"))
    upload = FileUpload(str(bundle), multipart=True)
    params = {"force_overwrite": "true", "environment_id": 3}
    assert make().import_async(upload, params, passphrase="word").ok
    assert call.seen
    assert call.seen.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'{"blob": "x"}' in call.seen.body


def test_an_import_in_the_foreground(conversation: Conversation, make: Make, bundle: Path) -> None:
    call = conversation.expect(
        "POST", "/import", body=b'{"blob": "x"}', headers={"Content-Type": "application/json", "passphrase": None}
    ).answers(200, [])
    make(deadline=900).import_sync(FileUpload(str(bundle), multipart=False), {}, passphrase=None)
    assert call.seen
    assert call.seen.timeout[1] == 900


@pytest.mark.parametrize("background", [True, False])
def test_an_import_is_never_sent_twice(conversation: Conversation, make: Make, bundle: Path, background: bool) -> None:
    engine = make(retries=4)
    send, path = (engine.import_async, "/import-async") if background else (engine.import_sync, "/import")
    conversation.expect("POST", path).raises(LOST)
    with pytest.raises(AnswerLostError):
        send(FileUpload(str(bundle), multipart=background), {}, passphrase=None)


def test_an_import_after_a_new_login_is_whole(conversation: Conversation, clock: FakeClock, bundle: Path) -> None:
    transport = Transport(Conversation.base, TransportOptions(), clock=clock)
    session = Session(transport, Credentials("admin", "word", "old"), warn=print)
    content = bundle.read_bytes()
    conversation.expect("POST", "/import", body=content, token="old").answers(401)
    conversation.login("new")
    conversation.expect("POST", "/import", body=content, token="new").answers(200, [])
    assert Engine(session).import_sync(FileUpload(str(bundle), multipart=False), {}, passphrase=None).ok


def test_import_statuses(conversation: Conversation, make: Make) -> None:
    rows = [{"objectType": "DOMAIN", "importStatus": "SUCCESS"}]
    conversation.expect("GET", "/file-downloads/IMPORT-QQ%3D%3D").answers(201, rows)
    assert make().import_statuses(Task(1, "IMPORT", "SUCCEEDED", "IMPORT-QQ==")) == (rows, None)


@pytest.mark.parametrize("status", [400, 404, 500])
def test_import_statuses_that_are_not_kept(conversation: Conversation, make: Make, status: int) -> None:
    # Whether a failed task has any is not documented.
    conversation.expect("GET", "/file-downloads/IMPORT-QQ%3D%3D").answers(status, {"errorMessage": "none"})
    assert make().import_statuses(Task(1, "IMPORT", "FAILED", "IMPORT-QQ==")) == (None, "none")
    assert make().import_statuses(Task(1, "IMPORT", "FAILED", None)) == (None, None)


@pytest.mark.parametrize(
    ("body", "words"), [(b"", None), (b"<html>", None), ({"errorMessage": "it failed"}, "it failed")], ids=str
)
def test_statuses_of_a_failed_task_that_are_none(
    conversation: Conversation, make: Make, body: t.Any, words: str | None
) -> None:
    # Neither is what the download answers then.
    conversation.expect("GET", "/file-downloads/IMPORT-QQ%3D%3D").answers(200, body)
    assert make().import_statuses(Task(1, "IMPORT", "FAILED", "IMPORT-QQ==")) == (None, words)


@pytest.mark.parametrize("status", [200, 404, 409])
def test_statuses_in_an_answer(status: int) -> None:
    rows = [{"importStatus": "FAILED"}]
    assert statuses_in(Answer(status, {}, b'[{"importStatus": "FAILED"}]', "engine")) == rows


@pytest.mark.parametrize("body", [b'{"errorMessage": "no"}', b"[1]", b"", b"<html>"])
def test_an_answer_without_statuses(body: bytes) -> None:
    assert statuses_in(Answer(409, {}, body, "engine")) is None


# Purge and the write guard


@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize("what", ["export", "import"])
def test_purge(conversation: Conversation, make: Make, what: t.Any, status: int) -> None:
    conversation.expect("DELETE", f"/{what}-async").answers(status)
    make().purge(what)


def test_nothing_is_written_by_a_reading_engine(make: Make, bundle: Path) -> None:
    engine = make(read_only=True)
    upload = FileUpload(str(bundle), multipart=True)
    writes: list[t.Callable[[], object]] = [
        lambda: engine.export(OBJECTS, io.BytesIO(), passphrase=None),
        lambda: engine.export_async(OBJECTS, passphrase=None, structure=None),
        lambda: engine.import_async(upload, {}, passphrase=None),
        lambda: engine.import_sync(upload, {}, passphrase=None),
        lambda: engine.purge("export"),
        lambda: engine.purge("import"),
    ]
    for write in writes:
        with pytest.raises(WriteGuardError):
            write()
