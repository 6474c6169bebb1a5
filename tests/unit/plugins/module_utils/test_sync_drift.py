# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that were the same once: each run moves exactly what it should, and says so."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate, twin
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CARD,
    CARDS,
    COPY,
    CSV,
    CUSTOMERS,
    DEV,
    EVERYTHING,
    EXPORTS,
    GOLDEN,
    LOOK,
    NAME,
    NAMES,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    PCI,
    furnish,
    label,
    labels,
    requested,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

ENVIRONMENTS = wanted("ENVIRONMENT")
PLANNED = ("to_create", "to_update", "to_remove", "blocked", "not_syncable")


class Drift(Fleet[Estate]):
    """A fleet that notes what is asked of its source."""

    log: list[list[ObjectKey]]

    @property
    def asked(self) -> set[ObjectKey]:
        """What the source was asked to export."""
        return {key for one in self.log for key in one}


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Drift:
    source = furnish(Estate(SOURCE, clock))
    fleet = Drift(source, twin(source, TARGET), tmp_path)
    fleet.log = []
    requested(source, fleet.log)
    return fleet


def planned(result: Row) -> dict[str, list[str]]:
    """What a plan has besides objects in sync."""
    return {name: labels(result["plan"][name]) for name in PLANNED if result["plan"][name]}


def test_nothing_drifted(fleet: Drift) -> None:
    result = fleet.sync(EVERYTHING)
    assert planned(result) == {}
    assert fleet.writes == []


@pytest.mark.parametrize("revision_ids", [True, False])
def test_a_connector_has_another_host(clock: FakeClock, tmp_path: Path, revision_ids: bool) -> None:
    source = furnish(Estate(SOURCE, clock, revision_ids=revision_ids))
    fleet = Drift(source, twin(source, TARGET, revision_ids=revision_ids), tmp_path)
    fleet.log = []
    requested(source, fleet.log)
    fleet.target.holds.change(ORACLE, password="works")
    source.holds.edit(ORACLE, host="db9")
    run = FakeRun()
    result = fleet.sync(ENVIRONMENTS, run)
    assert fleet.target.holds.hashes() == source.holds.hashes()
    assert fleet.target.holds.objects[ORACLE].own["host"] == "db9"
    assert fleet.target.holds.objects[ORACLE].password == "works"
    # Only the connector goes; what hangs on it is equal then.
    assert fleet.asked == {ORACLE}
    changed = {label(ORACLE), label(CUSTOMERS), label(NIGHTLY), label(LOOK)}
    assert set(planned(result)["to_update"]) == set(labels(result["applied"]["updated"])) == changed
    assert result["applied"]["created"] == result["applied"]["removed"] == result["unverified"] == []
    told = [(row["environment"], row["name"], row["created"]) for row in result["connectors"]]
    assert told == [(PAYMENTS, "oracle", False)]
    assert f"{ORACLE}: {source.holds.hash_of(ORACLE)}" in result["diff"]["after"]
    assert f"{ORACLE}: " in result["diff"]["before"]
    assert run.warnings == []


def test_a_job_has_another_name(fleet: Drift) -> None:
    new = fleet.source.holds.rename(NIGHTLY, "every night")
    result = fleet.sync(ENVIRONMENTS)
    assert planned(result) == {"to_create": [label(new)]}
    assert labels(result["plan"]["extra"]) == [label(NIGHTLY)]
    assert labels(result["applied"]["created"]) == [label(new)]
    assert {new, NIGHTLY} <= set(fleet.target.holds.objects)
    assert fleet.asked == {new}
    pruned = fleet.sync(wanted("ENVIRONMENT", prune=True))
    assert planned(pruned) == {"to_remove": [label(NIGHTLY)]}
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_a_column_is_masked_otherwise(fleet: Drift) -> None:
    fleet.source.holds.change(CUSTOMERS, needs=(NAME,))
    result = fleet.sync(ENVIRONMENTS)
    assert set(planned(result)["to_update"]) == {label(CUSTOMERS), label(NIGHTLY), label(LOOK)}
    assert fleet.asked == {CUSTOMERS}
    assert fleet.target.holds.objects[CUSTOMERS].needs == (NAME,)
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_a_ruleset_lost_a_table(fleet: Drift) -> None:
    for engine in (fleet.source, fleet.target):
        engine.holds.edit(CUSTOMERS, tables=["A", "B"])
        engine.holds.change(CUSTOMERS, revision="the same")
    fleet.source.holds.edit(CUSTOMERS, tables=["A"])
    fleet.sync(ENVIRONMENTS)
    assert fleet.target.holds.objects[CUSTOMERS].own["tables"] == ["A"]
    assert fleet.asked == {CUSTOMERS}


def test_a_password_was_changed_on_the_target(fleet: Drift) -> None:
    fleet.target.holds.change(ORACLE, password="another")
    assert fleet.sync(EVERYTHING)["changed"] is False
    assert fleet.writes == []
    assert fleet.target.holds.objects[ORACLE].password == "another"


