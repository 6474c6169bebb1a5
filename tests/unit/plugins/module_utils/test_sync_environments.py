# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments and what is in them, brought onto an engine that has none of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.estates import (
    CARD,
    CARDS,
    COPY,
    COPYBOOK,
    CSV,
    CUSTOMERS,
    DEV,
    DEV_CUSTOMERS,
    DEV_NIGHTLY,
    DEV_ORACLE,
    EMPTY,
    EVERYTHING,
    GOLD,
    GOLDEN,
    HANA,
    NAME,
    NAMES,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    PCI,
    SHARE,
    furnish,
    globals_of,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.holdings import Place
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

MAKE = {"create_environments": True}


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    return Fleet(furnish(Estate(SOURCE, clock)), Estate(TARGET, clock, first_number=70), tmp_path)


def arrived(fleet: Fleet[Estate], *keys: ObjectKey) -> bool:
    """Whether objects have the source's hash on the target."""
    mine, theirs = fleet.source.holds.hashes(), fleet.target.holds.hashes()
    return all(theirs.get(key) == mine[key] for key in keys)


# The whole engine


def test_everything_onto_an_empty_engine(fleet: Fleet[Estate]) -> None:
    run = FakeRun()
    result = fleet.sync(EVERYTHING, run)
    source, target = fleet.source.holds, fleet.target.holds
    assert target.hashes() == source.hashes()
    assert target.environments == source.environments
    assert not [key for key in source.objects if source.number(key) == target.number(key)]
    assert result["changed"] is True
    assert sorted(labels(result["applied"]["created"])) == sorted(map(label, source.objects))
    assert sorted(labels(result["applied"]["environments"])) == sorted(source.environments)
    assert result["applied"]["updated"] == result["applied"]["removed"] == result["unverified"] == []
    assert run.warnings == []


def test_a_second_run_sends_no_write(fleet: Fleet[Estate]) -> None:
    fleet.sync(EVERYTHING)
    fleet.forget()
    result = fleet.sync(EVERYTHING)
    assert result["changed"] is False
    assert result["plan"]["summary"]["in_sync"] == len(fleet.source.holds.objects)
    assert "diff" not in result
    assert fleet.writes == []


def test_check_mode_foretells_and_sends_nothing(fleet: Fleet[Estate]) -> None:
    foretold = fleet.sync(EVERYTHING, FakeRun(check_mode=True))
    assert fleet.writes == []
    assert fleet.target.holds.objects == {}
    done = fleet.sync(EVERYTHING)
    assert {**done, "applied": None, "unverified": None} == {
        **foretold,
        "applied": None,
        "unverified": None,
    }
    assert fleet.sync(EVERYTHING, FakeRun(check_mode=True))["changed"] is False


def test_the_source_is_only_read(fleet: Fleet[Estate]) -> None:
    before = dict(fleet.source.holds.objects)
    fleet.sync(EVERYTHING)
    assert fleet.source.holds.objects == before
    assert set(fleet.source.writes) == {"POST /export-async"}


def test_jobs_that_do_not_tell_the_kind_of_their_ruleset(fleet: Fleet[Estate]) -> None:
    for engine in (fleet.source, fleet.target):
        engine.rows.ruleset_types = False
    fleet.sync(EVERYTHING)
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()


def test_new_connectors_are_told_as_those_who_give_passwords_take_them(fleet: Fleet[Estate]) -> None:
    result = fleet.sync(EVERYTHING)
    told = {(row["environment"], row["name"], row["type"]) for row in result["connectors"]}
    assert told == {
        (PAYMENTS, "oracle", "database"),
        (PAYMENTS, "files", "file"),
        (PAYMENTS, "host", "mainframe_dataset"),
        (DEV, "oracle", "database"),
        (GOLD, "gold", "database"),
        ("Tokens", "vault", "database"),
    }
    assert all(row["created"] is True for row in result["connectors"])


# Single environments and jobs


