# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines and networks that misbehave: the run copes or says what is true, and the next one finishes.

Every case is a host with engines of its own. All cases are run at once: with the faults, and
twice without.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import missing_on
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
SOURCE, TARGET = "source", "target"


@dataclasses.dataclass(frozen=True)
class Case:
    """What goes wrong on which engine, and the codes of errors that may come of it; "" is none.

    ``sends`` is how often a request of that path reached the engine in the first run.
    """

    engine: str
    method: str
    path: str
    action: Row
    codes: tuple[str, ...] = ("",)
    times: int = 1
    after: int = 0
    sends: int | None = None
    options: Row = dataclasses.field(default_factory=dict)

    @property
    def where(self) -> str:
        """The path that matches, for those that match one alone."""
        return self.path.strip("^$")

    @property
    def rule(self) -> Row:
        """The fault as the simulator takes it."""
        match = {"method": self.method, "path": self.path, "times": self.times, "after": self.after}
        return {"match": {key: value for key, value in match.items() if value}, "action": self.action}


def status(number: int, retry_after: int | None = None, html: bool = False) -> Row:
    return {"kind": "status", "status": number, "retry_after": retry_after, "html": html}


RESET, LOST, EXPIRED = {"kind": "reset"}, {"kind": "lost_answer"}, {"kind": "expire_token"}
CASES = {
    # slow
    "everything late": Case(TARGET, "", "", {"kind": "latency", "milliseconds": 200}, times=0),
    "slow export": Case(SOURCE, "POST", "^/export-async$", {"kind": "slow_task", "seconds": 2}, sends=1),
    "slow import": Case(TARGET, "POST", "^/import-async$", {"kind": "slow_task", "seconds": 2}, sends=1),
    # connections
    "list broken off": Case(SOURCE, "GET", "^/syncable-objects$", RESET, sends=2),
    "release broken off": Case(TARGET, "GET", "^/system-information", RESET, sends=2),
    "export broken off": Case(SOURCE, "POST", "^/export-async$", RESET, sends=2),
    "task broken off": Case(SOURCE, "GET", "^/async-tasks", RESET),
    "download broken off": Case(SOURCE, "GET", "^/file-downloads", RESET),
    "login broken off": Case(TARGET, "POST", "^/login$", RESET, ("answer_lost",), sends=1),
    "logout broken off": Case(TARGET, "PUT", "^/logout$", RESET, sends=1),
    "export's answer lost": Case(SOURCE, "POST", "^/export-async$", LOST, sends=2),
    "import broken off before it began": Case(TARGET, "POST", "^/import-async$", RESET, ("answer_lost",), sends=1),
    "import's answer lost": Case(TARGET, "POST", "^/import-async$", LOST, sends=1),
    "sync import broken off before it began": Case(
        TARGET, "POST", "^/import$", RESET, ("answer_lost",), sends=1, options={"method": "sync"}
    ),
    "sync import's answer lost": Case(TARGET, "POST", "^/import$", LOST, sends=1, options={"method": "sync"}),
    "sync export's answer lost": Case(SOURCE, "POST", "^/export$", LOST, sends=2, options={"method": "sync"}),
    "import's statuses lost": Case(TARGET, "GET", "^/file-downloads", LOST),
    # answers of what stands in front of the engine
    "list unavailable once": Case(SOURCE, "GET", "^/syncable-objects$", status(503), sends=2),
    "task unavailable once": Case(TARGET, "GET", "^/async-tasks", status(502, html=True)),
    "download timed out once": Case(SOURCE, "GET", "^/file-downloads", status(504)),
    "list unavailable for ever": Case(
        TARGET, "GET", "^/syncable-objects$", status(503, html=True), ("refused",), 0, sends=2, options={"retries": 1}
    ),
    "list with an inner error": Case(TARGET, "GET", "^/syncable-objects$", status(500), ("refused",), 0, sends=1),
    "login unavailable": Case(TARGET, "POST", "^/login$", status(503), ("answer_lost",), sends=1),
    "import unavailable": Case(TARGET, "POST", "^/import-async$", status(503), ("answer_lost",), sends=1),
    "a page in place of the import's task": Case(
        TARGET, "POST", "^/import-async$", {"kind": "html"}, ("answer_lost", "unexpected_answer"), sends=1
    ),
    "too many lists": Case(SOURCE, "GET", "^/syncable-objects$", status(429, retry_after=1), sends=2),
    "too many exports": Case(SOURCE, "POST", "^/export-async$", status(429, retry_after=1), sends=2),
    "too many imports": Case(TARGET, "POST", "^/import-async$", status(429, retry_after=1), sends=2),
    "too many logins": Case(TARGET, "POST", "^/login$", status(429, retry_after=1), ("refused",), sends=1),
    # sessions
    "source forgets the session": Case(SOURCE, "GET", "^/async-tasks", EXPIRED),
    "target forgets the session": Case(TARGET, "GET", "^/async-tasks", EXPIRED),
    "session ends before the export": Case(SOURCE, "POST", "^/export-async$", EXPIRED, sends=2),
    "session ends before the import": Case(TARGET, "POST", "^/import-async$", EXPIRED, sends=2),
    "session ends before the proof": Case(TARGET, "GET", "^/syncable-objects$", EXPIRED, after=1, sends=3),
    # downloads
    "download cut off once": Case(SOURCE, "GET", "^/file-downloads", {"kind": "truncate"}),
    "download cut off always": Case(
        SOURCE, "GET", "^/file-downloads", {"kind": "truncate"}, ("answer_lost",), 0, options={"retries": 1}
    ),
    # Only an engine can tell that a blob is not what it was.
    "download spoiled": Case(SOURCE, "GET", "^/file-downloads", {"kind": "corrupt"}, ("import_failed",)),
    # tasks
    "export fails": Case(SOURCE, "POST", "^/export-async$", {"kind": "fail_task"}, ("task_failed",), sends=1),
    "import fails": Case(TARGET, "POST", "^/import-async$", {"kind": "fail_task"}, ("import_failed",)),
}


