# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What moved is what has another hash than before."""

from __future__ import annotations

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._moves import (
    Move,
    moves_between,
)
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    catalog,
    entries,
    entry,
    key,
)
from hypothesis import given

ONE, TWO = "1" * 40, "2" * 40


def test_new_changed_gone_and_no_longer_syncable() -> None:
    before = catalog(
        entry("DOMAIN", "same"), entry("DOMAIN", "other"), entry("DOMAIN", "gone"), entry("DOMAIN", "spoilt")
    )
    after = catalog(
        entry("DOMAIN", "same"),
        entry("DOMAIN", "other", TWO),
        entry("DOMAIN", "new"),
        entry("DOMAIN", "spoilt", reason="broken"),
    )
    assert moves_between(before, after) == [
        Move(key("DOMAIN", "gone"), ONE, None),
        Move(key("DOMAIN", "new"), None, ONE),
        Move(key("DOMAIN", "other"), ONE, TWO),
        Move(key("DOMAIN", "spoilt"), ONE, "not syncable"),
    ]


def test_another_id_is_no_move() -> None:
    before = catalog(SyncableObject(key("PROFILE_SET", "P"), {"id": 1}, ONE, "r1"))
    after = catalog(SyncableObject(key("PROFILE_SET", "P"), {"id": 2}, ONE, "r2"))
    assert moves_between(before, after) == []


def test_a_move_as_result() -> None:
    assert Move(key("DOMAIN", "D"), None, TWO).to_result() == {
        "type": "DOMAIN",
        "name": "D",
        "before": None,
        "after": TWO,
    }


@given(entries(), entries())
def test_moves_lead_from_one_to_the_other(
    mine: dict[ObjectKey, SyncableObject], theirs: dict[ObjectKey, SyncableObject]
) -> None:
    before, after = catalog(*mine.values()), catalog(*theirs.values())
    moves = moves_between(before, after)
    moved = {move.key for move in moves}
    assert not moves_between(before, before)
    assert [(move.key, move.after, move.before) for move in moves] == list(moves_between(before=after, after=before))
    for one in mine.keys() | theirs.keys():
        same = one in mine and one in theirs and mine[one].hash == theirs[one].hash
        assert (one in moved) != same
