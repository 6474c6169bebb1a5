# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every sync, whatever two engines hold."""

from __future__ import annotations

import tempfile

from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._mover import SyncOptions
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import TransferOptions
from ansible_collections.maskops.delphix.plugins.module_utils._types import GLOBAL_TYPES
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun
from hypothesis import given, settings
from hypothesis import strategies as st

# From the lowest to the highest: each needs some of those before it, as documented.
LADDER = [(kind, name) for kind in ("LOOKUP", "DOMAIN", "PROFILE_EXPRESSION", "PROFILE_SET") for name in "AB"]
CONTENTS = ("one", "two")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[Name, Thing], dict[Name, Thing]]:
    """What a source and a target hold; dependencies lead down only, and are there."""
    source: dict[Name, Thing] = {}
    target: dict[Name, Thing] = {}
    for held in (source, target):
        for name in LADDER:
            if draw(st.booleans()):
                lower = sorted(known for known in held if known[0] != name[0])
                needs = draw(st.lists(st.sampled_from(lower), unique=True, max_size=2)) if lower else []
                held[name] = Thing(draw(st.sampled_from(CONTENTS)), tuple(needs))
    for name in draw(st.lists(st.sampled_from(LADDER), max_size=4)):
        # Often they agree, all the way down.
        copy = [name] if name in source else []
        while copy:
            one = copy.pop()
            target[one] = source[one]
            copy += source[one].needs
    return source, target


def run(source: Memory, target: Memory, types: list[str], *, check_mode: bool = False) -> Row:
    options = SyncOptions(Selection.of(types), Policy(), TransferOptions())
    with tempfile.TemporaryDirectory() as folder:
        receipts = Receipts(None, SOURCE, TARGET)
        exchange = Exchange(folder, target.transport.pause)
        return sync(source.engine, target.engine, options, exchange, receipts, FakeRun(check_mode))


types = st.sampled_from([["GLOBAL_OBJECT"], ["DOMAIN"], ["LOOKUP", "PROFILE_SET"]])


@settings(max_examples=40)
@given(worlds(), types, st.booleans())
def test_a_sync_ends_in_sync(
    world: tuple[dict[Name, Thing], dict[Name, Thing]], chosen: list[str], revision_ids: bool
) -> None:
    mine, theirs = world
    clock = FakeClock()
    source = Memory(SOURCE, clock, mine, revision_ids=revision_ids)
    target = Memory(TARGET, clock, theirs, revision_ids=revision_ids, first_number=50)
    selection = Selection.of(chosen)
    foretold = run(source, target, chosen, check_mode=True)
    before = {name: target.hash_of(name) for name in target.things}
    assert target.writes == source.writes == []

    done = run(source, target, chosen)
    selected = [name for name in mine if name[0] in selection.types]
    for name in selected:
        assert target.hash_of(name) == source.hash_of(name)
    assert not done["unverified"]
    assert foretold["plan"] == done["plan"]
    assert foretold["changed"] == done["changed"]

    after = {name: target.hash_of(name) for name in target.things}
    # What selected objects need moves with them, and is told.
    types = selection.types | GLOBAL_TYPES
    moved = {name for name in after if name[0] in types and before.get(name) != after[name]}
    told = done["applied"]["created"] + done["applied"]["updated"]
    assert {(row["type"], row["name"]) for row in told} == moved
    assert set(before) <= set(after)

    source.requests.clear()
    target.requests.clear()
    again = run(source, target, chosen)
    assert again["changed"] is False
    assert source.writes == target.writes == []


@settings(max_examples=20)
@given(worlds())
def test_the_source_is_never_changed(world: tuple[dict[Name, Thing], dict[Name, Thing]]) -> None:
    mine, theirs = world
    clock = FakeClock()
    source, target = Memory(SOURCE, clock, mine), Memory(TARGET, clock, theirs)
    run(source, target, ["GLOBAL_OBJECT"])
    assert source.things == mine
    assert set(source.writes) <= {"POST /export-async"}
