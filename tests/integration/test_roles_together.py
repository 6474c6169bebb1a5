# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several roles in one play, roles built on the general one, and sources that are no host of the inventory."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from harness.fourfold import engines_of, outcomes, reports, told
from harness.holdings import Holdings, Key
from harness.keeper import CONNECTOR, JOB, Keeper
from harness.lab import Engine, Lab, Request
from harness.playbook import Ansible

Row = dict[str, t.Any]
NAMES = ("global_sync", "environment_sync", "job_sync")
DEV = "Shop Dev"


def play(*roles: Row) -> list[Row]:
    """A play with these roles of the collection."""
    given = [{**role, "role": f"maskops.delphix.{role['role']}"} for role in roles]
    return [{"hosts": "masking_targets", "connection": "local", "gather_facts": False, "roles": given}]


def test_each_role_of_a_play_reports_its_own_work(ansible: Ansible, lab: Lab) -> None:
    source = lab.start("dev", "environments")
    ready, broken = lab.start("ready", "environments"), lab.start("broken", "environments")
    keeper = Keeper(ready)
    keeper.save(CONNECTOR, DEV, "crm db", port=5433)
    keeper.save(JOB, DEV, "mask orders", maxMemory=4096)
    broken.faults({"match": {"path": "^/syncable-objects"}, "action": {"kind": "status", "status": 500}})
    given = engines_of(source, [broken, ready], {}, **{f"{name}_source": "dev" for name in NAMES})
    given["all"]["vars"] |= {"environment_sync_test_connectors": True, "environment_sync_exclude": [f"{DEV}/mask *"]}
    run = ansible.run(play(*({"role": name} for name in NAMES)), given)
    assert run.status != 0
    first, second, third = reports(run)
    assert outcomes(first) == {"broken": "failed", "ready": "unchanged"}
    # The target that has failed takes no part in what follows.
    assert outcomes(second) == {"ready": "changed"}
    assert outcomes(third) == {"ready": "changed"}
    assert "connectors" in second[0]
    assert "connectors" not in third[0]
    assert told(third, "ready") == [f"updated MASKING_JOB {DEV}/mask orders"]


def test_a_batch_does_not_report_another_role_s_work_of_the_batch_before(ansible: Ansible, lab: Lab) -> None:
    source = lab.start("dev", "environments")
    targets = [lab.start(name, "environments") for name in ("first", "second")]
    Keeper(targets[0]).save(JOB, DEV, "mask orders", maxMemory=4096)
    given = engines_of(source, targets, {}, environment_sync_source="dev", job_sync_source="dev")
    batches = play({"role": "job_sync"}, {"role": "environment_sync"})
    batches[0]["serial"] = 1
    run = ansible.run(batches, given)
    assert run.status == 0, run.output[-3000:]
    assert [outcomes(report) for report in reports(run)] == [
        {"first": "changed"},
        {"first": "unchanged"},
        {"second": "unchanged"},
        # Batches of one role are reported together, as long as no other role came between.
        {"first": "unchanged", "second": "unchanged"},
    ]


def test_a_source_need_not_be_in_the_inventory(ansible: Ansible, lab: Lab) -> None:
    source, target = lab.start("dev", "environments"), lab.start("qa", "environments")
    Keeper(target).save(JOB, DEV, "mask orders", maxMemory=4096)
    options = {**source.options("job_sync_source_"), "job_sync_page_size": 20}
    given = engines_of(source, [target], {})
    del given["all"]["children"]["masking_sources"]
    del given["all"]["vars"]["global_sync_source"]
    run = ansible.run(play({"role": "job_sync", "vars": options}), given)
    assert run.status == 0, run.output[-3000:]
    assert Holdings(target).hashes == Holdings(source).hashes
    assert all("page_size=20" in request.query for request in lists(source) + lists(target))


def lists(engine: Engine) -> list[Request]:
    """Requests for the catalog."""
    found = [request for request in engine.requests() if request.path == "/syncable-objects"]
    assert found
    return found


def test_a_source_that_the_inventory_does_not_know_is_an_error(ansible: Ansible, lab: Lab) -> None:
    source, target = lab.start("dev", "environments"), lab.start("qa", "environments")
    given = engines_of(source, [target], {}, environment_sync_source="dve")
    run = ansible.run(play({"role": "environment_sync"}), given)
    assert run.status != 0
    assert "environment_sync_source is 'dve', but the inventory has no such host" in run.output
    assert target.requests() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_source_among_the_hosts_is_left_alone(ansible: Ansible, lab: Lab, name: str) -> None:
    source, target = lab.start("dev", "environments"), lab.start("qa", "environments")
    given = engines_of(source, [source, target], {}, **{f"{name}_source": "dev", f"{name}_verify": True})
    run = ansible.run(play({"role": name}), given)
    assert run.status == 0, run.output[-3000:]
    assert run.changed("dev") == 0
    assert outcomes(reports(run)[-1]) == {"qa": "unchanged"}
    assert source.writes() == []


def test_a_role_of_one_s_own_can_be_built_on_the_general_one(ansible: Ansible, lab: Lab) -> None:
    source, target = lab.start("dev", "environments"), lab.start("qa")
    own = {
        "sync_as": "nightly",
        "sync_object_types": ["DATABASE_RULESET"],
        "sync_names": [f"{DEV}/customers"],
        "nightly_source": "dev",
        "nightly_create_environments": True,
        "nightly_references": "sync",
        "nightly_publish_stats": False,
        # Of the general role, and so not meant.
        "sync_create_environments": False,
        "sync_source": "nowhere",
    }
    run = ansible.run(play({"role": "sync", "vars": own}), engines_of(source, [target], {}))
    assert run.status == 0, run.output[-3000:]
    expected = {Key("DATABASE_RULESET", DEV, "customers"), Key(CONNECTOR, DEV, "crm db")}
    assert set(Holdings(target).objects) == expected
    assert "masking_sync" not in run.published.get("_run", {})


def test_one_target_at_a_time(ansible: Ansible, lab: Lab) -> None:
    source = lab.start("dev", "environments")
    targets = [lab.start(name, "environments") for name in ("a", "b", "c")]
    for target in targets:
        target.faults({"match": {"path": "^/syncable-objects"}, "action": {"kind": "latency", "milliseconds": 300}})
    given = engines_of(source, targets, {}, environment_sync_source="dev", environment_sync_throttle=1)
    run = ansible.run(play({"role": "environment_sync"}), given)
    assert run.status == 0, run.output[-3000:]
    spans = sorted(span(target) for target in targets)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def span(engine: Engine) -> tuple[float, float]:
    """When an engine was asked first and last."""
    times = [float(request.row["time"]) for request in engine.requests()]
    return min(times), max(times)
