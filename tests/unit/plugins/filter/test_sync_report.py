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


def test_a_table_by_default() -> None:
    assert sync_report(RESULTS) == sync_report(RESULTS, format="table")
    assert sync_report(RESULTS)[-1] == "qa: failed: unreachable"


def test_numbers_on_request() -> None:
    assert sync_report(RESULTS, "summary")["qa"]["result"] == "failed"


@pytest.mark.parametrize("results", [None, [], "qa", {"qa": "text"}, {"qa": None}])
def test_what_is_no_results(results: t.Any) -> None:
    with pytest.raises(AnsibleFilterError):
        sync_report(results)


def test_an_unknown_format() -> None:
    with pytest.raises(AnsibleFilterError, match="html"):
        sync_report(RESULTS, "html")
