# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook run four times: a look ahead, for real, once more, and a last look."""

from __future__ import annotations

import dataclasses
import typing as t

from harness.lab import Engine, Request, inventory
from harness.playbook import Ansible, Result, Run

Row = dict[str, t.Any]
LOOK, APPLY, AGAIN, LAST = "look", "apply", "again", "last look"
STAGES = {LOOK: ["--check", "--diff"], APPLY: ["--diff"], AGAIN: ["--diff"], LAST: ["--check", "--diff"]}
LOOKS = (LOOK, LAST)
NOTHING_TO_DO = (AGAIN, LAST)
_REPORT = "maskops.delphix.sync : Show what happened on each target"


@dataclasses.dataclass
class Stage:
    """One of the four runs: what it did, what it asked of each engine, and what each held afterwards."""

    run: Run
    requests: dict[str, list[Request]]
    states: dict[str, str]

    def writes(self) -> list[Request]:
        """Requests to any engine that could have changed an object. Tests of connectors change none."""
        return [
            request
            for requests in self.requests.values()
            for request in requests
            if request.writes and not request.path.endswith("/test")
        ]

    def sync(self, target: str) -> Row:
        """The result of the sync of a target; of the first look at it if there was a second."""
        return syncs(self.run, target)[0].data


def four_times(ansible: Ansible, playbook: str, given: Row, engines: t.Sequence[Engine]) -> dict[str, Stage]:
    """Run a playbook four times; every run has to go well."""
    stages = {}
    for name, options in STAGES.items():
        for engine in engines:
            engine.forget()
        run = ansible.run(playbook, given, *options)
        assert run.status == 0, run.output[-5000:]
        stages[name] = Stage(
            run,
            {engine.name: engine.requests() for engine in engines},
            {engine.name: engine.state() for engine in engines},
        )
    return stages


def engines_of(source: Engine, targets: t.Sequence[Engine], hosts: t.Mapping[str, Row], **variables: t.Any) -> Row:
    """An inventory with further variables of single hosts."""
    given = inventory(source, targets, **variables)
    known = given["all"]["children"]["masking_targets"]["hosts"]
    for name, more in hosts.items():
        known[name].update(more)
    return given


def syncs(run: Run, target: str) -> list[Result]:
    """All results of masking_sync on a target, in order."""
    return [
        result
        for result in run.results
        if result.host == target and result.action.endswith("masking_sync") and result.status != "skipped"
    ]


def reports(run: Run) -> list[list[str]]:
    """The lines of each report that a run has shown."""
    return [result.data["msg"] for result in run.results if result.task == _REPORT]


def outcomes(report: t.Sequence[str]) -> dict[str, str]:
    """What a report says became of each target, in its last column."""
    rows = [line for line in report[1:] if not line.split()[0].endswith(":")]
    return {line.split()[0]: line.split("  ")[-1] for line in rows}


def told(report: t.Sequence[str], target: str) -> list[str]:
    """What a report says of a target below the table."""
    return [line.removeprefix(f"{target}: ") for line in report if line.startswith(f"{target}: ")]
