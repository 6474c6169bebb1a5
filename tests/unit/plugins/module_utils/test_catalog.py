# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of GET /syncable-objects become objects with keys."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    ApiError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import entries, entry, key
from ansible_collections.maskops.delphix.tests.unit.support.lists import Lists
from hypothesis import given
from hypothesis import strategies as st

HASH = "579850b1c88baf74cee6bad61d81e2aa3dcc206c"
Row = dict[str, t.Any]


def row(kind: str, identifier: Row, revision: t.Any = HASH, **more: t.Any) -> Row:
    return {"objectIdentifier": identifier, "objectType": kind, "revisionHash": revision, **more}


def build(*rows: Row, **lists: list[Row]) -> Catalog:
    """The catalog of an engine with these rows; lists of names go by their path, with underscores."""
    by_path = {f"/{path.replace('_', '-')}": listed for path, listed in lists.items()}
    return read_catalog(Lists(*rows, lists=by_path).engine)


def profile_sets(**names: int) -> list[Row]:
    return [{"profileSetId": number, "profileSetName": name} for name, number in names.items()]


@pytest.mark.parametrize(
    ("kind", "identifier", "name"),
    [
        ("GLOBAL_OBJECT", {"id": "global"}, "global"),
        ("KEY", {"keyId": "global"}, "global"),
        ("DOMAIN", {"id": "FIRST_NAME"}, "FIRST_NAME"),
        ("USER_ALGORITHM", {"algorithmName": "dlpx-core:CM Digits"}, "dlpx-core:CM Digits"),
        ("LOOKUP", {"algorithmName": "FirstNameLookup"}, "FirstNameLookup"),
        # Shapes that are not documented: nothing but the one value is relied on.
        ("APPLICATION_SETTINGS", {"settings": 1}, "global"),
        ("ALGORITHM_PLUGIN", {"pluginName": "dlpx-core"}, "dlpx-core"),
        ("TYPE_OF_2030", {"whatever": "X"}, "X"),
    ],
)
def test_names_in_identifiers(kind: str, identifier: Row, name: str) -> None:
    catalog = build(row(kind, identifier))
    assert list(catalog.objects) == [ObjectKey(kind, None, name)]
    (found,) = catalog.objects.values()
    assert found.request == {"objectIdentifier": identifier, "objectType": kind}
    assert (found.hash, found.reason) == (HASH, None)


def test_names_of_numbers_come_from_lists() -> None:
    catalog = build(
        row("PROFILE_SET", {"id": 1}),
        row("PROFILE_EXPRESSION", {"id": 1}),
        profile_sets=profile_sets(HIPAA=1),
        profile_expressions=[{"profileExpressionId": 1, "expressionName": "Zip code"}],
    )
    assert set(catalog.objects) == {key("PROFILE_SET", "HIPAA"), key("PROFILE_EXPRESSION", "Zip code")}
    assert catalog.objects[key("PROFILE_SET", "HIPAA")].identifier == {"id": 1}


def test_an_object_without_name_is_kept_apart() -> None:
    catalog = build(row("PROFILE_SET", {"id": 9}), profile_sets=profile_sets(HIPAA=1))
    assert not catalog.objects
    assert [one.identifier for one in catalog.unnamed] == [{"id": 9}]


def test_what_is_not_syncable_has_a_reason_and_no_hash() -> None:
    text = "Not Syncable: the domain depends on a mapping algorithm"
    (found,) = build(row("DOMAIN", {"id": "D"}, text)).objects.values()
    assert (found.hash, found.reason) == (None, "the domain depends on a mapping algorithm")
    (bare,) = build(row("DOMAIN", {"id": "D"}, "Not Syncable")).objects.values()
    assert bare.hash is None
    assert bare.reason


def test_revision_ids_are_kept_where_there_are_any() -> None:
    old, new = build(row("DOMAIN", {"id": "A"}), row("DOMAIN", {"id": "B"}, revisionId="r7")).objects.values()
    assert (old.revision_id, new.revision_id) == (None, "r7")


def test_a_name_that_two_objects_bear() -> None:
    names = [*profile_sets(X=1), *profile_sets(X=2)]
    catalog = build(row("PROFILE_SET", {"id": 1}), row("PROFILE_SET", {"id": 2}), profile_sets=names)
    assert catalog.doubles == {key("PROFILE_SET", "X")}


