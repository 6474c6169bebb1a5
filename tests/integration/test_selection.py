# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sync touches and what it leaves alone. Every case has a target of its own, all are one run."""

from __future__ import annotations

import dataclasses

import pytest
from harness.compare import GLOBAL_TYPES, missing_on
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Result, Run
from harness.tasks import HERE, INVENTORY, between, play, task

Hashes = dict[tuple[str, str], str]
# name of the case: data of its target, options of the sync
CASES: dict[str, tuple[str, dict[str, object]]] = {
    "all": ("empty", {}),
    "key": ("empty", {"object_types": ["KEY"]}),
    "some": ("empty", {"object_types": ["USER_ALGORITHM"], "names": ["Customer*"], "exclude": ["Customer?ard"]}),
    "one": ("empty", {"names": ["SUPPLIER_EMAIL"]}),
    "careful": ("demo", {"overwrite": False}),
    "formats": ("demo", {"object_types": ["FILE_FORMAT"]}),
    "formats without domains": ("empty", {"object_types": ["FILE_FORMAT"]}),
}


@dataclasses.dataclass
class Outcome:
    """Engines after every case was run twice, and their hashes before."""

    run: Run
    source: Engine
    targets: dict[str, Engine]
    before: dict[str, Hashes]

    def result(self, case: str, again: bool = False) -> Result:
        """The result of a case, or of the same once more."""
        return self.run.result(HERE, f"{case} again" if again else case)

    def moved(self, case: str) -> set[tuple[str, str]]:
        """Objects of the case's target that are new or have another hash."""
        now = self.targets[case].person.hashes()
        return {key for key, value in now.items() if self.before[case].get(key) != value} - {
            ("GLOBAL_OBJECT", "global")
        }


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    source = shared_lab.start("dev", "demo")
    targets = {case: shared_lab.start(case.replace(" ", "-"), data) for case, (data, _options) in CASES.items()}
    targets["careful"].person.change_algorithm("CustomerFirstName", "edited on the target")
    targets["careful"].person.delete_domain("INVOICE_NO")
    formats = targets["formats"].person
    for row in formats.call("GET", "/file-formats").json()["responseList"]:
        if row["fileFormatName"] == "orders.csv":
            formats.call("DELETE", f"/file-formats/{row['fileFormatId']}")
    before = {case: target.person.hashes() for case, target in targets.items()}
    tasks = [
        task(name, "masking_sync", between(source, targets[case], **options))
        for case, (_data, options) in CASES.items()
        for name in (case, f"{case} again")
    ]
    run = ansible.run(play(*tasks), INVENTORY)
    return Outcome(run, source, targets, before)


@pytest.mark.parametrize("case", [case for case in CASES if case != "formats without domains"])
def test_the_second_time_nothing_is_left_to_do(outcome: Outcome, case: str) -> None:
    assert outcome.result(case).data["changed"] is True
    assert outcome.result(case, again=True).data["changed"] is False


def test_global_objects_are_those_of_the_documentation(outcome: Outcome) -> None:
    assert missing_on(outcome.targets["all"], outcome.source) == set()
    # Plugins come along: algorithms and drivers made with them need them.
    assert {kind for kind, _name in outcome.moved("all")} <= {
        *GLOBAL_TYPES,
        "ALGORITHM_PLUGIN",
        "DRIVER_SUPPORT_PLUGIN",
    }


def test_the_global_key_is_left_alone(outcome: Outcome) -> None:
    ours = outcome.source.person.hashes("KEY")
    for case in set(CASES) - {"key", "careful", "formats"}:
        assert outcome.targets[case].person.hashes("KEY") == {
            key: value for key, value in outcome.before[case].items() if key[0] == "KEY"
        }
        assert outcome.targets[case].person.hashes("KEY") != ours


def test_the_global_key_is_synced_when_named(outcome: Outcome) -> None:
    assert outcome.targets["key"].person.hashes("KEY") == outcome.source.person.hashes("KEY")
    assert outcome.moved("key") == {("KEY", "global")}


def test_names_and_patterns(outcome: Outcome) -> None:
    expected = {
        key
        for key in outcome.source.person.hashes("USER_ALGORITHM")
        if key[1].startswith("Customer") and key[1] != "CustomerCard"
    }
    assert len(expected) > 5
    assert outcome.moved("some") == expected


def test_an_object_brings_what_it_needs(outcome: Outcome) -> None:
    assert outcome.moved("one") == {("DOMAIN", "SUPPLIER_EMAIL"), ("USER_ALGORITHM", "SupplierEmail")}


def test_without_overwrite_what_exists_stays(outcome: Outcome) -> None:
    plan = outcome.result("careful").data["plan"]
    assert [row["name"] for row in plan["to_create"]] == ["INVOICE_NO"]
    assert "CustomerFirstName" in [row["name"] for row in plan["blocked"]]
    assert all("overwritten" in row["reason"] for row in plan["blocked"])
    assert outcome.moved("careful") == {("DOMAIN", "INVOICE_NO")}


def test_other_types_are_synced_when_named(outcome: Outcome) -> None:
    assert [row["name"] for row in outcome.result("formats").data["applied"]["created"]] == ["orders.csv"]
    assert outcome.moved("formats") == {("FILE_FORMAT", "orders.csv")}


def test_what_refers_to_missing_objects_is_blocked_by_their_names(outcome: Outcome) -> None:
    result = outcome.result("formats without domains")
    assert not result.failed
    blocked = {row["name"]: row["reason"] for row in result.data["plan"]["blocked"]}
    assert set(blocked) == {"claims.xml", "orders.csv", "staff.txt"}
    assert "DOMAIN CUSTOMER_EMAIL (missing on the target)" in blocked["orders.csv"]
    assert not outcome.moved("formats without domains") & {("FILE_FORMAT", name) for name in blocked}
    # A reference is no dependency that travels along.
    assert {kind for kind, _name in outcome.moved("formats without domains")} <= {"FILE_FORMAT"}
