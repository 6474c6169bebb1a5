# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists and their pages."""

from __future__ import annotations

import pytest


def test_pages_make_up_the_list(local):
    api = local(data="demo").api()
    whole = api.rows("/syncable-objects")
    collected = []
    for number in range(1, 100):
        page = api.get("/syncable-objects", params={"page_number": number, "page_size": 60}).json()
        collected += page["responseList"]
        assert page["_pageInfo"] == {"numberOnPage": len(page["responseList"]), "total": len(whole)}
        if len(collected) == len(whole):
            break
        assert len(page["responseList"]) == 60
    assert collected == whole


@pytest.mark.parametrize("path", ["/syncable-objects", "/domains", "/algorithms", "/async-tasks", "/masking-jobs"])
@pytest.mark.parametrize("status", [400, 404])
def test_past_the_last_page_is_an_error(local, path, status):
    api = local(page_range_status=status).api()
    answer = api.get(path, params={"page_number": 9, "page_size": 1000})
    assert answer.status_code == status
    assert "is outside of the acceptable range. The last page is 1" in answer.json()["errorMessage"]


@pytest.mark.parametrize("path", ["/masking-jobs", "/async-tasks", "/executions", "/file-uploads", "/environments"])
def test_an_empty_list_is_no_error(local, path):
    answer = local().api().get(path)
    assert answer.status_code == 200
    assert answer.json() == {"_pageInfo": {"numberOnPage": 0, "total": 0}, "responseList": []}


def test_a_type_that_the_engine_has_none_of_is_an_empty_list(local):
    api = local().api()
    for object_type in ("MASKING_JOB", "TOKENIZATION", "ALGORITHM_REFERENCE", "PROFILE_EXPRESSION"):
        assert api.rows("/syncable-objects", object_type=object_type) == []


def test_default_page_size_is_a_switch(local):
    assert len(local(data="demo").api().get("/domains").json()["responseList"]) == 100
    assert len(local(data="demo", default_page_size=7).api().get("/domains").json()["responseList"]) == 7


def test_largest_page_size_is_a_switch(local):
    params = {"page_size": 1000}
    assert len(local(data="demo", max_page_size=50).api().get("/domains", params=params).json()["responseList"]) == 50
    refusing = local(data="demo", max_page_size=50, max_page_size_policy="refuse").api()
    assert refusing.get("/domains", params=params).status_code == 400


@pytest.mark.parametrize(
    "params",
    [
        {"page_number": 0},
        {"page_number": -1},
        {"page_size": 0},
        {"page_number": "one"},
        {"page_size": "1.5"},
        {"page_size": "9" * 30},
        {"object_type": "NOTHING"},
    ],
)
def test_bad_parameters_are_400(local, params):
    answer = local().api().get("/syncable-objects", params=params)
    assert answer.status_code == 400
    assert answer.json()["errorMessage"]


def test_order_is_stable_and_differs_between_engines(local):
    one, two = local(data="demo").api(), local(data="demo").api()
    names = [
        [row["objectIdentifier"] for row in api.rows("/syncable-objects", object_type="DOMAIN")]
        for api in (one, one, two)
    ]
    assert names[0] == names[1] != names[2]
    key = str
    assert sorted(names[0], key=key) == sorted(names[2], key=key)
