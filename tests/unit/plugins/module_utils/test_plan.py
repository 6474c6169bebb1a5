# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan decides, case by case."""

from __future__ import annotations

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._batches import next_batch, split_names
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    NotFoundError,
    VersionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Action, Plan, to_diff
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.tests.unit.support.bundles import row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    catalog,
    entry,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.lists import Lists
from ansible_collections.maskops.delphix.tests.unit.support.plans import extra, plan_of

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
GLOBALS = Selection.of(["GLOBAL_OBJECT"])


def plan(
    source: list[SyncableObject],
    target: list[SyncableObject],
    *,
    selection: Selection = GLOBALS,
    overwrite: bool = True,
    receipts: dict[ObjectKey, Receipt] | None = None,
    releases: tuple[str, str] = ("20.0.0.0", "20.0.0.0"),
    allow_newer_source: bool = False,
) -> Plan:
    return plan_of(
        selection,
        catalog(*source, engine=SOURCE, release=releases[0]),
        catalog(*target, engine=TARGET, release=releases[1]),
        policy=Policy(overwrite, allow_newer_source),
        receipt_of=(receipts or {}).get,
    )


def decided(made: Plan) -> dict[str, str]:
    """Action of each item by name."""
    return {item.key.name: item.action.value for item in made.items}


def test_every_action() -> None:
    made = plan(
        [
            entry("DOMAIN", "new"),
            entry("DOMAIN", "same", ONE),
            entry("DOMAIN", "other", ONE),
            entry("DOMAIN", "never", reason="depends on a mapping algorithm"),
        ],
        [entry("DOMAIN", "same", ONE), entry("DOMAIN", "other", TWO), entry("DOMAIN", "more")],
    )
    assert decided(made) == {"new": "to_create", "same": "in_sync", "other": "to_update", "never": "not_syncable"}
    assert extra(made) == (key("DOMAIN", "more"),)
    assert made.summary() == {
        "to_create": 1,
        "to_update": 1,
        "to_remove": 0,
        "in_sync": 1,
        "not_syncable": 1,
        "blocked": 0,
        "extra": 1,
    }


def test_the_same_id_of_another_name_is_another_object() -> None:
    mine = SyncableObject(key("PROFILE_SET", "mine"), {"id": 5}, ONE)
    theirs = SyncableObject(key("PROFILE_SET", "theirs"), {"id": 5}, ONE)
    made = plan([mine], [theirs])
    assert decided(made) == {"mine": "to_create"}
    assert extra(made) == (theirs.key,)


def test_the_same_name_under_another_id_is_the_same_object() -> None:
    mine = SyncableObject(key("PROFILE_SET", "P"), {"id": 5}, ONE)
    theirs = SyncableObject(key("PROFILE_SET", "P"), {"id": 9}, ONE)
    assert decided(plan([mine], [theirs])) == {"P": "in_sync"}


def test_what_only_the_target_has_does_not_matter() -> None:
    made = plan([entry("DOMAIN", "A")], [entry("DOMAIN", "A"), entry("DOMAIN", "B"), entry("LOOKUP", "C")])
    assert not made.needed
    assert extra(made) == (key("DOMAIN", "B"), key("LOOKUP", "C"))


def test_nothing_is_overwritten_that_may_not_be() -> None:
    made = plan(
        [entry("DOMAIN", "new"), entry("DOMAIN", "other", ONE), entry("DOMAIN", "same", ONE)],
        [entry("DOMAIN", "other", TWO), entry("DOMAIN", "same", ONE)],
        overwrite=False,
    )
    assert decided(made) == {"new": "to_create", "other": "blocked", "same": "in_sync"}
    assert made.by_action[Action.BLOCKED][0].reason


def test_a_target_that_cannot_be_compared_is_updated() -> None:
    assert decided(plan([entry("DOMAIN", "A")], [entry("DOMAIN", "A", reason="broken")])) == {"A": "to_update"}


def test_algorithms_of_all_types_share_their_names() -> None:
    made = plan([entry("LOOKUP", "A"), entry("DOMAIN", "A")], [entry("USER_ALGORITHM", "A")])
    blocked = made.by_action[Action.BLOCKED]
    assert [item.key for item in blocked] == [key("LOOKUP", "A")]
    assert "USER_ALGORITHM" in str(blocked[0].reason)


@pytest.mark.parametrize("theirs", [[], [entry("DOMAIN", "A", ONE)], [entry("DOMAIN", "A", TWO)]])
def test_a_name_that_means_two_objects_is_blocked(theirs: list[SyncableObject]) -> None:
    source = catalog(entry("DOMAIN", "A", ONE), doubles=frozenset({key("DOMAIN", "A")}))
    made = plan_of(GLOBALS, source, catalog(*theirs, engine=TARGET), policy=Policy())
    assert decided(made) == {"A": "blocked"}


