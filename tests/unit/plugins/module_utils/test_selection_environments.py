# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selections of what is inside environments, of environments, and of everything."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils import _selection
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError, OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    catalog,
    entry,
    key,
)

JOB, JOB_DEV = key("MASKING_JOB", "nightly", "QA"), key("MASKING_JOB", "nightly", "Köln DEV")
CONNECTOR = key("FILE_CONNECTOR", "share", "QA")
DOMAIN, FORMAT, MOUNT = key("DOMAIN", "D"), key("FILE_FORMAT", "csv"), key("MOUNT_INFORMATION", "nas")
SETTINGS, KEY = key("APPLICATION_SETTINGS", "global"), key("KEY", "global")
LICENCE, WHOLE = key("LICENSE_INFO", "global"), key("GLOBAL_OBJECT", "global")
QA, DEV, EMPTY = key("ENVIRONMENT", "QA"), key("ENVIRONMENT", "Köln DEV"), key("ENVIRONMENT", "Empty")
FUTURE = key("TYPE_OF_2030", "X")
KEYS = [
    JOB,
    JOB_DEV,
    CONNECTOR,
    DOMAIN,
    FORMAT,
    MOUNT,
    SETTINGS,
    KEY,
    LICENCE,
    WHOLE,
    QA,
    DEV,
    EMPTY,
    FUTURE,
]
HELD = catalog(*(entry(one.type, one.name, environment=one.environment) for one in KEYS))
INSIDE = {JOB, JOB_DEV, CONNECTOR}
EVERYTHING = {*INSIDE, DOMAIN, FORMAT, MOUNT, SETTINGS, FUTURE}


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        # Everything that the engine can sync, but neither its key nor its licence, nor containers.
        (Selection.of(["all"]), EVERYTHING),
        (Selection.of(["all", "KEY"]), {*EVERYTHING, KEY}),
        (Selection.of(["all", "LICENSE_INFO"]), {*EVERYTHING, LICENCE}),
        (Selection.of(["all", "DOMAIN"]), EVERYTHING),
        (Selection.of(["all"], exclude=["QA/*", "D"]), EVERYTHING - {JOB, CONNECTOR, DOMAIN}),
        # Environments limit what is inside environments, and nothing else.
        (Selection.of(["all"], environments=["QA"]), EVERYTHING - {JOB_DEV}),
        (Selection.of(["all"], environments=["X*"]), EVERYTHING - INSIDE),
        (Selection.of(["ENVIRONMENT"]), INSIDE),
        (Selection.of(["ENVIRONMENT"], environments=["Köln DEV"]), {JOB_DEV}),
        (Selection.of(["ENVIRONMENT"], environments=["?A"]), {JOB, CONNECTOR}),
        (Selection.of(["ENVIRONMENT"], ["n*"]), {JOB, JOB_DEV}),
        (Selection.of(["ENVIRONMENT"], exclude=["nightly"]), {CONNECTOR}),
        (Selection.of(["ENVIRONMENT"], exclude=["Köln */nightly"]), {JOB, CONNECTOR}),
        (Selection.of(["ENVIRONMENT", "GLOBAL_OBJECT"]), {*INSIDE, DOMAIN}),
        (Selection.of(["ENVIRONMENT", "GLOBAL_OBJECT"], environments=["QA"]), {JOB, CONNECTOR, DOMAIN}),
        (Selection.of(["MASKING_JOB"]), {JOB, JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["nightly"]), {JOB, JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["QA/nightly"]), {JOB}),
        (Selection.of(["MASKING_JOB"], ["Köln DEV/nightly"]), {JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["*/nightly"]), {JOB, JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["*DEV/night*"]), {JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["QA/*", "Köln DEV/*"], ["QA/*"]), {JOB_DEV}),
        (Selection.of(["MASKING_JOB"], ["QA/*"], environments=["Köln DEV"]), set()),
        (Selection.of(["ENVIRONMENT", "DOMAIN"], ["D", "QA/*"]), {DOMAIN, JOB, CONNECTOR}),
        (Selection.of(["FILE_FORMAT", "MOUNT_INFORMATION"]), {FORMAT, MOUNT}),
    ],
)
def test_what_is_meant(selection: Selection, meant: set[ObjectKey]) -> None:
    assert set(selection.keys(HELD)) == meant


