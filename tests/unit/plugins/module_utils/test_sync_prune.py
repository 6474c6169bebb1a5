# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only the target has goes when asked, and what must stay stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import ApiError
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
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
    DEV,
    DEV_ORACLE,
    NIGHTLY,
    ORACLE,
    PAYMENTS,
    furnish,
    label,
    labels,
    wanted,
)
from ansible_collections.maskops.delphix.tests.unit.support.fleet import Fleet
from ansible_collections.maskops.delphix.tests.unit.support.machine import refused
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

PRUNED = wanted("ENVIRONMENT", prune=True)


@pytest.fixture
def fleet(clock: FakeClock, tmp_path: Path) -> Fleet[Estate]:
    source = furnish(Estate(SOURCE, clock))
    return Fleet(source, twin(source, TARGET), tmp_path)


def chain(fleet: Fleet[Estate], environment: str = PAYMENTS, name: str = "extra") -> list[ObjectKey]:
    """A job of the target alone with its ruleset and connector."""
    holds = fleet.target.holds
    connector = holds.add("DATABASE_CONNECTOR", name, environment)
    ruleset = holds.add("DATABASE_RULESET", name, environment, on=connector)
    return [holds.add("MASKING_JOB", name, environment, on=ruleset), ruleset, connector]


def reasons(result: Row) -> dict[str, str]:
    """Why what is extra was kept."""
    return {
        name: row["reason"] for name, row in zip(labels(result["plan"]["extra"]), result["plan"]["extra"], strict=True)
    }


def check_same(fleet: Fleet[Estate]) -> None:
    """Both hold the same, and the next run sends no write."""
    assert fleet.target.holds.hashes() == fleet.source.holds.hashes()
    fleet.forget()
    assert fleet.sync(PRUNED)["changed"] is False
    assert fleet.writes == []


def test_nothing_goes_unasked(fleet: Fleet[Estate]) -> None:
    extra = chain(fleet)
    result = fleet.sync(wanted("ENVIRONMENT"))
    assert result["changed"] is False
    assert set(labels(result["plan"]["extra"])) == {label(one) for one in extra}
    assert result["plan"]["to_remove"] == []
    assert fleet.writes == []


def test_jobs_go_before_rulesets_before_connectors(fleet: Fleet[Estate]) -> None:
    extra = chain(fleet)
    result = fleet.sync(PRUNED)
    assert [row["type"] for row in result["plan"]["to_remove"]] == [one.type for one in extra]
    assert fleet.writes == ["DELETE /masking-jobs", "DELETE /database-rulesets", "DELETE /database-connectors"]
    assert {(row["type"], row["name"]) for row in result["applied"]["removed"]} == {
        (one.type, one.name) for one in extra
    }
    assert result["applied"]["created"] == result["applied"]["updated"] == []
    assert result["changed"] is True
    assert result["connectors"] == []
    assert str(extra[0]) in result["diff"]["before"]
    check_same(fleet)


def test_check_mode_names_them(fleet: Fleet[Estate]) -> None:
    extra = chain(fleet)
    result = fleet.sync(PRUNED, FakeRun(check_mode=True))
    assert result["changed"] is True
    assert set(labels(result["plan"]["to_remove"])) == {label(one) for one in extra}
    assert fleet.writes == []