def test_a_job_is_on_the_target_only(fleet: Drift) -> None:
    mine = fleet.target.holds.add("MASKING_JOB", "local", PAYMENTS, on=CUSTOMERS)
    result = fleet.sync(ENVIRONMENTS)
    assert planned(result) == {}
    assert labels(result["plan"]["extra"]) == [label(mine)]
    assert fleet.writes == []


def test_an_environment_is_on_the_target_only(fleet: Drift) -> None:
    fleet.target.holds.environment("Local")
    mine = fleet.target.holds.add("FILE_CONNECTOR", "local", "Local")
    result = fleet.sync(ENVIRONMENTS)
    assert label(mine) in labels(result["plan"]["extra"])
    assert fleet.writes == []


def test_the_target_was_changed(fleet: Drift) -> None:
    fleet.target.holds.edit(CUSTOMERS, tables=["X"])
    result = fleet.sync(wanted("MASKING_JOB", names=["nightly"], environments=[PAYMENTS]))
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()
    assert planned(result) == {"to_update": [label(NIGHTLY)]}
    assert labels(result["plan"]["may_come_along"]) == [label(CUSTOMERS)]
    assert set(labels(result["applied"]["updated"])) == {label(CUSTOMERS), label(NIGHTLY), label(LOOK)}


def test_somebody_saved_an_object_of_the_target(fleet: Drift) -> None:
    # A save gives another hash though nothing is different: the engine only knows that afterwards.
    fleet.target.holds.edit(CUSTOMERS)
    fleet.sync(ENVIRONMENTS)
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


# Global objects that are referred to


def different(fleet: Drift, keys: t.Iterable[ObjectKey]) -> None:
    for key in keys:
        fleet.target.holds.edit(key, theirs=True)


def test_a_domain_that_differs_blocks_what_uses_it(fleet: Drift) -> None:
    different(fleet, [CARD])
    before = fleet.target.holds.hashes()
    run = FakeRun()
    result = fleet.sync(ENVIRONMENTS, run)
    users = [CUSTOMERS, NIGHTLY, LOOK, ObjectKey("DATASET_RULESET", PAYMENTS, "tapes")]
    assert {label(key) for key in users} <= set(planned(result)["blocked"])
    assert "to_update" not in planned(result)
    assert all("DOMAIN CARD" in row["reason"] for row in result["plan"]["blocked"])
    assert fleet.target.holds.hashes() == before
    assert fleet.writes == []
    assert any("DOMAIN CARD" in text for text in run.warnings)


def test_an_environment_is_done_as_a_whole_or_not_at_all(fleet: Drift) -> None:
    different(fleet, [CARD])
    fleet.source.holds.edit(ORACLE, host="db9")
    fleet.source.holds.edit(GOLDEN, host="db9")
    result = fleet.sync(ENVIRONMENTS)
    assert label(ORACLE) in planned(result)["blocked"]
    assert fleet.target.holds.objects[ORACLE].own["host"] == "db1"
    # Other environments are not concerned.
    assert fleet.target.holds.objects[GOLDEN].own["host"] == "db9"
    fleet.sync(wanted("ENVIRONMENT", sync_references=True))
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_a_single_connector_does_not_wait_for_references(fleet: Drift) -> None:
    different(fleet, [CARD])
    fleet.source.holds.edit(ORACLE, host="db9")
    fleet.sync(wanted("DATABASE_CONNECTOR"))
    assert fleet.target.holds.objects[ORACLE].own["host"] == "db9"


@pytest.mark.parametrize("culprit", [CARD, CARDS])
def test_what_is_referred_to_comes_along_when_asked(fleet: Drift, culprit: ObjectKey) -> None:
    different(fleet, [culprit, NAMES])
    before = fleet.target.holds.hashes()
    result = fleet.sync(wanted("DATASET_RULESET", sync_references=True))
    assert "DOMAIN CARD" in {f"{row['type']} {row['name']}" for row in result["plan"]["to_update"]}
    now = fleet.target.holds.hashes()
    tapes = ObjectKey("DATASET_RULESET", PAYMENTS, "tapes")
    assert {key: now[key] for key in (tapes, CARD, CARDS)} == {
        key: fleet.source.holds.hash_of(key) for key in (tapes, CARD, CARDS)
    }
    # What nothing selected refers to stays as it is.
    assert now[NAMES] == before[NAMES]
    assert fleet.sync(wanted("DATASET_RULESET"))["changed"] is False


def test_a_missing_domain_blocks_and_is_named(fleet: Drift) -> None:
    holds = fleet.target.holds
    for key in holds.inside(PAYMENTS):
        del holds.objects[key]
    for key in (ObjectKey("DATASET_FORMAT", None, "copybook"), PCI, ObjectKey("PROFILE_EXPRESSION", None, "card")):
        del holds.objects[key]
    for key in holds.users(CARD):
        holds.change(key, needs=())
    del holds.objects[CARD]
    result = fleet.sync(wanted("MASKING_JOB", names=["nightly"], environments=[PAYMENTS]))
    assert planned(result) == {"blocked": [label(NIGHTLY)]}
    assert "DOMAIN CARD" in result["plan"]["blocked"][0]["reason"]
    assert "NAME" not in result["plan"]["blocked"][0]["reason"].replace("DOMAIN CARD", "")