@pytest.mark.parametrize("hashes", [(ONE, TWO), (TWO, ONE)])
def test_the_order_in_which_two_of_one_name_are_listed_does_not_matter(hashes: tuple[str, str]) -> None:
    rows = [row("PROFILE_SET", {"id": number}, revision) for number, revision in enumerate(hashes)]
    names = [{"profileSetId": number, "profileSetName": "P"} for number in range(2)]
    source = read_catalog(Lists(*rows, lists={"/profile-sets": names}).engine)
    made = plan_of(GLOBALS, source, catalog(entry("PROFILE_SET", "P", ONE), engine=TARGET), policy=Policy())
    assert decided(made) == {"P": "blocked"}


@pytest.mark.parametrize("selection", [GLOBALS, Selection()])
def test_what_cannot_be_told_by_name_is_not_passed_over(selection: Selection) -> None:
    nameless = SyncableObject(key("PROFILE_SET", "#9"), {"id": 9}, ONE)
    source: Catalog = catalog(entry("DOMAIN", "A"), unnamed=(nameless,))
    made = plan_of(selection, source, catalog(entry("DOMAIN", "A"), engine=TARGET), policy=Policy())
    assert [item.key.type for item in made.by_action[Action.BLOCKED]] == ["PROFILE_SET"]


@pytest.mark.parametrize("names", [(), ("*",)])
def test_the_global_key_is_never_planned_unless_named_by_type(names: tuple[str, ...]) -> None:
    made = plan([entry("KEY", "global", ONE)], [entry("KEY", "global", TWO)], selection=Selection(names=names))
    assert not made.needed
    named = plan([entry("KEY", "global", ONE)], [entry("KEY", "global", TWO)], selection=Selection.of(["KEY"]))
    assert decided(named) == {"global": "to_update"}


def test_an_environment_is_not_in_sync_by_its_own_hash() -> None:
    # Documented: that hash is not important, the contents are to be compared.
    selection = Selection(frozenset({"ENVIRONMENT"}))
    made = plan([entry("ENVIRONMENT", "X", ONE)], [entry("ENVIRONMENT", "X", ONE)], selection=selection)
    assert not made.by_action[Action.IN_SYNC]


def test_a_name_that_the_source_does_not_have() -> None:
    with pytest.raises(NotFoundError) as caught:
        plan([entry("DOMAIN", "A")], [entry("DOMAIN", "B")], selection=Selection.of(["DOMAIN"], ["B"]))
    assert caught.value.engine == SOURCE


# Releases and receipts


@pytest.mark.parametrize(
    ("source", "target", "refused"),
    [
        ("20.0.0.0", "6.0.17.0", True),
        ("2025.1.0.0", "29.0.0.0", True),
        ("6.0.17.0", "20.0.0.0", False),
        ("20.0.0.0", "20.0.0.0", False),
        ("", "6.0.17.0", False),
        ("20.0.0.0", "", False),
    ],
)
def test_a_source_newer_than_its_target_is_refused(source: str, target: str, refused: bool) -> None:
    if not refused:
        plan([entry("DOMAIN", "A")], [], releases=(source, target))
        return
    with pytest.raises(VersionError, match="allow_newer_source") as caught:
        plan([entry("DOMAIN", "A")], [], releases=(source, target))
    assert caught.value.engine == TARGET
    plan([entry("DOMAIN", "A")], [], releases=(source, target), allow_newer_source=True)


@pytest.mark.parametrize(
    ("receipt", "action"),
    [
        (None, "to_update"),
        (Receipt(ONE, TWO), "in_sync"),
        (Receipt(THREE, TWO), "to_update"),
        (Receipt(ONE, THREE), "to_update"),
    ],
    ids=["none", "nothing moved", "source moved", "target moved"],
)
def test_across_releases_a_receipt_tells(receipt: Receipt | None, action: str) -> None:
    receipts = {key("DOMAIN", "A"): receipt} if receipt else None
    made = plan(
        [entry("DOMAIN", "A", ONE)],
        [entry("DOMAIN", "A", TWO)],
        receipts=receipts,
        releases=("6.0.17.0", "20.0.0.0"),
    )
    assert decided(made) == {"A": action}


def test_a_receipt_is_no_object() -> None:
    receipts = {key("DOMAIN", "A"): Receipt(ONE, TWO)}
    assert decided(plan([entry("DOMAIN", "A", ONE)], [], receipts=receipts)) == {"A": "to_create"}
    broken = [entry("DOMAIN", "A", reason="broken")]
    assert decided(plan([entry("DOMAIN", "A", ONE)], broken, receipts=receipts)) == {"A": "to_update"}


def test_across_releases_types_may_have_changed() -> None:
    made = plan([entry("LOOKUP", "A")], [entry("USER_ALGORITHM", "A")], releases=("6.0.10.0", "20.0.0.0"))
    assert decided(made) == {"A": "to_create"}


