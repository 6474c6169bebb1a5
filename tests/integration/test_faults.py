# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines and networks that misbehave: the run copes or says what is true, and the next one finishes.

Every case is a host with a target of its own, and with a source of its own where that misbehaves.
All cases are run at once, with the faults and without.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.compare import missing_on
from harness.lab import Engine, Lab, Request
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

Row = dict[str, t.Any]
_DATA = "scale:8:4:0:0:20000"


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens to a request. ``sends`` is how often one of this kind then reaches the engine in all."""

    method: str
    path: str
    action: Row
    sends: int | None = None
    times: int = 1
    after: int = 0

    @property
    def rule(self) -> Row:
        """The fault as the simulator takes it."""
        match: Row = {"times": self.times, "after": self.after}
        if self.method:
            match["method"] = self.method
        if self.path:
            match["path"] = f"^{self.path}" if self.path.endswith("/") else f"^{self.path}$"
        return {"match": match, "action": self.action}


@dataclasses.dataclass(frozen=True)
class Case:
    """Faults of both engines, and the codes of errors that may come of them; none if the run has to cope."""

    source: tuple[Fault, ...] = ()
    target: tuple[Fault, ...] = ()
    codes: tuple[str, ...] = ()
    options: Row = dataclasses.field(default_factory=dict)


def status(number: int, retry_after: int | None = None, html: bool = False) -> Row:
    return {"kind": "status", "status": number, "retry_after": retry_after, "html": html}


RESET, LOST, EXPIRED, CUT = ({"kind": kind} for kind in ("reset", "lost_answer", "expire_token", "truncate"))
LATE = {"kind": "latency", "milliseconds": 150}
LIST, TASK, DOCUMENT, RELEASE = "/syncable-objects", "/async-tasks/", "/file-downloads/", "/system-information"
EXPORT, IMPORT, LOGIN, LOGOUT = "/export-async", "/import-async", "/login", "/logout"
SLOW = {"kind": "slow_task", "seconds": 1.5}
SAME_METHOD: Row = {"method": "sync"}
HASTY: Row = {"retries": 1}
CASES = {
    # the run copes
    "everything takes long": Case(
        (Fault("", "", LATE, times=0), Fault("POST", EXPORT, SLOW, 1)),
        (Fault("", "", LATE, times=0), Fault("POST", IMPORT, SLOW, 1)),
    ),
    "connections to the source break": Case(
        source=(
            Fault("GET", LIST, RESET, 2),
            Fault("GET", RELEASE, RESET, 2),
            Fault("POST", EXPORT, RESET, 2),
            Fault("GET", TASK, RESET),
            Fault("GET", DOCUMENT, RESET),
            Fault("PUT", LOGOUT, RESET, 1),
        )
    ),
    "connections to the target break": Case(
        target=(
            Fault("GET", LIST, RESET, 3),
            Fault("GET", RELEASE, RESET, 2),
            Fault("GET", TASK, RESET),
            Fault("GET", DOCUMENT, RESET),
            Fault("PUT", LOGOUT, RESET, 1),
        )
    ),
    "answers of the source get lost": Case(
        source=(Fault("GET", LIST, LOST, 2), Fault("POST", EXPORT, LOST, 2), Fault("GET", DOCUMENT, CUT))
    ),
    "the source is overloaded": Case(
        source=(
            Fault("GET", LIST, status(429, retry_after=1), 2),
            Fault("POST", EXPORT, status(429, retry_after=1), 2),
            Fault("GET", TASK, status(503)),
            Fault("GET", DOCUMENT, status(504, html=True)),
        )
    ),
    "the target is overloaded": Case(
        target=(
            Fault("GET", LIST, status(503, html=True), 3),
            Fault("POST", IMPORT, status(429, retry_after=1), 2),
            Fault("GET", TASK, status(502, html=True)),
            Fault("GET", DOCUMENT, status(503)),
        )
    ),
    "the source forgets its sessions": Case(
        source=(Fault("POST", EXPORT, EXPIRED, 2), Fault("GET", TASK, EXPIRED), Fault("GET", DOCUMENT, EXPIRED))
    ),
    "the target forgets its sessions": Case(
        target=(
            Fault("POST", IMPORT, EXPIRED, 2),
            Fault("GET", TASK, EXPIRED),
            Fault("GET", DOCUMENT, EXPIRED),
            Fault("GET", LIST, EXPIRED, 3, after=1),
        )
    ),
    "the import's answer is lost": Case(target=(Fault("POST", IMPORT, LOST, 1),)),
    "the sync import's answer is lost": Case(target=(Fault("POST", "/import", LOST, 1),), options=SAME_METHOD),
    # the run cannot cope and says so
    "the login breaks off": Case(target=(Fault("POST", LOGIN, RESET, 1),), codes=("answer_lost",)),
    "no login at the moment": Case(target=(Fault("POST", LOGIN, status(503), 1),), codes=("refused",)),
    "too many logins": Case(target=(Fault("POST", LOGIN, status(429, retry_after=1), 1),), codes=("refused",)),
    "the import breaks off before it began": Case(target=(Fault("POST", IMPORT, RESET, 1),), codes=("answer_lost",)),
    "the sync import breaks off before it began": Case(
        target=(Fault("POST", "/import", RESET, 1),), codes=("answer_lost",), options=SAME_METHOD
    ),
    "no import at the moment": Case(target=(Fault("POST", IMPORT, status(503), 1),), codes=("answer_lost",)),
    "a page in place of the import's task": Case(
        target=(Fault("POST", IMPORT, {"kind": "html"}, 1),), codes=("answer_lost", "unexpected_answer")
    ),
    "no list for ever": Case(
        target=(Fault("GET", LIST, status(503, html=True), 2, times=0),), codes=("refused",), options=HASTY
    ),
    "every download is cut off": Case(
        source=(Fault("GET", DOCUMENT, CUT, times=0),), codes=("answer_lost",), options=HASTY
    ),
    # Only an engine can tell that a blob is not what it was.
    "the download is spoiled": Case(source=(Fault("GET", DOCUMENT, {"kind": "corrupt"}),), codes=("import_failed",)),
    "the export fails": Case(source=(Fault("POST", EXPORT, {"kind": "fail_task"}, 1),), codes=("task_failed",)),
    "the import fails": Case(target=(Fault("POST", IMPORT, {"kind": "fail_task"}),), codes=("import_failed",)),
}


@dataclasses.dataclass
class Outcome:
    """The engines; whether targets stayed as they were and what was asked in the first run; both runs."""

    pairs: dict[str, Pair]
    untouched: dict[str, bool]
    requests: dict[str, tuple[list[Request], list[Request]]]
    faulty: Run
    mended: Run


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    common = shared_lab.start("common", _DATA)
    for name, case in CASES.items():
        source = shared_lab.start(data=_DATA) if case.source else common
        pairs[name] = Pair(source, shared_lab.start(), case.options)
        for engine, faults in zip(pairs[name][:2], (case.source, case.target), strict=True):
            if faults:
                engine.faults(*(fault.rule for fault in faults))
    before = {name: pair.target.state() for name, pair in pairs.items()}
    faulty = run_pairs(ansible, pairs)
    requests = {}
    for name, pair in pairs.items():
        for engine, faults in zip(pair[:2], (CASES[name].source, CASES[name].target), strict=True):
            assert_happened(name, engine, faults)
        requests[name] = (pair.source.requests(), pair.target.requests())
        pair.target.wait_until_idle()
        pair.target.faults()
        if pair.source is not common:
            pair.source.faults()
    untouched = {name: pair.target.state() == before[name] for name, pair in pairs.items()}
    return Outcome(pairs, untouched, requests, faulty, run_pairs(ansible, pairs))


def assert_happened(name: str, engine: Engine, faults: tuple[Fault, ...]) -> None:
    """Fail when a fault was never met: then its case would prove nothing."""
    missed = [fault for fault, hits in zip(faults, engine.fault_hits(), strict=True) if not hits] if faults else []
    assert not missed, f"{name}: {missed} never happened"


@pytest.mark.parametrize("name", CASES)
def test_the_run_copes_or_says_what_is_true(outcome: Outcome, name: str) -> None:
    case, result = CASES[name], outcome.faulty.of(name)
    assert result.failed is bool(case.codes), result.data.get("msg")
    assert result.data["changed"] is not outcome.untouched[name]
    if case.codes:
        error = result.data["error"]
        assert error["code"] in case.codes, result.data["msg"]
        assert error["engine"] in result.data["msg"]
        # Who spoils a download cannot be seen before the target refuses it.
        blamed = outcome.pairs[name].source if case.source else outcome.pairs[name].target
        assert error["engine"] == (outcome.pairs[name].target if "import_failed" in case.codes else blamed).url
        assert outcome.untouched[name]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_sent_more_often_than_it_may_be(outcome: Outcome, name: str) -> None:
    for requests, faults in zip(outcome.requests[name], (CASES[name].source, CASES[name].target), strict=True):
        sent = [(request.method, request.path) for request in requests]
        counted = [fault for fault in faults if fault.sends]
        assert [sent.count((fault.method, fault.path)) for fault in counted] == [fault.sends for fault in counted]


@pytest.mark.parametrize("name", CASES)
def test_the_next_run_finishes_the_job(outcome: Outcome, name: str) -> None:
    source, target, _options = outcome.pairs[name]
    result = outcome.mended.of(name)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is outcome.untouched[name]
    assert missing_on(target, source) == set()


def test_engines_are_given_the_time_that_they_ask_for(outcome: Outcome) -> None:
    assert outcome.faulty.of("the source is overloaded").data["stats"]["seconds"] >= 2
    assert outcome.faulty.of("the target is overloaded").data["stats"]["seconds"] >= 1


def test_what_was_tried_again_is_counted_and_told(outcome: Outcome) -> None:
    data = outcome.faulty.of("connections to the target break").data
    assert data["stats"]["retries"] == 4
    assert sum("is sent again" in text for text in data["warnings"]) == 4
    assert any("logout failed" in text for text in data["warnings"])


@pytest.mark.parametrize("name", ["the import's answer is lost", "the sync import's answer is lost"])
def test_a_lost_import_is_told_in_a_warning(outcome: Outcome, name: str) -> None:
    assert any("the import has arrived" in text for text in outcome.faulty.of(name).data["warnings"])
