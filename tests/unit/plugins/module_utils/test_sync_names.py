# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of environments that a user has misspelt."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate, twin
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    PAYMENTS,
    furnish,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import GLOBALS, Fleet
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    source = furnish(Estate(SOURCE, clock))
    return Fleet(source, twin(source, TARGET), tmp_path)


def test_a_mapped_environment_that_the_source_does_not_have_is_told(fleet: Fleet[Estate]) -> None:
    run = FakeRun(check_mode=True)
    naming = Naming({PAYMENTS.upper(): "QA", PAYMENTS: PAYMENTS})
    fleet.sync(wanted("ENVIRONMENT"), run, naming=naming)
    (warning,) = [text for text in run.warnings if "environment_map" in text]
    assert f"no environment named {PAYMENTS.upper()}, which" in warning


def test_a_map_says_nothing_of_global_objects(fleet: Fleet[Estate]) -> None:
    run = FakeRun(check_mode=True)
    fleet.sync(GLOBALS, run, naming=Naming({"Other": "QA"}))
    assert not [text for text in run.warnings if "environment_map" in text]