@pytest.mark.parametrize(
    ("selection", "whole"),
    [
        (Selection.of(["ENVIRONMENT"]), {"QA", "Köln DEV", "Empty"}),
        (Selection.of(["all"]), {"QA", "Köln DEV", "Empty"}),
        (Selection.of(["ENVIRONMENT"], environments=["QA", "E*"]), {"QA", "Empty"}),
        # Parts of environments are not environments.
        (Selection.of(["ENVIRONMENT"], ["*"]), set()),
        (Selection.of(["MASKING_JOB"]), set()),
        (Selection.of(["GLOBAL_OBJECT"]), set()),
    ],
)
def test_environments_that_are_meant_as_a_whole(selection: Selection, whole: set[str]) -> None:
    assert {name for name in HELD.environments if selection.means_environment(name)} == whole


@pytest.mark.parametrize(
    ("selection", "missing"),
    [
        (Selection.of(["ENVIRONMENT"], environments=["qa"]), "qa"),
        (Selection.of(["all"], environments=["QA", "PROD"]), "PROD"),
        (Selection.of(["MASKING_JOB"], ["nightl"]), "nightl"),
        (Selection.of(["MASKING_JOB"], ["PROD/nightly"]), "PROD/nightly"),
        (Selection.of(["MASKING_JOB"], ["QA/weekly", "QA/nightly"]), "QA/weekly"),
        (Selection.of(["MASKING_JOB"], ["share"]), "share"),
        # There, but not in the environments that are meant.
        (Selection.of(["FILE_CONNECTOR"], ["share"], environments=["Köln DEV"]), "share"),
        (Selection.of(["ENVIRONMENT"], ["D"]), "D"),
    ],
)
def test_a_name_that_the_engine_does_not_have(selection: Selection, missing: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        selection.keys(HELD)
    assert caught.value.subject == missing
    assert missing in str(caught.value)


@pytest.mark.parametrize(
    "selection",
    [
        Selection.of(["ENVIRONMENT"], environments=["PROD*"]),
        Selection.of(["MASKING_JOB"], ["PROD*/nightly"]),
        Selection.of(["MASKING_JOB"], ["PROD/*"]),
        # Left out on purpose.
        Selection.of(["MASKING_JOB"], ["QA/nightly"], ["nightly"]),
        Selection.of(["FILE_CONNECTOR"], ["share"], ["QA/share"]),
        Selection.of(["FILE_CONNECTOR"], ["share"], ["QA/*"]),
        # There is such an environment, though nothing in it.
        Selection.of(["ENVIRONMENT"], environments=["Empty"]),
    ],
)
def test_what_may_mean_nothing(selection: Selection) -> None:
    assert selection.keys(HELD) == []


@pytest.mark.parametrize("types", [["all"], ["ENVIRONMENT"], ["MASKING_JOB"], []])
def test_what_is_inside_environments_can_be_meant(types: list[str]) -> None:
    assert Selection.of(types).inside_environments


@pytest.mark.parametrize("types", [["GLOBAL_OBJECT"], ["FILE_FORMAT", "KEY"], ["TYPE_OF_2030"]])
def test_what_is_inside_environments_cannot_be_meant(types: list[str]) -> None:
    selection = Selection.of(types)
    assert not selection.inside_environments
    assert selection.limits_types


@pytest.mark.parametrize(
    ("exclude", "meant"),
    [((), True), (("QA/*",), False), (("Q*/*",), False), (("QA/n*", "QA", "*/nightly"), True), (("DEV/*",), True)],
)
def test_an_environment_of_which_all_is_left_out_is_not_meant(exclude: tuple[str, ...], meant: bool) -> None:
    for selection in (Selection.of(["all"], exclude=exclude), Selection.of(["ENVIRONMENT"], exclude=exclude)):
        assert selection.means_environment("QA") is meant


def test_long_lists_of_names_are_not_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # 10,000 objects times 2,000 names take minutes.
    monkeypatch.setattr(_selection, "like", lambda *_: pytest.fail("a name was tried like a pattern"))
    selection = Selection.of(["all"], names=["QA/nightly", "D"], exclude=["Köln DEV/nightly"])
    assert set(selection.keys(HELD)) == {JOB, DOMAIN}


@pytest.mark.parametrize("types", [["GLOBAL_OBJECT"], ["DOMAIN", "FILE_FORMAT"]], ids=str)
def test_an_environment_where_nothing_inside_is_meant_is_a_mistake_of_types(types: list[str]) -> None:
    # Of an engine of which only these types were read: the environment may well be there.
    with pytest.raises(OptionError, match=r"'environments' has QA, but 'object_types'"):
        Selection.of(types, environments=["QA"]).keys(catalog(entry("DOMAIN", "D")))
