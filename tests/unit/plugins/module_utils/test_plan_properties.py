# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every plan."""

from __future__ import annotations

import random

from ansible_collections.maskops.delphix.plugins.module_utils._batches import next_batch
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Action, to_diff
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipt
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._types import ALGORITHM_TYPES
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import TYPES, pairs
from ansible_collections.maskops.delphix.tests.unit.support.plans import extra, plan_of
from hypothesis import given
from hypothesis import strategies as st

Pair = tuple[Catalog, Catalog]

selections = st.builds(
    Selection.of,
    st.sets(st.sampled_from([*TYPES, "GLOBAL_OBJECT"]), min_size=1),
    st.lists(st.sampled_from(["*", "A*", "?"]), max_size=1),
    st.lists(st.sampled_from(["A", "?B"]), max_size=1),
)
policies = st.builds(Policy, overwrite=st.booleans())
shuffles = st.integers(0, 2**16).map(random.Random)


def with_objects(catalog: Catalog, objects: dict[ObjectKey, SyncableObject]) -> Catalog:
    return Catalog(catalog.engine, catalog.release, objects)


@given(pairs(), selections, policies)
def test_every_selected_object_has_one_action(pair: Pair, selection: Selection, policy: Policy) -> None:
    source, target = pair
    made = plan_of(selection, source, target, policy=policy)
    assert [item.key for item in made.items] == selection.keys(source)
    summary = made.summary()
    assert sum(summary.values()) - summary["extra"] == len(made.items)
    assert sorted(made.needed, key=str) == sorted(
        [*made.by_action[Action.CREATE], *made.by_action[Action.UPDATE]], key=str
    )


@given(pairs(), selections, policies)
def test_actions_mean_what_they_say(pair: Pair, selection: Selection, policy: Policy) -> None:
    source, target = pair
    made = plan_of(selection, source, target, policy=policy)
    for item in made.items:
        mine, theirs = source.objects[item.key], target.objects.get(item.key)
        equal = theirs is not None and mine.hash is not None and mine.hash == theirs.hash
        assert (item.action is Action.IN_SYNC) == equal
        assert (item.action is Action.NOT_SYNCABLE) == (mine.reason is not None)
        if item.action is Action.CREATE:
            assert theirs is None
        if item.action is Action.UPDATE:
            assert theirs is not None
            assert policy.overwrite
        if item.action in (Action.BLOCKED, Action.NOT_SYNCABLE):
            assert item.reason


@given(pairs(), selections, policies)
def test_extra_is_what_only_the_target_has(pair: Pair, selection: Selection, policy: Policy) -> None:
    source, target = pair
    made = plan_of(selection, source, target, policy=policy)
    assert set(extra(made)) == {key for key in target.objects if key not in source.objects and selection.matches(key)}
    assert not set(extra(made)) & {item.key for item in made.items}


@given(pairs(), selections)
def test_doing_what_is_needed_leaves_nothing_to_do(pair: Pair, selection: Selection) -> None:
    source, target = pair
    made = plan_of(selection, source, target, policy=Policy())
    moved = {item.key: item.source for item in made.needed}
    after = plan_of(selection, source, with_objects(target, {**target.objects, **moved}), policy=Policy())
    # Only a name that an algorithm of another type took by being moved can still stand in the way.
    assert not after.needed
    assert len(after.by_action[Action.IN_SYNC]) == len(made.by_action[Action.IN_SYNC]) + len(made.needed)
    assert extra(after) == extra(made)


@given(pairs(), selections)
def test_receipts_of_all_that_was_moved_leave_nothing_to_do(pair: Pair, selection: Selection) -> None:
    source = Catalog(pair[0].engine, Release("6.0.1.0"), pair[0].objects)
    target = pair[1]
    made = plan_of(selection, source, target, policy=Policy())
    moved, receipts = {}, {}
    for number, item in enumerate(made.needed):
        theirs = item.source._replace(hash=f"{number:040x}")
        moved[item.key] = theirs
        receipts[item.key] = Receipt(str(item.source.hash), str(theirs.hash))
    after_target = with_objects(target, {**target.objects, **moved})
    after = plan_of(selection, source, after_target, policy=Policy(), receipt_of=receipts.get)
    assert not after.needed


@given(pairs(), selections)
def test_an_engine_is_in_sync_with_its_copy(pair: Pair, selection: Selection) -> None:
    source, _target = pair
    made = plan_of(selection, source, with_objects(source, dict(source.objects)), policy=Policy())
    assert not made.needed
    assert not extra(made)
    assert not made.by_action[Action.BLOCKED]


@given(pairs(), selections, policies)
def test_a_diff_is_empty_when_nothing_is_needed_and_only_then(pair: Pair, selection: Selection, policy: Policy) -> None:
    made = plan_of(selection, *pair, policy=policy)
    diff = to_diff(made)
    assert (diff["before"] == diff["after"]) == (not made.needed)
    assert len(diff["after"].splitlines()) == len(made.needed)
    assert len(diff["before"].splitlines()) == len(made.by_action[Action.UPDATE])


@given(pairs(), selections, policies, shuffles)
def test_neither_order_nor_ids_matter(pair: Pair, selection: Selection, policy: Policy, shuffle: random.Random) -> None:
    def renumbered(catalog: Catalog) -> Catalog:
        entries = list(catalog.objects.values())
        shuffle.shuffle(entries)
        return with_objects(
            catalog,
            {entry.key: entry._replace(identifier={"id": number}) for number, entry in enumerate(entries)},
        )

    made = plan_of(selection, *pair, policy=policy)
    again = plan_of(selection, *map(renumbered, pair), policy=policy)
    assert again.to_result() == made.to_result()
    assert to_diff(again) == to_diff(made)
    assert [item.key for item in next_batch(again, ())] == [item.key for item in next_batch(made, ())]


@given(pairs(), selections)
def test_batches_end_and_hold_everything_needed_once(pair: Pair, selection: Selection) -> None:
    made = plan_of(selection, *pair, policy=Policy())
    seen: list[ObjectKey] = []
    while batch := next_batch(made, set(seen)):
        seen += [item.key for item in batch]
        assert len(seen) <= len(made.needed)
    assert sorted(seen) == sorted(item.key for item in made.needed)


@given(pairs(), selections)
def test_the_first_batch_holds_all_that_is_new(pair: Pair, selection: Selection) -> None:
    made = plan_of(selection, *pair, policy=Policy())
    batch = {item.key for item in next_batch(made, ())}
    formats = {key for key in batch if key.type.endswith("_FORMAT")}
    # Formats wait for what they refer to.
    assert not formats or formats == batch
    assert {item.key for item in made.by_action[Action.CREATE] if not item.key.type.endswith("_FORMAT")} <= batch


@given(pairs(), selections)
def test_no_algorithm_is_made_under_a_name_that_another_has(pair: Pair, selection: Selection) -> None:
    source, target = pair
    taken = {key.name for key in target.objects if key.type in ALGORITHM_TYPES}
    made = plan_of(selection, source, target, policy=Policy())
    for item in made.by_action[Action.CREATE]:
        assert item.key.type not in ALGORITHM_TYPES or item.key.name not in taken


@given(pairs(), st.sets(st.sampled_from([*TYPES, "GLOBAL_OBJECT"])), policies)
def test_the_global_key_moves_only_when_named(pair: Pair, types: set[str], policy: Policy) -> None:
    made = plan_of(Selection.of(types), *pair, policy=policy)
    if "KEY" not in types:
        assert "KEY" not in {item.key.type for item in made.needed}