def test_an_environment_with_exactly_the_global_objects_that_it_uses(fleet: Fleet[Estate]) -> None:
    fleet.source.holds.add("DOMAIN", "UNUSED")
    options = wanted("ENVIRONMENT", environments=[PAYMENTS], sync_references=True, **MAKE)
    result = fleet.sync(options)
    inside = fleet.source.holds.inside(PAYMENTS)
    assert arrived(fleet, *inside)
    used = {NAME, CARD, NAMES, CARDS, PCI, CSV, COPYBOOK, SHARE, HANA, ObjectKey("PROFILE_EXPRESSION", None, "card")}
    assert set(fleet.target.holds.objects) == used | set(inside)
    assert fleet.target.holds.environments == {PAYMENTS: Place("Shop")}
    # What jobs, rulesets and formats only refer to is in the plan; the rest goes along with them.
    planned = {(row["type"], row["name"]) for row in result["plan"]["to_create"] if "environment" not in row}
    assert planned == {(one.type, one.name) for one in (NAME, CARD, NAMES, CARDS, PCI)}
    assert all(row["reason"] for row in result["plan"]["to_create"] if "environment" not in row)
    fleet.forget()
    assert fleet.sync(options)["changed"] is False
    assert fleet.writes == []


def test_what_goes_along_is_foretold(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    for key in (CSV, SHARE, HANA):
        fleet.target.holds.edit(key, changed=True)
    fleet.target.holds.environment(PAYMENTS)
    run = FakeRun()
    result = fleet.sync(wanted("MASKING_JOB", names=["files", "nightly"], environments=[PAYMENTS]), run)
    moved = set(labels(result["applied"]["created"] + result["applied"]["updated"]))
    foretold = set(labels(result["plan"]["to_create"] + result["plan"]["may_come_along"]))
    assert {"csv", "share", "hana", label(ORACLE), label(CUSTOMERS)} <= moved <= foretold
    assert any("come along" in text for text in run.warnings)


def test_a_job_by_its_name_in_an_environment(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    before = fleet.target.holds.hashes()
    result = fleet.sync(wanted("MASKING_JOB", names=[f"{PAYMENTS}/nightly"], **MAKE))
    assert arrived(fleet, NIGHTLY, CUSTOMERS, ORACLE)
    assert set(fleet.target.holds.objects) == {*before, NIGHTLY, CUSTOMERS, ORACLE}
    assert set(fleet.target.holds.environments) == {PAYMENTS}
    assert labels(result["plan"]["to_create"]) == [label(NIGHTLY)]
    assert result["applied"]["imports"] == 1


def test_one_job_name_in_two_environments_is_two_jobs(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.sync(wanted("MASKING_JOB", names=["nightly"], **MAKE))
    assert arrived(fleet, NIGHTLY, CUSTOMERS, ORACLE, DEV_NIGHTLY, DEV_CUSTOMERS, DEV_ORACLE)
    assert fleet.target.holds.objects[DEV_ORACLE].own["host"] == "db2"
    assert fleet.target.holds.objects[ORACLE].own["host"] == "db1"


def test_an_on_the_fly_job_takes_the_environment_that_it_reads_from_along(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    result = fleet.sync(wanted("MASKING_JOB", names=["copy*"], **MAKE))
    assert arrived(fleet, COPY, DEV_CUSTOMERS, DEV_ORACLE, GOLDEN)
    assert fleet.target.holds.objects[COPY].reads == GOLDEN
    assert sorted(labels(result["applied"]["environments"])) == sorted([DEV, GOLD])
    told = {(row["environment"], row["name"]) for row in result["connectors"]}
    assert told == {(DEV, "oracle"), (GOLD, "gold")}


def test_a_single_connector_or_ruleset(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.target.holds.environment(DEV)
    fleet.sync(wanted("DATABASE_CONNECTOR", environments=[DEV]))
    assert fleet.target.holds.inside(DEV) == [DEV_ORACLE]
    fleet.sync(wanted("DATABASE_RULESET", environments=[DEV]))
    assert set(fleet.target.holds.inside(DEV)) == {DEV_ORACLE, DEV_CUSTOMERS}
    assert arrived(fleet, DEV_ORACLE, DEV_CUSTOMERS)


def test_a_format_by_itself(fleet: Fleet[Estate]) -> None:
    result = fleet.sync(wanted("FILE_FORMAT"))
    assert labels(result["plan"]["blocked"]) == ["csv"]
    assert "NAME" in result["plan"]["blocked"][0]["reason"]
    assert fleet.writes == []
    fleet.sync(wanted("FILE_FORMAT", sync_references=True))
    assert arrived(fleet, CSV, NAME, NAMES)
    assert set(fleet.target.holds.objects) == {CSV, NAME, NAMES}


# Other names on the target


def test_environments_and_applications_under_other_names(fleet: Fleet[Estate]) -> None:
    naming = Naming({PAYMENTS: "Payments QA", GOLD: "Gold QA"}, {"Shop": "Shop QA"})
    result = fleet.sync(EVERYTHING, naming=naming)
    names = {PAYMENTS: "Payments QA", GOLD: "Gold QA"}
    mine = {
        key._replace(environment=names.get(key.environment or "", key.environment)): value
        for key, value in fleet.source.holds.hashes().items()
    }
    assert fleet.target.holds.hashes() == mine
    assert fleet.target.holds.environments["Payments QA"] == Place("Shop QA")
    assert fleet.target.holds.environments[DEV] == Place("Größe", workflow=True)
    assert set(fleet.target.holds.environments) == {"Payments QA", "Gold QA", DEV, "Tokens", EMPTY}
    assert fleet.target.holds.objects[COPY].reads == GOLDEN._replace(environment="Gold QA")
    rows = {label(NIGHTLY): row for row in result["plan"]["to_create"] if labels([row]) == [label(NIGHTLY)]}
    assert rows[label(NIGHTLY)]["target_environment"] == "Payments QA"
    assert {row["environment"] for row in result["connectors"]} == {"Payments QA", DEV, "Gold QA", "Tokens"}
    assert "Payments QA" in {row["name"] for row in result["plan"]["new_environments"]}
    fleet.forget()
    assert fleet.sync(EVERYTHING, naming=naming)["changed"] is False
    assert fleet.writes == []


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ({PAYMENTS: DEV}, [PAYMENTS, DEV]),
        # What an empty one holds tomorrow would land in the other.
        ({PAYMENTS: EMPTY}, [PAYMENTS, EMPTY]),
        # Nor by way of a connector that a selected job reads from.
        ({DEV: GOLD}, [DEV]),
    ],
    ids=["both selected", "one is empty", "one is only read from"],
)
def test_two_environments_do_not_become_one(fleet: Fleet[Estate], names: dict[str, str], chosen: list[str]) -> None:
    globals_of(fleet.target.holds)
    with pytest.raises(OptionError, match="environment_map"):
        fleet.sync(wanted("ENVIRONMENT", environments=chosen, **MAKE), naming=Naming(names))
    assert fleet.writes == []


def test_an_environment_that_is_left_out_does_not_stand_in_the_way(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.sync(wanted("ENVIRONMENT", environments=[PAYMENTS], **MAKE), naming=Naming({PAYMENTS: DEV}))
    assert fleet.target.holds.objects[DEV_ORACLE].own["host"] == "db1"


def test_environments_can_swap_names(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    options = wanted("ENVIRONMENT", environments=[PAYMENTS, DEV], **MAKE)
    fleet.sync(options, naming=Naming({PAYMENTS: DEV, DEV: PAYMENTS}))
    assert fleet.target.holds.objects[DEV_ORACLE].own["host"] == "db1"
    assert fleet.target.holds.objects[ORACLE].own["host"] == "db2"


# Environments that are missing


def test_what_belongs_into_a_missing_environment_is_blocked(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    run = FakeRun()
    result = fleet.sync(wanted("ENVIRONMENT", environments=[PAYMENTS]), run)
    assert sorted(labels(result["plan"]["blocked"])) == sorted(map(label, fleet.source.holds.inside(PAYMENTS)))
    assert all(PAYMENTS in row["reason"] for row in result["plan"]["blocked"])
    assert result["changed"] is False
    assert fleet.writes == []
    assert any(PAYMENTS in text for text in run.warnings)


def test_a_job_is_blocked_when_what_it_reads_from_has_no_place(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.target.holds.environment(DEV)
    result = fleet.sync(wanted("ENVIRONMENT", environments=[DEV]))
    assert labels(result["plan"]["blocked"]) == [label(COPY)]
    assert GOLD in result["plan"]["blocked"][0]["reason"]
    assert arrived(fleet, DEV_NIGHTLY)
    assert GOLD not in fleet.target.holds.environments


def test_environments_that_are_there_are_used_as_they_are(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.target.holds.environment(PAYMENTS, "Another", workflow=True)
    result = fleet.sync(wanted("ENVIRONMENT", environments=[PAYMENTS]))
    assert fleet.target.holds.environments == {PAYMENTS: Place("Another", workflow=True)}
    assert result["applied"]["environments"] == result["plan"]["new_environments"] == []
    assert arrived(fleet, *fleet.source.holds.inside(PAYMENTS))


def test_another_purpose_is_said_as_imports_never_change_it(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.target.holds.environment("Tokens", purpose="MASK")
    run = FakeRun()
    fleet.sync(wanted("ENVIRONMENT", environments=["Tokens"]), run)
    assert any("TOKENIZE" in text and "Tokens" in text for text in run.warnings)


def test_an_empty_environment_is_made_as_part_of_a_whole_only(fleet: Fleet[Estate]) -> None:
    options = wanted("ENVIRONMENT", environments=[EMPTY], **MAKE)
    foretold = fleet.sync(options, FakeRun(check_mode=True))
    assert (foretold["changed"], foretold["diff"]["before"]) == (True, "")
    assert EMPTY in foretold["diff"]["after"]
    assert fleet.writes == []
    result = fleet.sync(options)
    assert result["changed"] is True
    assert labels(result["applied"]["environments"]) == [EMPTY]
    fleet.forget()
    assert fleet.sync(options)["changed"] is False
    assert fleet.writes == []


def test_no_environment_is_made_for_what_is_not_selected(fleet: Fleet[Estate]) -> None:
    globals_of(fleet.target.holds)
    fleet.sync(wanted("DATABASE_CONNECTOR", names=["gold"], **MAKE))
    assert set(fleet.target.holds.environments) == {GOLD}


# Several targets


def test_a_source_is_read_once_for_all_targets(fleet: Fleet[Estate], clock: FakeClock) -> None:
    exchange = Exchange(str(fleet.folder / "shared"), fleet.target.transport.pause)
    options = wanted("ENVIRONMENT", environments=[PAYMENTS], sync_references=True, **MAKE)
    for number in range(3):
        name = f"{TARGET}:{number}"
        target = Estate(name, clock, first_number=70 + number)
        receipts = Receipts(None, SOURCE, name)
        result = sync(fleet.source.engine, target.engine, options, exchange, receipts, FakeRun())
        assert result["changed"] is True
        assert {one: target.holds.hash_of(one) for one in fleet.source.holds.inside(PAYMENTS)} == {
            one: fleet.source.holds.hash_of(one) for one in fleet.source.holds.inside(PAYMENTS)
        }
    asked = fleet.source.requests
    for request in ("GET /syncable-objects", "GET /column-metadata", "GET /applications", "GET /masking-jobs"):
        assert asked.count(request) == 1
    exports = asked.count("POST /export-async")
    sync(fleet.source.engine, Estate(f"{TARGET}:9", clock).engine, options, exchange, receipts, FakeRun())
    assert asked.count("POST /export-async") == exports


def test_targets_may_have_other_names_each(fleet: Fleet[Estate], clock: FakeClock) -> None:
    globals_of(fleet.target.holds)
    exchange = Exchange(str(fleet.folder / "shared"), fleet.target.transport.pause)
    options = wanted("DATABASE_CONNECTOR", environments=[GOLD], **MAKE)
    for name in ("Gold QA", "Gold PROD"):
        target = Estate(f"{TARGET}/{name}", clock)
        naming = Naming({GOLD: name}, {"Shop": f"Shop of {name}"})
        receipts = Receipts(None, SOURCE, name)
        sync(fleet.source.engine, target.engine, options, exchange, receipts, FakeRun(), naming)
        assert target.holds.environments == {name: Place(f"Shop of {name}")}
        assert list(target.holds.objects) == [GOLDEN._replace(environment=name)]
