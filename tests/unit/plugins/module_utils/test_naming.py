# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments and applications that have another name on the target."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import key
from hypothesis import given
from hypothesis import strategies as st

DOMAIN = key("DOMAIN", "D")


def job(environment: str) -> object:
    return key("MASKING_JOB", "nightly", environment)


def test_without_a_map_all_names_are_kept() -> None:
    naming = Naming()
    assert naming.on_target(key("MASKING_JOB", "nightly", "DEV")) == job("DEV")
    assert naming.on_source(key("MASKING_JOB", "nightly", "DEV")) == job("DEV")
    assert (naming.environment("DEV"), naming.application("App")) == ("DEV", "App")


def test_mapped_names_there_and_back() -> None:
    naming = Naming({"DEV": "QA"}, {"App": "App QA"})
    assert naming.on_target(key("MASKING_JOB", "nightly", "DEV")) == job("QA")
    assert naming.on_source(key("MASKING_JOB", "nightly", "QA")) == job("DEV")
    assert naming.environment("DEV") == "QA"
    assert naming.application("App") == "App QA"
    # An application of an environment's name is another thing.
    assert naming.application("DEV") == "DEV"
    assert naming.on_target(key("MASKING_JOB", "nightly", "PROD")) == job("PROD")


def test_global_objects_have_one_name() -> None:
    naming = Naming({"D": "E"})
    assert naming.on_target(DOMAIN) == naming.on_source(DOMAIN) == DOMAIN


def test_what_has_the_name_of_a_mapped_environment_is_of_no_source() -> None:
    # DEV becomes QA, so that nothing on the source becomes DEV of the target.
    assert Naming({"DEV": "QA"}).on_source(key("MASKING_JOB", "nightly", "DEV")) is None


def test_numbers_spell_names() -> None:
    naming = Naming(t.cast("t.Any", {2023: 2024}), t.cast("t.Any", {"App": 7}))
    assert naming.environment("2023") == "2024"
    assert naming.application("App") == "7"


@pytest.mark.parametrize("value", [None, "", True, ["QA"], {"name": "QA"}], ids=repr)
@pytest.mark.parametrize("option", ["environment_map", "application_map"])
def test_what_is_no_name_is_refused(option: str, value: t.Any) -> None:
    with pytest.raises(OptionError, match=f"'{option}' gives DEV no name"):
        Naming(**{option.replace("_map", "s"): {"DEV": value}})


def test_names_can_be_swapped() -> None:
    naming = Naming({"A": "B", "B": "A"})
    assert naming.on_target(key("MASKING_JOB", "nightly", "A")) == job("B")
    assert naming.on_source(key("MASKING_JOB", "nightly", "A")) == job("B")
    naming.check(["A", "B"])


def test_two_environments_that_would_become_one_by_the_map_alone() -> None:
    with pytest.raises(OptionError, match=r"environment_map.*QA"):
        Naming({"DEV": "QA", "TEST": "QA"})


@pytest.mark.parametrize("there", [["DEV", "QA"], ["QA", "DEV", "PROD"]])
def test_two_environments_that_would_become_one_as_one_keeps_its_name(there: list[str]) -> None:
    with pytest.raises(OptionError, match="environment_map") as caught:
        Naming({"DEV": "QA"}).check(there)
    assert caught.value.subject == "QA"


@pytest.mark.parametrize("there", [[], ["DEV"], ["DEV", "PROD"], ["dev", "DEV"]])
def test_environments_that_stay_apart(there: list[str]) -> None:
    Naming({"DEV": "QA", "SAME": "SAME"}).check([*there, "SAME"])


names = st.sampled_from(["A", "B", "C", "ä"])


@given(st.dictionaries(names, names), st.sets(names))
def test_no_two_environments_share_a_target_or_it_is_refused(mapped: dict[str, str], there: set[str]) -> None:
    wanted = [mapped.get(name, name) for name in there]
    collide = len(set(wanted)) < len(wanted) or len(set(mapped.values())) < len(mapped)
    try:
        naming = Naming(mapped)
        naming.check(there)
    except OptionError:
        # Refused only where one would be lost now or, for names that are not there yet, one day.
        assert collide or set(mapped.values()) & (there - mapped.keys())
        return
    assert not collide
    for name in there:
        mine = key("MASKING_JOB", "nightly", name)
        assert naming.on_source(naming.on_target(mine)) == mine
