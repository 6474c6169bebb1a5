# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Targets of one run that want different types."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CUSTOMERS,
    furnish,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun


def test_what_one_target_does_not_want_is_still_compared_for_another(clock: FakeClock, tmp_path: Path) -> None:
    source = furnish(Estate(SOURCE, clock))
    plans = []
    for name, options in (
        ("formats", wanted("FILE_FORMAT")),
        ("rulesets", wanted("DATABASE_RULESET", create_environments=True)),
    ):
        target = Estate(f"{TARGET}/{name}", clock)
        exchange = Exchange(str(tmp_path), target.transport.pause)
        run = FakeRun(check_mode=True)
        plans.append(sync(source.engine, target.engine, options, exchange, Receipts(None, SOURCE, name), run)["plan"])
    assert labels(plans[0]["blocked"]) == ["csv"]
    # Their domains are missing, as that of the format is.
    assert label(CUSTOMERS) in labels(plans[1]["blocked"])