@pytest.mark.parametrize(
    "bad",
    [
        {"objectType": "DOMAIN"},
        {"objectIdentifier": {"id": "D"}},
        {"objectIdentifier": {}, "objectType": "DOMAIN"},
        {"objectIdentifier": {"id": 1, "name": "D"}, "objectType": "DOMAIN"},
        {"objectIdentifier": "D", "objectType": "DOMAIN"},
    ],
    ids=str,
)
def test_rows_that_name_no_object(bad: Row) -> None:
    with pytest.raises(UnexpectedAnswerError):
        build(bad)


DOMAIN, LOOKUP, SET = (
    row("DOMAIN", {"id": "D"}),
    row("LOOKUP", {"algorithmName": "L"}),
    row("PROFILE_SET", {"id": 3}),
)
NAMES = {"/profile-sets": [*profile_sets(P=3), {"profileSetName": "no number"}]}


@pytest.mark.parametrize(
    ("types", "asked", "keys"),
    [
        (
            None,
            ["/syncable-objects", "/profile-sets"],
            {key("DOMAIN", "D"), key("LOOKUP", "L"), key("PROFILE_SET", "P")},
        ),
        ({"DOMAIN"}, ["/syncable-objects DOMAIN"], {key("DOMAIN", "D")}),
        ({"DOMAIN", "LOOKUP"}, ["/syncable-objects"], {key("DOMAIN", "D"), key("LOOKUP", "L")}),
        ({"PROFILE_SET"}, ["/syncable-objects PROFILE_SET", "/profile-sets"], {key("PROFILE_SET", "P")}),
        ({"SEGMENT"}, ["/syncable-objects SEGMENT"], set()),
    ],
)
def test_an_engine_is_asked_for_no_more_than_needed(
    types: set[str] | None, asked: list[str], keys: set[ObjectKey]
) -> None:
    lists = Lists(DOMAIN, LOOKUP, SET, SET, lists=NAMES)
    assert set(read_catalog(lists.engine, object_types=types).objects) == keys
    assert lists.asked == asked


def test_an_engine_that_does_not_know_a_type_is_asked_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = Lists(DOMAIN)

    def refuse(object_type: str | None = None) -> list[Row]:
        if object_type:
            raise ApiError("no such type", http_status=400)
        return [DOMAIN]

    monkeypatch.setattr(lists, "syncable_objects", refuse)
    assert read_catalog(lists.engine, object_types={"CLASSIFIER"}).objects == {}
    assert set(read_catalog(lists.engine, object_types={"DOMAIN"}).objects) == {key("DOMAIN", "D")}


@given(entries(), st.randoms())
def test_a_catalog_survives_being_written_down(objects: dict[ObjectKey, SyncableObject], random: t.Any) -> None:
    unnamed = tuple(random.sample(list(objects.values()), len(objects) // 2))
    doubles = frozenset(random.sample(list(objects), len(objects) // 3))
    catalog = Catalog("engine", Release("6.0.17.0 (x)"), objects, unnamed, doubles)
    again = Catalog.from_json(json.loads(json.dumps(catalog.to_json())))
    assert again == catalog
    assert str(again.release) == str(catalog.release)


def test_objects_as_results() -> None:
    assert entry("DOMAIN", "D", HASH).to_result() == {
        "type": "DOMAIN",
        "name": "D",
        "identifier": {"id": "D"},
        "syncable": True,
        "revision_hash": HASH,
    }
    assert entry("DOMAIN", "D", revision_id="r", reason="why").to_result() == {
        "type": "DOMAIN",
        "name": "D",
        "identifier": {"id": "D"},
        "syncable": False,
        "reason": "why",
        "revision_id": "r",
    }


def test_keys_in_words_and_as_results() -> None:
    assert str(key("DOMAIN", "D")) == "DOMAIN D"
    assert str(key("MASKING_JOB", "J", "QA")) == "MASKING_JOB J in QA"
    assert key("MASKING_JOB", "J", "QA").to_result() == {"type": "MASKING_JOB", "name": "J", "environment": "QA"}
    assert "environment" not in key("DOMAIN", "D").to_result()