def test_what_may_come_along_is_told() -> None:
    mine = [
        entry("DOMAIN", "D", ONE),
        entry("LOOKUP", "L", ONE),
        entry("LOOKUP", "same", ONE),
        entry("PROFILE_SET", "P", ONE),
    ]
    theirs = [entry("DOMAIN", "D", TWO), entry("LOOKUP", "L", TWO), entry("LOOKUP", "same", ONE)]
    assert plan(mine, theirs, selection=Selection.of(["DOMAIN"])).may_come_along == (key("LOOKUP", "L"),)
    # Nothing is exported, so nothing comes along.
    assert plan(mine, [mine[0], *theirs[1:]], selection=Selection.of(["DOMAIN"])).may_come_along == ()
    assert plan(mine, theirs).may_come_along == ()


# Batches


def test_two_objects_of_one_name_do_not_go_in_one_export() -> None:
    made = plan([entry("DOMAIN", "A"), entry("LOOKUP", "A"), entry("DOMAIN", "B"), entry("PROFILE_SET", "A")], [])
    parts = [[str(item.key) for item in part] for part in split_names(made.needed, catalog())]
    assert parts == [["DOMAIN B", "LOOKUP A"], ["DOMAIN A"], ["PROFILE_SET A"]]


def names(made: Plan, tried: set[ObjectKey] | None = None) -> list[str]:
    return [item.key.name for item in next_batch(made, tried or set())]


def test_what_differs_only_by_what_it_needs_waits() -> None:
    made = plan(
        [entry("LOOKUP", "base", ONE, "r2"), entry("DOMAIN", "upper", ONE, "r1")],
        [entry("LOOKUP", "base", TWO, "r1"), entry("DOMAIN", "upper", TWO, "r1")],
    )
    assert names(made) == ["base"]
    assert names(made, {key("LOOKUP", "base")}) == ["upper"]


def test_without_revision_ids_the_lowest_level_goes_first() -> None:
    made = plan(
        [entry("LOOKUP", "base", ONE), entry("DOMAIN", "middle", ONE), entry("PROFILE_SET", "top", ONE)],
        [entry("LOOKUP", "base", TWO), entry("DOMAIN", "middle", TWO), entry("PROFILE_SET", "top", TWO)],
    )
    assert names(made) == ["base"]
    assert names(made, {key("LOOKUP", "base")}) == ["middle"]
    assert names(made, {key("LOOKUP", "base"), key("DOMAIN", "middle")}) == ["top"]


def test_what_is_new_goes_at_once() -> None:
    made = plan(
        [entry("LOOKUP", "base", ONE), entry("DOMAIN", "upper", ONE), entry("PROFILE_SET", "new", ONE)],
        [entry("LOOKUP", "base", TWO), entry("DOMAIN", "upper", TWO)],
    )
    assert sorted(names(made)) == ["base", "new"]


def test_what_differs_itself_does_not_wait_for_lower_levels() -> None:
    made = plan(
        [entry("LOOKUP", "base", ONE, "r2"), entry("DOMAIN", "upper", ONE, "r2")],
        [entry("LOOKUP", "base", TWO, "r1"), entry("DOMAIN", "upper", TWO, "r1")],
    )
    assert sorted(names(made)) == ["base", "upper"]


def test_nothing_needed_is_no_batch() -> None:
    assert next_batch(plan([entry("DOMAIN", "A")], [entry("DOMAIN", "A")]), set()) == []


# Diff and result


def test_a_diff_shows_what_moves() -> None:
    made = plan(
        [entry("DOMAIN", "new", ONE), entry("DOMAIN", "other", ONE), entry("DOMAIN", "same", ONE)],
        [entry("DOMAIN", "other", TWO), entry("DOMAIN", "same", ONE), entry("DOMAIN", "more", ONE)],
    )
    diff = to_diff(made)
    assert diff["before"] == f"DOMAIN other: {TWO}\n"
    assert diff["after"] == f"DOMAIN new: {ONE}\nDOMAIN other: {ONE}\n"
    assert TARGET in diff["before_header"]
    assert SOURCE in diff["after_header"]


def test_a_plan_as_result() -> None:
    made = plan(
        [entry("DOMAIN", "new", ONE), entry("DOMAIN", "other", ONE), entry("DOMAIN", "same", ONE)],
        [entry("DOMAIN", "other", TWO), entry("DOMAIN", "same", ONE), entry("DOMAIN", "more", ONE)],
    )
    assert made.to_result() == {
        "to_create": [{"type": "DOMAIN", "name": "new", "source_hash": ONE}],
        "to_update": [{"type": "DOMAIN", "name": "other", "source_hash": ONE, "target_hash": TWO}],
        "to_remove": [],
        "new_environments": [],
        "not_syncable": [],
        "blocked": [],
        "extra": [{"type": "DOMAIN", "name": "more"}],
        "may_come_along": [],
        "summary": {
            "to_create": 1,
            "to_update": 1,
            "to_remove": 0,
            "in_sync": 1,
            "not_syncable": 0,
            "blocked": 0,
            "extra": 1,
        },
    }
