# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of background exports and imports: an engine can only forget everybody's at once."""

from __future__ import annotations

import pytest
from harness.compare import missing_on
from harness.lab import Engine, Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run
from harness.tasks import HERE, INVENTORY, at, play, task

_DATA = "scale:4:2:0:0:0"
_FOR_A_MINUTE = {"match": {"path": "^/export-async$", "times": 1}, "action": {"kind": "slow_task", "seconds": 60}}
ASKED, NOT_ASKED, BESIDE = "asked", "not asked", "asked beside an export of somebody"


def purges(engine: Engine) -> list[str]:
    return [request.path for request in engine.requests() if request.method == "DELETE"]


def export_for_a_minute(engine: Engine) -> int:
    """Let somebody export; returns the number of the task."""
    engine.faults(_FOR_A_MINUTE)
    body = [{"objectIdentifier": {"id": "FIRST_NAME"}, "objectType": "DOMAIN"}]
    return int(engine.person.call("POST", "/export-async", json=body).json()["asyncTaskId"])


@pytest.fixture(scope="module")
def pairs(shared_lab: Lab) -> dict[str, Pair]:
    return {
        name: Pair(shared_lab.start(data=_DATA), shared_lab.start(), {} if name == NOT_ASKED else {"purge": True})
        for name in (ASKED, NOT_ASKED, BESIDE)
    }


@pytest.fixture(scope="module")
def foreign_task(pairs: dict[str, Pair]) -> int:
    return export_for_a_minute(pairs[BESIDE].source)


@pytest.fixture(scope="module")
def run(ansible: Ansible, pairs: dict[str, Pair], foreign_task: int) -> Run:
    assert foreign_task
    return run_pairs(ansible, pairs)


@pytest.mark.parametrize("name", [ASKED, NOT_ASKED, BESIDE])
def test_the_sync_itself_is_done(run: Run, pairs: dict[str, Pair], name: str) -> None:
    assert not run.of(name).failed, run.of(name).data["msg"]
    assert missing_on(pairs[name].target, pairs[name].source) == set()


def test_documents_are_left_unless_asked(run: Run, pairs: dict[str, Pair]) -> None:
    assert run.of(NOT_ASKED).data["changed"] is True
    assert purges(pairs[NOT_ASKED].source) + purges(pairs[NOT_ASKED].target) == []


def test_documents_are_removed_when_asked(run: Run, pairs: dict[str, Pair]) -> None:
    assert run.of(ASKED).data["changed"] is True
    assert purges(pairs[ASKED].source) == ["/export-async"]
    assert purges(pairs[ASKED].target) == ["/import-async"]


def test_documents_are_left_while_somebody_else_may_need_them(
    run: Run, pairs: dict[str, Pair], foreign_task: int
) -> None:
    assert purges(pairs[BESIDE].source) == []
    assert purges(pairs[BESIDE].target) == ["/import-async"]
    assert any(
        pairs[BESIDE].source.url in text and f"task {foreign_task}" in text for text in run.of(BESIDE).data["warnings"]
    )


def test_export_keeps_to_the_same(ansible: Ansible, lab: Lab) -> None:
    idle, busy = lab.start(), lab.start()
    export_for_a_minute(busy)
    tasks = [
        task(name, "masking_export", at(engine, object_types=["DOMAIN"], dest=str(lab.folder / name), purge=True))
        for name, engine in (("idle", idle), ("busy", busy))
    ]
    run = ansible.run(play(*tasks), INVENTORY)
    assert [run.result(HERE, name).data["changed"] for name in ("idle", "busy")] == [True, True]
    assert (purges(idle), purges(busy)) == (["/export-async"], [])
    assert "warnings" not in run.result(HERE, "idle").data
    assert any(busy.url in text for text in run.result(HERE, "busy").data["warnings"])
