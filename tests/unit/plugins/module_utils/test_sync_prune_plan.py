# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes is in the plan before it goes, in check mode too."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate, twin
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CARD,
    CUSTOMERS,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    furnish,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

PRUNED = wanted("all", prune=True)


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    source = furnish(Estate(SOURCE, clock))
    return Fleet(source, twin(source, TARGET), tmp_path)


def test_a_ruleset_that_the_sync_leaves_unused(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    extra = holds.add("DATABASE_RULESET", "extra", PAYMENTS, on=ORACLE)
    holds.change(NIGHTLY, above=extra)
    planned = fleet.sync(PRUNED, FakeRun(check_mode=True))
    result = fleet.sync(PRUNED)
    assert labels(planned["plan"]["to_remove"]) == labels(result["applied"]["removed"]) == [label(extra)]


def test_a_domain_that_the_sync_leaves_unused(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    extra = holds.add("DOMAIN", "extra")
    holds.change(CUSTOMERS, needs=(extra, CARD))
    planned = fleet.sync(PRUNED, FakeRun(check_mode=True))
    result = fleet.sync(PRUNED)
    assert labels(planned["plan"]["to_remove"]) == labels(result["applied"]["removed"]) == ["extra"]
    assert fleet.sync(PRUNED)["changed"] is False


def test_what_turns_up_during_the_run_is_left_to_the_next_one(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    fleet.source.holds.edit(ORACLE, host="db9")

    def meanwhile(handle: t.Callable[[Row], t.Any], given: Row) -> t.Any:
        holds.add("DATABASE_CONNECTOR", "extra", PAYMENTS)
        return handle(given)

    fleet.target.fault("POST /import-async", meanwhile)
    result = fleet.sync(PRUNED)
    assert result["plan"]["to_remove"] == result["applied"]["removed"] == []