@dataclasses.dataclass
class Outcome:
    """The engines, and the runs: with the faults, without them, and once more."""

    pairs: dict[str, Pair]
    untouched: dict[str, bool]
    requests: dict[str, list[t.Any]]
    faulty: Run
    mended: Run
    last: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    # Engines that do not misbehave can be shared as sources.
    common = shared_lab.start("common", "scale:8:4:0:0:20000")
    for name, case in CASES.items():
        host = name.replace(" ", "-").replace("'", "")
        source = common if case.engine == TARGET else shared_lab.start(f"{host}-source", "scale:8:4:0:0:20000")
        pairs[name] = Pair(source, shared_lab.start(f"{host}-target"), case.options)
        misbehaving(pairs[name], case).faults(case.rule)
    before = {name: pair.target.state() for name, pair in pairs.items()}
    faulty = run_pairs(ansible, pairs)
    for name, pair in pairs.items():
        assert misbehaving(pair, CASES[name]).fault_hits()[0] > 0, f"the fault {name!r} never happened"
        pair.target.wait_until_idle()
    untouched = {name: pair.target.state() == before[name] for name, pair in pairs.items()}
    requests = {name: misbehaving(pair, CASES[name]).requests() for name, pair in pairs.items()}
    for pair in pairs.values():
        pair.source.faults()
        pair.target.faults()
    return Outcome(pairs, untouched, requests, faulty, run_pairs(ansible, pairs), run_pairs(ansible, pairs))


def misbehaving(pair: Pair, case: Case) -> Engine:
    return pair.source if case.engine == SOURCE else pair.target


@pytest.mark.parametrize("name", CASES)
def test_the_run_copes_or_says_what_is_true(outcome: Outcome, name: str) -> None:
    case, result = CASES[name], outcome.faulty.of(name)
    code = result.data["error"]["code"] if result.failed else ""
    assert code in case.codes, result.data["msg"] if result.failed else "it went well"
    assert result.data["changed"] is not outcome.untouched[name]
    if result.failed:
        assert outcome.untouched[name]
        assert result.data["error"]["engine"] in (outcome.pairs[name].source.url, outcome.pairs[name].target.url)
        assert result.data["error"]["engine"] in result.data["msg"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.sends])
def test_nothing_is_sent_more_often_than_it_may_be(outcome: Outcome, name: str) -> None:
    case = CASES[name]
    sent = [
        request for request in outcome.requests[name] if (request.method, request.path) == (case.method, case.where)
    ]
    assert len(sent) == case.sends


@pytest.mark.parametrize("name", CASES)
def test_the_next_run_finishes_the_job(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.mended.of(name)
    assert not result.failed, result.data["msg"]
    assert missing_on(target, source) == set()
    assert result.data["changed"] is outcome.untouched[name]
    assert outcome.last.of(name).data["changed"] is False


@pytest.mark.parametrize("name", ["too many lists", "too many exports", "too many imports"])
def test_an_engine_is_given_the_time_that_it_asks_for(outcome: Outcome, name: str) -> None:
    assert outcome.faulty.of(name).data["stats"]["seconds"] >= 1
    assert outcome.faulty.of(name).data["stats"]["retries"] == 1


def test_a_lost_import_is_told_in_a_warning(outcome: Outcome) -> None:
    for name in ("import's answer lost", "sync import's answer lost"):
        assert any("the import has arrived" in text for text in outcome.faulty.of(name).data["warnings"])