def test_a_profile_set_is_referred_to_as_well(fleet: Drift) -> None:
    different(fleet, [PCI])
    result = fleet.sync(wanted("PROFILE_JOB"))
    assert planned(result) == {"blocked": [label(LOOK)]}
    assert "PROFILE_SET PCI" in result["plan"]["blocked"][0]["reason"]
    result = fleet.sync(wanted("PROFILE_JOB", sync_references=True))
    assert planned(result) == {"to_update": [label(LOOK), "PCI"]}
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_the_domain_of_a_field_of_a_format_of_a_ruleset(fleet: Drift) -> None:
    different(fleet, [NAME])
    result = fleet.sync(wanted("FILE_RULESET"))
    assert planned(result) == {"blocked": [label(EXPORTS)]}
    assert "DOMAIN NAME" in result["plan"]["blocked"][0]["reason"]
    fleet.sync(wanted("FILE_RULESET", sync_references=True))
    assert fleet.target.holds.hash_of(EXPORTS) == fleet.source.holds.hash_of(EXPORTS)
    assert fleet.target.holds.hash_of(CSV) == fleet.source.holds.hash_of(CSV)


def test_a_selection_brings_what_its_own_objects_refer_to(fleet: Drift) -> None:
    different(fleet, [CARD, NAMES])
    result = fleet.sync(wanted("GLOBAL_OBJECT", "ENVIRONMENT", "FILE_FORMAT", "DATASET_FORMAT"))
    assert "blocked" not in planned(result)
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_what_may_not_be_overwritten_blocks_those_who_refer_to_it(fleet: Drift) -> None:
    different(fleet, [CARD])
    new = fleet.source.holds.add("DATABASE_RULESET", "new", PAYMENTS, on=ORACLE, needs=[CARD])
    other = fleet.source.holds.add("DATABASE_RULESET", "other", PAYMENTS, on=ORACLE, needs=[NAME])
    result = fleet.sync(wanted("GLOBAL_OBJECT", "DATABASE_RULESET", overwrite=False, sync_references=True))
    assert {label(CARD), label(new)} <= set(planned(result)["blocked"])
    assert planned(result)["to_create"] == [label(other)]
    assert other in fleet.target.holds.objects
    assert new not in fleet.target.holds.objects


def test_a_list_that_an_engine_does_not_have_tells_no_references(fleet: Drift) -> None:
    different(fleet, [CARD])
    fleet.source.lacks |= {"/mainframe-dataset-metadata", "/mainframe-dataset-field-metadata"}
    result = fleet.sync(wanted("DATABASE_RULESET", environments=[PAYMENTS]))
    assert planned(result) == {"blocked": [label(CUSTOMERS)]}


def test_connectors_that_nothing_has_touched_are_not_told(fleet: Drift) -> None:
    fleet.source.holds.edit(CARD)
    result = fleet.sync(EVERYTHING)
    # Rulesets and jobs have another hash now, but were not moved, and their connectors need no test.
    assert label(CUSTOMERS) in labels(result["applied"]["updated"])
    assert fleet.asked == {CARD}
    assert result["connectors"] == []
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_no_inventory_is_read_when_the_global_objects_are_equal(fleet: Drift) -> None:
    for engine in (fleet.source, fleet.target):
        engine.holds.change(engine.holds.add("DOMAIN", "bad"), reason="depends on a mapping algorithm")
    fleet.source.holds.edit(CUSTOMERS, tables=["A"])
    fleet.sync(ENVIRONMENTS)
    assert not [request for request in fleet.source.requests if request.endswith("metadata")]


# What an import would refuse


def test_what_cannot_be_exported_does_not_stop_the_rest(fleet: Drift) -> None:
    fleet.source.holds.edit(NIGHTLY, feedbackSize=7)
    fleet.source.holds.edit(COPY, email="b@example.com")
    fleet.source.holds.change(NIGHTLY, reason="depends on a mapping algorithm")
    result = fleet.sync(ENVIRONMENTS)
    assert planned(result) == {"to_update": [label(COPY)], "not_syncable": [label(NIGHTLY)]}
    assert fleet.target.holds.objects[COPY].own["email"] == "b@example.com"


def test_nothing_is_overwritten_that_may_not_be(fleet: Drift) -> None:
    fleet.source.holds.edit(GOLDEN, host="db9")
    new = fleet.source.holds.add("DATABASE_CONNECTOR", "new", DEV, host="db8")
    before = fleet.target.holds.hashes()
    result = fleet.sync(wanted("DATABASE_CONNECTOR", overwrite=False))
    assert planned(result) == {"to_create": [label(new)], "blocked": [label(GOLDEN)]}
    assert fleet.target.holds.hashes() == {**before, new: fleet.source.holds.hash_of(new)}
