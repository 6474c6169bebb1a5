# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the targets of one run share, each in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import Catalog
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AuthenticationError,
    DeadlineError,
    MaskingError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import (
    Exchange,
    open_exchange,
)
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    catalog,
    entry,
)

_LIMIT = 10.0
_FORK = multiprocessing.get_context("fork")
CATALOG = catalog(entry("DOMAIN", "A"), entry("LOOKUP", "B", reason="broken"))


def sleep(seconds: float, _what: str) -> None:
    time.sleep(seconds)


class Meeting:
    """Makes sure that one target works while another waits for it.

    ``makers`` tells how many did the work, which ends when somebody has begun to wait.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pause(self, seconds: float, _what: str) -> None:
        """Wait, and let that be known."""
        (self._folder / "somebody-waits").touch()
        time.sleep(seconds)

    def work(self) -> None:
        """Work until somebody waits for the result."""
        (self._folder / f"made-by-{os.getpid()}").touch()
        wait_for(self._folder / "somebody-waits")

    @property
    def makers(self) -> int:
        """Number of processes that worked."""
        return len(list(self._folder.glob("made-by-*")))


def no_pause(_seconds: float, what: str) -> None:
    raise AssertionError(f"waited for {what}")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "exchange")


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    return Meeting(tmp_path)


class Targets:
    """Processes that share an exchange and send back what they got."""

    def __init__(self) -> None:
        self._started: list[t.Any] = []
        self._answers: list[t.Any] = []

    def start(self, work: t.Callable[[], t.Any]) -> t.Any:
        """Run in a process of its own."""
        receiver, sender = _FORK.Pipe(duplex=False)

        def answer() -> None:
            try:
                sender.send(work())
            except MaskingError as error:
                sender.send(error.to_result())

        process = _FORK.Process(target=answer)
        process.start()
        sender.close()
        self._started.append(process)
        self._answers.append(receiver)
        return process

    def answers(self) -> list[t.Any]:
        """What all of them sent."""
        found = []
        for receiver in self._answers:
            assert receiver.poll(_LIMIT), "a process does not answer"
            found.append(receiver.recv())
        return found

    def end(self) -> None:
        """Leave none behind."""
        for process in self._started:
            process.join(_LIMIT)
            if process.is_alive():
                process.kill()
                process.join()


@pytest.fixture
def targets() -> t.Iterator[Targets]:
    made = Targets()
    yield made
    made.end()


def wait_for(path: Path) -> None:
    """Poll until a file is there."""
    ends = time.monotonic() + _LIMIT
    while not path.exists():
        assert time.monotonic() < ends, f"{path} did not appear"
        time.sleep(0.005)


def test_a_catalog_is_made_once_for_all(folder: str, meeting: Meeting, targets: Targets) -> None:
    def make() -> Catalog:
        meeting.work()
        return CATALOG

    for _target in range(4):
        targets.start(lambda: Exchange(folder, meeting.pause).catalog(SOURCE, "all", make).to_json())
    assert targets.answers() == [CATALOG.to_json()] * 4
    assert meeting.makers == 1


def test_a_bundle_is_made_once_for_all(folder: str, meeting: Meeting, targets: Targets) -> None:
    def make(path: str) -> None:
        meeting.work()
        Path(path).write_text("bundle")

    for _target in range(4):
        targets.start(lambda: Path(Exchange(folder, meeting.pause).bundle(SOURCE, "x", make)).read_text())
    assert targets.answers() == ["bundle"] * 4
    assert meeting.makers == 1


def test_a_failure_is_shared_and_not_repeated(folder: str, meeting: Meeting, targets: Targets) -> None:
    def refuse() -> Catalog:
        meeting.work()
        raise AuthenticationError("login was refused", engine=SOURCE, http_status=401, hint="Check the password.")

    for _target in range(4):
        targets.start(lambda: Exchange(folder, meeting.pause).catalog(SOURCE, "all", refuse).to_json())
    answers = targets.answers()
    assert meeting.makers == 1
    assert [answer["error"] for answer in answers] == [answers[0]["error"]] * 4
    assert answers[0]["error"]["code"] == "authentication_failed"
    assert len({answer["msg"] for answer in answers}) == 1


def test_the_lock_of_a_killed_process_is_free(folder: str, tmp_path: Path, targets: Targets) -> None:
    def hang() -> Catalog:
        (tmp_path / "working").touch()
        signal.pause()
        raise AssertionError("was not killed")

    first = targets.start(lambda: Exchange(folder, sleep).catalog(SOURCE, "all", hang))
    wait_for(tmp_path / "working")
    os.kill(first.pid, signal.SIGKILL)
    first.join(_LIMIT)
    assert first.exitcode == -signal.SIGKILL
    assert Exchange(folder, no_pause).catalog(SOURCE, "all", lambda: CATALOG) == CATALOG


def test_waiting_for_another_ends_at_the_deadline(folder: str, tmp_path: Path, targets: Targets) -> None:
    def slow() -> Catalog:
        (tmp_path / "working").touch()
        wait_for(tmp_path / "enough")
        return CATALOG

    def over(seconds: float, what: str) -> None:
        assert seconds > 0
        raise DeadlineError(f"the deadline is over while waiting for {what}")

    targets.start(lambda: Exchange(folder, sleep).catalog(SOURCE, "all", slow).to_json())
    wait_for(tmp_path / "working")
    with pytest.raises(DeadlineError, match=SOURCE):
        Exchange(folder, over).catalog(SOURCE, "all", lambda: CATALOG)
    (tmp_path / "enough").touch()
    assert targets.answers() == [CATALOG.to_json()]


def test_a_defect_is_not_shared(folder: str) -> None:
    def broken() -> Catalog:
        raise ZeroDivisionError

    exchange = Exchange(folder, no_pause)
    with pytest.raises(ZeroDivisionError):
        exchange.catalog(SOURCE, "all", broken)
    assert exchange.catalog(SOURCE, "all", lambda: CATALOG) == CATALOG


def test_what_differs_is_not_shared(folder: str) -> None:
    exchange = Exchange(folder, no_pause)
    made: list[str] = []

    def bundle(path: str) -> None:
        made.append(path)
        Path(path).touch()

    paths = {
        exchange.bundle(source, content, bundle)
        for source in (SOURCE, "https://other.example.com")
        for content in ("a", "b", "a" * 10_000)
    }
    assert len(paths) == len(made) == 6
    exchange.catalog(SOURCE, "DOMAIN", lambda: CATALOG)
    assert exchange.catalog(SOURCE, "LOOKUP", catalog) == catalog()


def test_nothing_of_it_is_for_others(folder: str) -> None:
    exchange = Exchange(folder, no_pause)
    exchange.catalog(SOURCE, "all", lambda: CATALOG)
    with pytest.raises(OptionError):
        exchange.bundle(SOURCE, "a passphrase", lambda _path: (none for none in ()).throw(OptionError("no")))
    assert Path(folder).stat().st_mode & 0o077 == 0
    for path in Path(folder).iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert "passphrase" not in path.name + path.read_text()


def test_a_shared_failure_says_the_same_as_the_first(folder: str) -> None:
    exchange = Exchange(folder, no_pause)
    first = AuthenticationError("login was refused", engine=SOURCE, detail="no")

    def refuse() -> Catalog:
        raise first

    results = []
    for _target in range(2):
        with pytest.raises(MaskingError) as caught:
            exchange.catalog(SOURCE, "all", refuse)
        results.append(caught.value.to_result())
        assert str(caught.value) == str(first)
        assert caught.value.code == "authentication_failed"
    assert json.dumps(results[0]) == json.dumps(results[1])


@pytest.mark.parametrize("name", ["nightly", "2026-11-22", "a.b", "_x", "x" * 100])
def test_a_named_exchange_stays(tmp_path: Path, name: str) -> None:
    def unwanted() -> Catalog:
        raise AssertionError("made again")

    run_dir = tmp_path / "run"
    for make in (lambda: CATALOG, unwanted):
        with open_exchange(str(run_dir), name, no_pause) as exchange:
            assert exchange.catalog(SOURCE, "all", make) == CATALOG
    assert [path.parent for path in tmp_path.rglob("value-*.json")] == [run_dir / f"exchange-{name}"]


@pytest.mark.parametrize("name", [".", "..", "../up", "a/b", "/etc/x", ".hidden", "two words", "x" * 101, "new\nline"])
def test_a_name_that_is_no_plain_file_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="exchange"), open_exchange(str(tmp_path / "run"), name, no_pause):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [None, ""])
def test_an_exchange_without_name_goes_at_the_end(tmp_path: Path, name: str | None) -> None:
    with open_exchange(str(tmp_path), name, no_pause) as exchange:
        exchange.catalog(SOURCE, "all", lambda: CATALOG)
        assert list(tmp_path.rglob("value-*.json"))
        with open_exchange(str(tmp_path), name, no_pause) as other:
            assert other.catalog(SOURCE, "all", catalog) == catalog()
    assert not list(tmp_path.iterdir())
