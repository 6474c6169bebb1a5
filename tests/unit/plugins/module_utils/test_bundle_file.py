# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bundle files compared with engines."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    Bundle,
    read_bundle,
    write_manifest,
)
from ansible_collections.maskops.delphix.plugins.module_utils._bundle_file import (
    choose,
    contents,
    differing,
    environment_id,
    export_diff,
    holds,
    import_diff,
    present_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    FileError,
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import TransferOptions
from ansible_collections.maskops.delphix.tests.unit.support.bundles import (
    Row,
    encoded,
    row,
)
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    catalog,
    entry,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.lists import Lists

ONE, TWO = "1" * 40, "2" * 40


def choice(lists: Lists, selection: Selection | None = None, *named: ObjectKey) -> t.Any:
    return choose(lists.engine, selection, named)


ENGINE = Lists(
    row("DOMAIN", "A"),
    row("DOMAIN", "B"),
    row("DOMAIN", "BAD", "Not Syncable: depends on a mapping algorithm"),
    row("LOOKUP", {"algorithmName": "A"}),
    row("KEY", {"keyId": "global"}),
    row("GLOBAL_OBJECT", "global"),
)


def test_a_selection_and_named_objects_come_together_once() -> None:
    found = choice(ENGINE, Selection.of(["DOMAIN"]), key("LOOKUP", "A"), key("DOMAIN", "B"))
    assert [one.key for one in found.entries] == [key("DOMAIN", "A"), key("DOMAIN", "B"), key("LOOKUP", "A")]
    assert [one.key for one in found.not_syncable] == [key("DOMAIN", "BAD")]


def test_everything_and_the_key() -> None:
    found = choice(ENGINE, Selection.of(["all", "KEY"]))
    assert {str(one.key) for one in found.entries} == {"DOMAIN A", "DOMAIN B", "LOOKUP A", "KEY global"}


def test_named_objects_alone() -> None:
    found = choice(ENGINE, None, key("GLOBAL_OBJECT", "global"), key("KEY", "global"))
    assert [one.request for one in found.entries] == [
        {"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"},
        {"objectIdentifier": {"keyId": "global"}, "objectType": "KEY"},
    ]


@pytest.mark.parametrize(
    ("selection", "named"),
    [
        (None, key("DOMAIN", "MISSING")),
        (None, key("SEGMENT", "A")),
        (Selection.of(["DOMAIN"], ["MISSING"]), None),
        (Selection.of(["DOMAIN"], ["X*"]), None),
        (Selection.of(["SEGMENT"]), None),
        (Selection.of(["DOMAIN"], ["BAD*"]), None),
    ],
)
def test_nothing_to_export_is_an_error(selection: Selection | None, named: ObjectKey | None) -> None:
    with pytest.raises(NotFoundError):
        choice(ENGINE, selection, *([named] if named else []))


@pytest.mark.parametrize(
    ("selection", "named"), [(None, key("DOMAIN", "BAD")), (Selection.of(["DOMAIN"], ["A", "BAD"]), None)]
)
def test_what_is_named_and_cannot_be_exported_is_an_error(selection: Selection | None, named: ObjectKey | None) -> None:
    with pytest.raises(OptionError, match="mapping algorithm"):
        choice(ENGINE, selection, *([named] if named else []))


def test_a_name_that_two_objects_bear() -> None:
    sets = [{"profileSetId": number, "profileSetName": "P"} for number in (1, 2)]
    engine = Lists(row("PROFILE_SET", {"id": 1}), row("PROFILE_SET", {"id": 2}), lists={"/profile-sets": sets})
    with pytest.raises(AmbiguousError, match="PROFILE_SET P"):
        choice(engine, Selection.of(["PROFILE_SET"]))


def test_an_engine_is_asked_for_no_more_than_needed() -> None:
    engine = Lists(row("DOMAIN", "A"))
    choice(engine, Selection.of(["DOMAIN"]))
    choice(engine, None, key("DOMAIN", "A"))
    assert engine.asked == ["/syncable-objects DOMAIN"] * 2


# The file that is there


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


def test_the_bundle_that_is_there(path: Path) -> None:
    assert present_bundle(str(path)) is None
    path.write_bytes(b"something else")
    assert present_bundle(str(path)) is None
    path.write_bytes(encoded([row("DOMAIN", "A")]))
    assert isinstance(present_bundle(str(path)), Bundle)


def test_a_place_where_no_file_can_be(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "missing" / "bundle.json"):
        with pytest.raises(FileError):
            present_bundle(str(wrong))


def test_a_plain_name_means_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert present_bundle("bundle.json") is None


ENTRIES = [entry("DOMAIN", "A", ONE), entry("DOMAIN", "B", TWO)]


def made(path: Path, *requested: Row, passphrase: str | None = None) -> Bundle:
    path.write_bytes(encoded(requested))
    write_manifest(str(path), engine="e", passphrase=passphrase)
    return read_bundle(str(path))


@pytest.mark.parametrize(
    ("requested", "result"),
    [
        ([row("DOMAIN", "B", TWO), row("DOMAIN", "A", ONE)], True),
        ([row("DOMAIN", "A", ONE)], False),
        ([row("DOMAIN", "A", ONE), row("DOMAIN", "B", ONE)], False),
        ([row("DOMAIN", "A", ONE), row("DOMAIN", "B", TWO), row("DOMAIN", "C", ONE)], False),
        ([row("DOMAIN", "A", ONE), row("DOMAIN", "B", None)], False),
    ],
    ids=["same", "fewer", "older", "more", "without hash"],
)
def test_whether_a_bundle_holds_exactly_these_objects(path: Path, requested: list[Row], result: bool) -> None:
    assert holds(made(path, *requested), ENTRIES, TransferOptions()) is result


def test_a_bundle_of_another_passphrase_or_without_manifest_does_not_count(path: Path) -> None:
    requested = [row("DOMAIN", "A", ONE), row("DOMAIN", "B", TWO)]
    assert holds(made(path, *requested, passphrase="word"), ENTRIES, TransferOptions(passphrase="word"))
    assert not holds(made(path, *requested, passphrase="word"), ENTRIES, TransferOptions())
    bundle = made(path, *requested)
    path.write_bytes(encoded(requested, blob="b3RoZXI="))
    assert not holds(bundle, ENTRIES, TransferOptions())
    assert not holds(None, ENTRIES, TransferOptions())


def test_a_bundle_of_another_layout_does_not_count(path: Path) -> None:
    requested = [row("DOMAIN", "A", ONE), row("DOMAIN", "B", TWO)]
    assert not holds(made(path, *requested), ENTRIES, TransferOptions(structure="ZIP"))


def test_what_a_bundle_carries_whole() -> None:
    listed = [
        row("DOMAIN", "A"),
        row("ALGORITHM_REFERENCE", "L"),
        row("SOURCE_DATABASE_CONNECTOR", {"id": 1}),
        row("ENVIRONMENT", {"id": 3}),
        row("GLOBAL_OBJECT", "global"),
        row("MASKING_JOB", {"id": 4}),
    ]
    whole = contents(Bundle("p", 1, exported=listed))
    assert [one["objectType"] for one in whole] == ["DOMAIN", "MASKING_JOB"]
    assert contents(Bundle("p", 1)) == []


HELD = catalog(
    entry("DOMAIN", "A", ONE),
    SyncableObject(key("KEY", "global"), {"keyId": "global"}, ONE),
    unnamed=(SyncableObject(key("MASKING_JOB", "#7"), {"id": 7}, ONE),),
)


@pytest.mark.parametrize(
    ("listed", "differs"),
    [
        (row("DOMAIN", "A", ONE), False),
        (row("DOMAIN", "A", TWO), True),
        (row("DOMAIN", "A", None), True),
        (row("DOMAIN", "B", ONE), True),
        (row("LOOKUP", "A", ONE), True),
        (row("KEY", {"keyId": "global"}, ONE), False),
        (row("KEY", {"keyId": "global"}, TWO), True),
        # A number is local to its engine: only the hash can tell.
        # Another environment may hold it; nothing is known of the one that is meant.
        (row("MASKING_JOB", {"id": 99}, ONE), True),
        (row("MASKING_JOB", {"id": 7}, TWO), True),
        (row("PROFILE_JOB", {"id": 7}, ONE), True),
        (row("MASKING_JOB", {"id": 7}, None), True),
    ],
    ids=str,
)
def test_what_an_engine_does_not_hold(listed: Row, differs: bool) -> None:
    assert differing([listed], HELD) == ([listed] if differs else [])


def test_what_an_import_would_change() -> None:
    diff = import_diff([row("DOMAIN", "B", TWO), row("DOMAIN", "A", TWO)], HELD)
    assert diff["before"] == f"DOMAIN A: {ONE}\n"
    assert diff["after"] == f"DOMAIN A: {TWO}\nDOMAIN B: {TWO}\n"


def test_what_an_export_would_change(path: Path) -> None:
    diff = export_diff(str(path), made(path, row("DOMAIN", "A", ONE), row("DOMAIN", "B", ONE)), ENTRIES)
    assert diff["before"] == f"DOMAIN A: {ONE}\nDOMAIN B: {ONE}\n"
    assert diff["after"] == f"DOMAIN A: {ONE}\nDOMAIN B: {TWO}\n"
    assert export_diff(str(path), None, ENTRIES)["before"] == ""


def test_environments_by_name() -> None:
    environments = [{"environmentName": "QA", "environmentId": 4}, {"environmentName": "qa", "environmentId": 5}]
    engine = Lists(lists={"/environments": environments}).engine
    assert environment_id(engine, "QA") == 4
    assert environment_id(engine, "qa") == 5
    with pytest.raises(NotFoundError, match="DEV"):
        environment_id(engine, "DEV")
