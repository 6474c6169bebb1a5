# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an older source to a newer target, where hashes do not compare: with receipts and without."""

from __future__ import annotations

import dataclasses

import pytest
from harness.lab import Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible, Run

# Profile expressions have become classifiers with 2025.2: bundles with the former do not go past it.
RELEASES = {"old": ("12.0.0.0", "2025.1.0.0"), "new": ("2025.2.0.0", "2026.1.0.0")}
REMEMBERED, FORGOTTEN = "with receipts", "without receipts"
CASES = [f"{name} {kind}" for name in RELEASES for kind in (REMEMBERED, FORGOTTEN)]
CHANGED = "SupplierEmail"
# What is redacted is found by a profile set, and so by profile expressions.
REDACTION = ["LetterRedaction", "LETTER_TEXT"]


@dataclasses.dataclass
class Outcome:
    """Runs by name, and how many bundles each target had taken after each of them."""

    pairs: dict[str, Pair]
    runs: dict[str, Run]
    imports: dict[str, dict[str, int]]
    states: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, shared_lab: Lab) -> Outcome:
    pairs = {}
    receipts = str(shared_lab.folder / "receipts")
    for name, (older, newer) in RELEASES.items():
        source = shared_lab.start(data="demo", release=older)
        for kind in (REMEMBERED, FORGOTTEN):
            options = {"receipts_dir": receipts} if kind == REMEMBERED else {}
            pairs[f"{name} {kind}"] = Pair(source, shared_lab.start(release=newer), options)
    found = Outcome(pairs, {}, {}, {})

    def run(name: str, *options: str) -> None:
        for pair in pairs.values():
            pair.source.forget()
        found.runs[name] = run_pairs(ansible, pairs, *options)
        found.imports[name] = {case: pair.target.count("POST", "/import-async") for case, pair in pairs.items()}
        found.states[name] = {case: pair.target.state() for case, pair in pairs.items()}

    run("first")
    run("second")
    run("check", "--check")
    for source in {pair.source.name: pair.source for pair in pairs.values()}.values():
        source.person.change_algorithm(CHANGED, "another description")
    run("source changed")
    for pair in pairs.values():
        pair.target.person.change_algorithm(CHANGED, "edited on the target")
    run("target changed")
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_first_run_moves_everything(outcome: Outcome, case: str) -> None:
    source, target, _options = outcome.pairs[case]
    result = outcome.runs["first"].of(case)
    assert not result.failed, result.data["msg"]
    assert result.data["changed"] is True
    assert result.data["source"]["release"] != result.data["engine"]["release"]
    names = {row["name"] for row in result.data["applied"]["created"]}
    assert {CHANGED, "SUPPLIER_EMAIL", "Supplier data"} <= names
    ours = {name for kind, name in source.person.hashes("USER_ALGORITHM", "DOMAIN")}
    theirs = {name for kind, name in target.person.hashes("USER_ALGORITHM", "DOMAIN")}
    assert ours - theirs <= {"BadgeMapping", "BADGE_NO"}


@pytest.mark.parametrize("case", CASES)
def test_the_second_run_changes_nothing(outcome: Outcome, case: str) -> None:
    assert outcome.runs["second"].of(case).data["changed"] is False
    assert outcome.states["second"][case] == outcome.states["first"][case]


@pytest.mark.parametrize("case", [case for case in CASES if REMEMBERED in case])
def test_receipts_spare_imports(outcome: Outcome, case: str) -> None:
    assert outcome.imports["second"][case] == outcome.imports["first"][case]
    assert outcome.runs["second"].of(case).data["applied"]["imports"] == 0
    assert outcome.runs["check"].of(case).data["changed"] is False


@pytest.mark.parametrize("case", [case for case in CASES if FORGOTTEN in case])
def test_without_receipts_check_mode_says_that_it_cannot_know(outcome: Outcome, case: str) -> None:
    checked = outcome.runs["check"].of(case).data
    assert checked["changed"] is True
    assert any("hashes do not compare" in text for text in checked["warnings"])


@pytest.mark.parametrize("case", CASES)
def test_a_change_on_the_source_moves(outcome: Outcome, case: str) -> None:
    result = outcome.runs["source changed"].of(case).data
    assert result["changed"] is True
    updated = {row["name"] for row in result["applied"]["updated"]}
    assert {CHANGED, "SUPPLIER_EMAIL", "Supplier data"} <= updated
    if REMEMBERED in case:
        assert "CustomerCard" not in {row["name"] for row in result["plan"]["to_update"]}


@pytest.mark.parametrize("case", CASES)
def test_a_change_on_the_target_is_taken_back(outcome: Outcome, case: str) -> None:
    _source, target, _options = outcome.pairs[case]
    assert outcome.runs["target changed"].of(case).data["changed"] is True
    assert target.person.algorithm(CHANGED)["description"] == "another description"


def test_a_type_that_the_target_no_longer_has_is_told(ansible: Ansible, lab: Lab) -> None:
    source = lab.start(data="demo", release="6.0.17.0")
    targets = [lab.start(release="2025.2.0.0") for _number in range(2)]
    before = [target.state() for target in targets]
    pairs = {
        "everything": Pair(source, targets[0], {}),
        "what it has": Pair(source, targets[1], {"object_types": ["USER_ALGORITHM", "DOMAIN"], "exclude": REDACTION}),
    }
    run = run_pairs(ansible, pairs)
    refused = run.of("everything")
    assert refused.failed
    assert refused.data["error"]["code"] == "import_failed"
    assert refused.data["error"]["engine"] == targets[0].url
    assert "PROFILE_EXPRESSION" in refused.data["msg"]
    assert targets[0].state() == before[0]
    assert not run.of("what it has").failed, run.of("what it has").data["msg"]
    assert targets[1].state() != before[1]
