# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environments that a sync puts objects into."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._destination import Destination
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.holdings import Place

NAMING = Naming({"DEV": "QA"}, {"App": "App QA"})


@pytest.fixture
def source(clock: FakeClock) -> Estate:
    engine = Estate(SOURCE, clock)
    engine.holds.environment("Other", "Other")
    engine.holds.environment("DEV", "App", "TOKENIZE", workflow=True)
    engine.holds.environment("Plain", "App")
    return engine


@pytest.fixture
def target(clock: FakeClock) -> Estate:
    return Estate(TARGET, clock, first_number=70)


@pytest.fixture
def destination(source: Estate, target: Estate, tmp_path: Path) -> Destination:
    exchange = Exchange(str(tmp_path), target.transport.pause)
    return Destination(source.engine, target.engine, exchange, NAMING)


def test_an_environment_is_made_as_it_is_on_the_source(destination: Destination, target: Estate) -> None:
    made = destination.make("DEV")
    assert target.holds.environments == {"QA": Place("App QA", "TOKENIZE", workflow=True)}
    assert made.id == target.holds.place_number("QA") == destination.number("QA")
    assert (made.name, made.application, made.purpose, made.workflow) == ("QA", "App QA", "TOKENIZE", True)


def test_an_application_is_made_once(destination: Destination, target: Estate) -> None:
    destination.make("DEV")
    destination.make("Plain")
    assert target.writes == ["POST /applications", "POST /environments", "POST /environments"]
    assert target.holds.environments["Plain"] == Place("App QA")


def test_an_application_that_is_there_is_used(destination: Destination, target: Estate) -> None:
    target.holds.applications.append("App QA")
    destination.make("DEV")
    assert target.writes == ["POST /environments"]


def test_what_an_environment_would_be_is_told_without_making_it(destination: Destination, target: Estate) -> None:
    wanted = destination.wanted("DEV")
    assert (wanted.name, wanted.application, wanted.purpose, wanted.workflow) == ("QA", "App QA", "TOKENIZE", True)
    assert target.requests == []


def test_environments_that_are_not_there(destination: Destination) -> None:
    with pytest.raises(NotFoundError, match="nowhere") as caught:
        destination.wanted("nowhere")
    assert caught.value.engine == SOURCE
    with pytest.raises(NotFoundError, match="QA") as caught:
        destination.number("QA")
    assert caught.value.engine == TARGET


def test_a_purpose_that_an_import_does_not_change_is_compared(destination: Destination, target: Estate) -> None:
    target.holds.environment("QA", "Any")
    target.holds.environment("Plain", "Any", workflow=True)
    words = destination.unlike("DEV")
    assert words is not None
    assert {"QA", "MASK", "TOKENIZE"} <= set(words.replace(",", " ").split())
    # What else is another is the target's affair, and what is not there is made alike.
    assert destination.unlike("Plain") is None
    assert destination.unlike("Other") is None


def test_the_temporary_environment_comes_and_goes(destination: Destination, target: Estate) -> None:
    target.holds.environment("QA", "App QA", "TOKENIZE")
    number = destination.staging("QA")
    (name,) = set(target.holds.environments) - {"QA"}
    assert target.holds.place_number(name) == number == destination.staging("QA")
    # Where the jobs go, so that connectors for them can go there as well.
    assert target.holds.environments[name] == Place("App QA", "TOKENIZE")
    assert target.writes == ["POST /environments"]
    assert destination.clear() is True
    assert set(target.holds.environments) == {"QA"}
    assert destination.clear() is False
    assert target.writes == ["POST /environments", "DELETE /environments"]


def test_one_that_an_earlier_run_has_left_is_used_and_deleted(
    destination: Destination, source: Estate, target: Estate, tmp_path: Path
) -> None:
    target.holds.environment("QA", "App QA")
    destination.staging("QA")
    exchange = Exchange(str(tmp_path / "next"), target.transport.pause)
    later = Destination(source.engine, target.engine, exchange, NAMING)
    target.requests.clear()
    later.staging("QA")
    assert later.clear() is True
    assert target.writes == ["DELETE /environments"]
    assert set(target.holds.environments) == {"QA"}