def test_what_is_in_use_stays_with_a_reason(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    extra = holds.add("DATABASE_CONNECTOR", "extra", PAYMENTS)
    # A job that the source has as well, and that is left out, reads from it.
    copy = ObjectKey("MASKING_JOB", DEV, "copy for DEV")
    holds.change(copy, reads=extra)
    result = fleet.sync(wanted("DATABASE_CONNECTOR", prune=True))
    assert reasons(result) == {label(extra): f"{copy} uses it"}
    assert fleet.writes == []


def test_what_is_no_longer_in_use_after_the_sync_goes(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    extra = holds.add("DATABASE_RULESET", "extra", PAYMENTS, on=ORACLE)
    holds.change(NIGHTLY, above=extra)
    result = fleet.sync(PRUNED)
    assert holds.objects[NIGHTLY].above == CUSTOMERS
    assert labels(result["applied"]["removed"]) == [label(extra)]
    check_same(fleet)


def test_what_the_engine_does_not_let_go_is_said(fleet: Fleet[Estate]) -> None:
    extra = chain(fleet)
    fleet.target.fault("DELETE /masking-jobs", refused(409, {"errorMessage": "it is running"}))
    run = FakeRun()
    result = fleet.sync(PRUNED, run)
    assert extra[0] in fleet.target.holds.objects
    assert any("it is running" in text and "extra" in text for text in run.warnings)
    assert result["applied"]["removed"] == []
    assert result["changed"] is False


def test_a_user_who_may_not_is_an_error(fleet: Fleet[Estate]) -> None:
    chain(fleet)
    fleet.target.fault("DELETE /masking-jobs", refused(403, {"errorMessage": "not allowed"}))
    run = FakeRun()
    with pytest.raises(ApiError, match="not allowed"):
        fleet.sync(PRUNED, run)
    assert fleet.target.writes == ["DELETE /masking-jobs"]
    assert run.partial["changed"] is False


def test_environments_that_the_source_does_not_have_stay(fleet: Fleet[Estate]) -> None:
    fleet.target.holds.environment("Local")
    extra = chain(fleet, "Local")
    result = fleet.sync(PRUNED)
    assert set(reasons(result)) >= {label(one) for one in extra}
    assert all(reasons(result)[label(one)] for one in extra)
    assert fleet.writes == []


def test_environments_themselves_are_never_removed(fleet: Fleet[Estate]) -> None:
    fleet.target.holds.environment("Local")
    fleet.sync(wanted("all", prune=True))
    assert "Local" in fleet.target.holds.environments
    assert fleet.writes == []


def test_only_what_is_selected_goes(fleet: Fleet[Estate]) -> None:
    mine, other = chain(fleet, PAYMENTS, "extra"), chain(fleet, DEV, "more")
    fleet.sync(wanted("MASKING_JOB", "PROFILE_JOB", names=[f"{PAYMENTS}/*"], prune=True))
    gone = {one for one in [*mine, *other] if one not in fleet.target.holds.objects}
    assert gone == {mine[0]}


def test_under_another_name_of_the_environment(fleet: Fleet[Estate], clock: FakeClock) -> None:
    fleet.target = Estate(TARGET, clock, first_number=70)
    naming = Naming({PAYMENTS: "Payments QA"})
    fleet.sync(wanted("all", create_environments=True), naming=naming)
    extra = chain(fleet, "Payments QA")
    fleet.target.holds.environment(PAYMENTS)
    theirs = chain(fleet, PAYMENTS)
    result = fleet.sync(PRUNED, naming=naming)
    assert {(row["environment"], row["name"]) for row in result["applied"]["removed"]} == {("Payments QA", "extra")}
    assert not set(extra) & set(fleet.target.holds.objects)
    # Nothing of the source becomes that environment.
    assert set(theirs) <= set(fleet.target.holds.objects)


def test_nothing_goes_when_something_could_not_be_moved(fleet: Fleet[Estate]) -> None:
    extra = chain(fleet)
    fleet.source.holds.edit(DEV_ORACLE, host="db9")
    fleet.target.fault("POST /import-async", refused(400, {"errorMessage": "enough"}))
    with pytest.raises(Exception, match="enough"):
        fleet.sync(PRUNED)
    assert set(extra) <= set(fleet.target.holds.objects)


# Objects of the engine


GLOBALS = wanted("all", prune=True)


def test_global_objects_that_a_user_made(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    algorithm = holds.add("LOOKUP", "extra: ä", keys="x")
    extra = [
        holds.add("DOMAIN", "extra", needs=[algorithm]),
        algorithm,
        holds.add("FILE_FORMAT", "extra"),
        holds.add("MOUNT_INFORMATION", "extra"),
        holds.add("JDBC_DRIVER", "extra"),
        holds.add("PROFILE_SET", "extra"),
    ]
    result = fleet.sync(GLOBALS)
    assert not set(extra) & set(holds.objects)
    assert {(row["type"], row["name"]) for row in result["applied"]["removed"]} == {
        (one.type, one.name) for one in extra
    }
    check_same(fleet)


@pytest.mark.parametrize("maker", ["system", "System", "delphix", None, ""])
def test_what_nobody_made_is_built_in(fleet: Fleet[Estate], maker: str | None) -> None:
    holds = fleet.target.holds
    extra = [holds.add("DOMAIN", "extra"), holds.add("LOOKUP", "extra"), holds.add("PROFILE_SET", "extra")]
    for one in extra:
        holds.change(one, maker=maker)
    driver = holds.add("JDBC_DRIVER", "extra")
    holds.change(driver, maker="system")
    result = fleet.sync(GLOBALS)
    assert result["plan"]["to_remove"] == []
    assert set(holds.objects) >= {*extra, driver}
    assert all("built in" in row["reason"] for row in result["plan"]["extra"])
    assert fleet.writes == []


def test_a_type_that_is_never_removed(fleet: Fleet[Estate]) -> None:
    fleet.target.holds.add("PASSWORD_VAULT", "extra")
    result = fleet.sync(GLOBALS)
    assert labels(result["plan"]["extra"]) == ["extra"]
    assert result["plan"]["extra"][0]["reason"]
    assert fleet.writes == []


def test_a_domain_that_a_ruleset_of_the_target_uses_stays(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    domain = holds.add("DOMAIN", "extra")
    local = holds.environment("Local")
    connector = holds.add("DATABASE_CONNECTOR", "local", local)
    holds.add("DATABASE_RULESET", "local", local, on=connector, needs=[domain, CARD])
    result = fleet.sync(wanted("GLOBAL_OBJECT", prune=True))
    assert domain in holds.objects
    assert result["plan"]["to_remove"] == []
    assert "uses it" in reasons(result)["extra"]
    assert fleet.writes == []


def test_a_format_that_is_identified_by_its_name(fleet: Fleet[Estate]) -> None:
    fleet.source.holds.formats_by_name = fleet.target.holds.formats_by_name = True
    extra = fleet.target.holds.add("FILE_FORMAT", "extra")
    result = fleet.sync(wanted("FILE_FORMAT", prune=True))
    assert labels(result["applied"]["removed"]) == ["extra"]
    assert extra not in fleet.target.holds.objects
    assert fleet.writes == ["DELETE /file-formats"]


def test_an_algorithm_that_a_domain_uses_stays(fleet: Fleet[Estate]) -> None:
    holds = fleet.target.holds
    extra = holds.add("LOOKUP", "extra")
    domain = holds.add("DOMAIN", "local", needs=[extra])
    result = fleet.sync(wanted("LOOKUP", prune=True))
    assert reasons(result) == {"extra": f"{domain} uses it"}
    assert fleet.writes == []
