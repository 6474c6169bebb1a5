# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects a selection means."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    is_pattern,
    sort_key,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import GLOBAL_TYPES
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    TYPES,
    catalog,
    entries,
    entry,
    key,
)
from hypothesis import given
from hypothesis import strategies as st

DOMAIN = key("DOMAIN", "CUST_EMAIL")
JOB = key("MASKING_JOB", "nightly", "QA")


@pytest.mark.parametrize(
    ("selection", "wanted", "matches"),
    [
        (Selection.of(["DOMAIN"]), DOMAIN, True),
        (Selection.of(["LOOKUP"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], ["CUST_EMAIL"]), DOMAIN, True),
        (Selection.of(["DOMAIN"], ["cust_email"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], ["CUST"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], ["CUST_*"]), DOMAIN, True),
        (Selection.of(["DOMAIN"], ["*EMAIL"]), DOMAIN, True),
        (Selection.of(["DOMAIN"], ["CUST?EMAIL"]), DOMAIN, True),
        (Selection.of(["DOMAIN"], ["CUST_EMAIL?"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], ["other", "*"]), DOMAIN, True),
        (Selection.of(["DOMAIN"], ["*"], ["CUST_*"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], ["CUST_EMAIL"], ["CUST_EMAIL"]), DOMAIN, False),
        (Selection.of(["DOMAIN"], (), ["cust*"]), DOMAIN, True),
        (Selection.of(["MASKING_JOB"], environments=["QA"]), JOB, True),
        (Selection.of(["MASKING_JOB"], environments=["Q?"]), JOB, True),
        (Selection.of(["MASKING_JOB"], environments=["DEV"]), JOB, False),
        (Selection.of(environments=["*"]), DOMAIN, False),
        # Brackets are plain characters in names, and patterns know no others than * and ?.
        (Selection.of(["LOOKUP"], ["a[b]*"]), key("LOOKUP", "a[b]c"), True),
        (Selection.of(["LOOKUP"], ["a[b]*"]), key("LOOKUP", "abc"), False),
        (Selection.of(["LOOKUP"], ["a.*"]), key("LOOKUP", "abc"), False),
        (Selection.of(["USER_ALGORITHM"], ["dlpx-core:*"]), key("USER_ALGORITHM", "dlpx-core:CM Digits"), True),
        (Selection.of(["LOOKUP"], ["*"]), key("LOOKUP", "two\nlines"), True),
    ],
)
def test_what_is_meant(selection: Selection, wanted: ObjectKey, matches: bool) -> None:
    assert selection.matches(wanted) is matches


@pytest.mark.parametrize(("name", "pattern"), [("A", False), ("A*", True), ("A?", True), ("A[b]", False)])
def test_patterns(name: str, pattern: bool) -> None:
    assert is_pattern(name) is pattern


def test_global_object_stands_for_its_members_without_the_key() -> None:
    selection = Selection.of(["GLOBAL_OBJECT"])
    assert selection.types == GLOBAL_TYPES
    assert not selection.matches(key("KEY", "global"))
    assert not selection.matches(key("GLOBAL_OBJECT", "global"))
    assert selection.matches(DOMAIN)


def test_the_key_is_selected_by_its_own_name() -> None:
    assert Selection.of(["GLOBAL_OBJECT", "KEY"]).matches(key("KEY", "global"))
    assert Selection.of(["KEY"]).matches(key("KEY", "global"))


def test_global_object_can_be_left_whole() -> None:
    selection = Selection.of(["GLOBAL_OBJECT"], expand=False)
    assert selection.matches(key("GLOBAL_OBJECT", "global"))
    assert not selection.matches(DOMAIN)


@pytest.mark.parametrize("kind", ["DOMAIN_REFERENCE", "ALGORITHM_REFERENCE", "SOURCE_FILE_CONNECTOR"])
def test_references_are_never_selected(kind: str) -> None:
    with pytest.raises(OptionError, match=kind):
        Selection.of([kind])
    assert not Selection().matches(key(kind, "X"))


@pytest.mark.parametrize("kind", ["", "domain", "Domain", "DOMAIN ", "DOM-AIN", "*", "1DOMAIN"])
def test_what_is_no_type(kind: str) -> None:
    with pytest.raises(OptionError):
        Selection.of([kind])


def test_a_type_of_a_later_release_can_be_selected() -> None:
    assert Selection.of(["TYPE_OF_2030"]).matches(key("TYPE_OF_2030", "X"))


def test_a_name_that_nobody_bears_is_an_error() -> None:
    held = catalog(entry("DOMAIN", "A"), entry("LOOKUP", "B"))
    with pytest.raises(NotFoundError) as caught:
        Selection.of(["DOMAIN"], ["A", "B", "C*"]).keys(held)
    assert caught.value.subject == "B"
    assert caught.value.engine == held.engine


def test_a_pattern_that_nobody_matches_is_none() -> None:
    assert Selection.of(["DOMAIN"], ["X*"]).keys(catalog(entry("DOMAIN", "A"))) == []


def test_a_name_that_is_left_out_on_purpose_is_not_missed() -> None:
    assert Selection.of(["DOMAIN"], ["A", "GONE"], ["GONE"]).keys(catalog(entry("DOMAIN", "A"))) == [key("DOMAIN", "A")]


selections = st.builds(
    Selection.of,
    st.lists(st.sampled_from([*TYPES, "GLOBAL_OBJECT"]), unique=True),
    st.lists(st.sampled_from(["*", "A*", "?", "a"])).map(lambda names: [name for name in names if is_pattern(name)]),
    st.lists(st.sampled_from(["A", "?B", "*"]), max_size=1),
)


@given(selections, entries())
def test_keys_are_the_matching_ones_in_order(selection: Selection, objects: dict[ObjectKey, SyncableObject]) -> None:
    keys = selection.keys(Catalog("engine", Release(""), objects))
    assert set(keys) == {one for one in objects if selection.matches(one)}
    assert keys == sorted(keys, key=sort_key)


@given(st.lists(st.sampled_from([*TYPES, "GLOBAL_OBJECT"]), min_size=1), st.booleans())
def test_the_key_is_in_no_selection_that_does_not_name_it(types: t.Any, expand: bool) -> None:
    assert Selection.of(types, expand=expand).matches(key("KEY", "global")) is ("KEY" in types)
