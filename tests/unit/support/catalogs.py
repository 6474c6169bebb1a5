# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Catalogs for tests, made by hand or drawn by hypothesis."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from hypothesis import strategies as st

SOURCE: t.Final = "https://source.example.com"
TARGET: t.Final = "https://target.example.com"
# Few names, types and hashes, so that engines often agree, nearly agree and collide.
TYPES: t.Final = ("DOMAIN", "KEY", "LOOKUP", "PROFILE_SET", "USER_ALGORITHM", "FILE_FORMAT", "NEW_TYPE")
_NAMES = ("A", "B", "C", "AB", "a")
_HASHES = ("1" * 40, "2" * 40, "3" * 40)


def key(kind: str, name: str, environment: str | None = None) -> ObjectKey:
    """An object key."""
    return ObjectKey(kind, environment, name)


def entry(
    kind: str,
    name: str,
    revision: str | None = "1" * 40,
    revision_id: str | None = None,
    reason: str | None = None,
    environment: str | None = None,
) -> SyncableObject:
    """One object; with a reason it is not syncable."""
    revision = None if reason else revision
    return SyncableObject(key(kind, name, environment), {"id": name}, revision, revision_id, reason)


def catalog(*entries: SyncableObject, engine: str = SOURCE, release: str = "20.0.0.0", **more: t.Any) -> Catalog:
    """A catalog of these objects."""
    return Catalog(engine, Release(release), {one.key: one for one in entries}, **more)


@st.composite
def entries(draw: st.DrawFn) -> dict[ObjectKey, SyncableObject]:
    """Objects by key."""
    keys = draw(st.lists(st.tuples(st.sampled_from(TYPES), st.sampled_from(_NAMES)), unique=True, max_size=12))
    found = {}
    for kind, name in keys:
        one = entry(
            kind,
            "global" if kind == "KEY" else name,
            draw(st.sampled_from(_HASHES)),
            draw(st.sampled_from([None, "r1", "r2"])),
            draw(st.sampled_from([None, None, None, "depends on a mapping algorithm"])),
        )
        found[one.key] = one
    return found


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Catalog, Catalog]:
    """A source and a target that have much in common, of one release."""
    mine, changed = draw(entries()), draw(entries())
    kept = draw(st.sets(st.sampled_from(sorted(mine)))) if mine else set()
    theirs = {**changed, **{one: mine[one] for one in kept}}
    release = Release(draw(st.sampled_from(["6.0.17.0", "20.0.0.0"])))
    return Catalog(SOURCE, release, mine), Catalog(TARGET, release, theirs)
