# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter in front of the report."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.maskops.delphix.plugins.filter.sync_report import FilterModule

sync_report = FilterModule().filters()["sync_report"]
RESULTS = {"qa": {"failed": True, "msg": "unreachable"}}
DONE: dict[str, t.Any] = {"qa": {"applied": {"created": [], "updated": [], "removed": []}}}
FAILED = {"qa": {"failed": True, "msg": "refused"}}


def test_a_table_by_default() -> None:
    assert sync_report(RESULTS) == sync_report(RESULTS, format="table")
    assert sync_report(RESULTS)[-1] == "qa: failed: unreachable"


def test_numbers_on_request() -> None:
    assert sync_report(RESULTS, "summary")["qa"]["result"] == "failed"


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("connectors", "qa: failed: connectors: refused"),
        ("users", "qa: failed: users: refused"),
        ("left", "qa: failed: second look: refused"),
    ],
)
def test_what_followed_the_sync_is_of_the_same_target(part: str, line: str) -> None:
    assert sync_report(DONE, "summary")["qa"]["result"] == "unchanged"
    assert sync_report(DONE, **{part: FAILED})[-1] == line
    assert sync_report(DONE, **{part: {"prod": FAILED["qa"]}}) == sync_report(DONE)


def test_what_was_not_done_is_left_out() -> None:
    skipped = {"dev": {"skipped": True, "changed": False}, "new": {}}
    assert sync_report({**RESULTS, **skipped}) == sync_report(RESULTS)
    assert sync_report(RESULTS, connectors=skipped, users={"qa": {"skipped": True, "failed": True}}) == sync_report(
        RESULTS
    )


@pytest.mark.parametrize("results", [None, [], "qa", {"qa": "text"}, {"qa": None}])
def test_what_is_no_results(results: t.Any) -> None:
    with pytest.raises(AnsibleFilterError):
        sync_report(results)


def test_what_is_no_results_of_connectors() -> None:
    with pytest.raises(AnsibleFilterError):
        sync_report(RESULTS, connectors={"qa": "text"})


def test_an_unknown_format() -> None:
    with pytest.raises(AnsibleFilterError, match="html"):
        sync_report(RESULTS, "html")
