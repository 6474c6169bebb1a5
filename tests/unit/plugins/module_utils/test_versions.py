# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases in their order, and what depends on them."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    Release,
    comparable,
    concurrent_sync,
    execution_status_filter,
    newer,
    release_of,
)
from hypothesis import given
from hypothesis import strategies as st

IN_TIME = ["5.2.0.0", "5.3.9.1", "6.0.1.0", "6.0.9.0", "6.0.17.2", "7.0.0.0", "20.0.0.0", "29.0.0.0", "2025.1.0.0"]


@pytest.mark.parametrize(("older", "younger"), list(itertools.combinations(IN_TIME, 2)))
def test_releases_have_their_order_in_time(older: str, younger: str) -> None:
    assert Release(older) < Release(younger)
    assert newer(Release(younger), Release(older))
    assert not newer(Release(older), Release(younger))
    assert not comparable(Release(older), Release(younger))


@pytest.mark.parametrize("text", ["6.0.17.0", "v6.0.17", " 6.0.17.0 ", "6.0.17.0 (build 12)", "6.0.17"])
def test_writings_of_one_release(text: str) -> None:
    assert Release(text) == Release("6.0.17.0")
    assert hash(Release(text)) == hash(Release("6.0.17.0"))
    assert comparable(Release(text), Release("6.0.17.0"))
    assert not newer(Release(text), Release("6.0.17.0"))


@pytest.mark.parametrize("text", ["", "unknown", "trunk build"])
def test_an_unknown_release_is_nobodys_equal(text: str) -> None:
    unknown = Release(text)
    assert not unknown.known
    assert not comparable(unknown, unknown)
    assert not comparable(unknown, Release("6.0.1.0"))
    assert not newer(unknown, Release("6.0.1.0"))
    assert not newer(Release("6.0.1.0"), unknown)
    assert str(unknown)


@pytest.mark.parametrize(
    ("text", "concurrent", "filters"),
    [
        ("6.0.1.0", False, False),
        ("7.0.0.0", False, True),
        ("19.9.9.9", False, True),
        ("20.0.0.0", True, True),
        ("2025.1.0.0", True, True),
        ("", True, True),
    ],
)
def test_what_a_release_can_do(text: str, concurrent: bool, filters: bool) -> None:
    assert concurrent_sync(Release(text)) is concurrent
    assert execution_status_filter(Release(text)) is filters


@pytest.mark.parametrize(
    ("answer", "text"), [({"version": "6.0.1.0"}, "6.0.1.0"), ({}, "unknown"), ({"version": None}, "unknown")]
)
def test_the_release_in_an_answer(answer: dict[str, t.Any], text: str) -> None:
    assert str(release_of(answer)) == text


@given(left=st.lists(st.integers(0, 3000), min_size=1, max_size=4), right=st.lists(st.integers(0, 3000), max_size=4))
def test_the_order_is_one(left: list[int], right: list[int]) -> None:
    one, other = (Release(".".join(map(str, numbers))) for numbers in (left, right))
    assert [one < other, one == other, one > other].count(True) == 1
    assert (hash(one) == hash(other)) or one != other
