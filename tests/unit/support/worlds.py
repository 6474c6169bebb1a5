# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs of engines drawn by hypothesis: few names and contents, so that they often nearly agree."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
    key,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.holdings import Holdings
from hypothesis import strategies as st

ENVIRONMENTS: t.Final = ("P", "Q", "R")
_CONTENTS = ("one", "two")
_KINDS = ("DATABASE", "FILE")
_ALGORITHMS = [key("LOOKUP", name) for name in "ab"]
_DOMAINS = [key("DOMAIN", name) for name in "AB"]
_GLOBALS = [*_ALGORITHMS, *_DOMAINS, key("PROFILE_SET", "set"), key("FILE_FORMAT", "csv")]


def _content(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(_CONTENTS))


def _some(draw: st.DrawFn, keys: list[ObjectKey], most: int = 1) -> list[ObjectKey]:
    return draw(st.lists(st.sampled_from(keys), unique=True, max_size=most)) if keys else []


def _there(holds: Holdings, keys: t.Iterable[ObjectKey]) -> list[ObjectKey]:
    return [one for one in keys if one in holds.objects]


def _fill_globals(draw: st.DrawFn, holds: Holdings) -> None:
    for one in _GLOBALS:
        if not draw(st.sampled_from([True, True, True, False])):
            continue
        needs: list[ObjectKey] = []
        if one.type == "DOMAIN":
            needs = _some(draw, _there(holds, _ALGORITHMS))
        elif one.type in ("PROFILE_SET", "FILE_FORMAT"):
            needs = _some(draw, _there(holds, _DOMAINS))
        holds.add(one.type, one.name, needs=needs, content=_content(draw))


def _fill_environment(draw: st.DrawFn, holds: Holdings, environment: str) -> None:
    for kind in _KINDS:
        for name in draw(st.sets(st.sampled_from(["x", "y"]))):
            holds.add(f"{kind}_CONNECTOR", name, environment, content=_content(draw))
    for kind in _KINDS:
        connectors = [one for one in holds.inside(environment) if one.type == f"{kind}_CONNECTOR"]
        for name in draw(st.sets(st.sampled_from(["r", "s"]))) if connectors else ():
            needs = _there(holds, [key("FILE_FORMAT", "csv")])
            if kind == "DATABASE":
                needs = _some(draw, _there(holds, _DOMAINS))
            on = draw(st.sampled_from(connectors))
            holds.add(f"{kind}_RULESET", name, environment, on=on, needs=needs, content=_content(draw))


def _fill_jobs(draw: st.DrawFn, holds: Holdings, environment: str) -> None:
    rulesets = [one for one in holds.inside(environment) if one.type.endswith("_RULESET")]
    everywhere = [one for one in holds.objects if one.type.endswith("_CONNECTOR")]
    for name in draw(st.sets(st.sampled_from(["j", "k", "l"]))) if rulesets else ():
        on = draw(st.sampled_from(rulesets))
        if draw(st.booleans()):
            same_kind = [one for one in everywhere if one.type[:4] == on.type[:4] and one != holds.objects[on].above]
            reads = _some(draw, same_kind)
            holds.add(
                "MASKING_JOB",
                name,
                environment,
                on=on,
                reads=reads[0] if reads else None,
                content=_content(draw),
            )
        else:
            needs = _there(holds, [key("PROFILE_SET", "set")])
            holds.add("PROFILE_JOB", name, environment, on=on, needs=needs, content=_content(draw))


def _fill(draw: st.DrawFn, holds: Holdings) -> None:
    _fill_globals(draw, holds)
    places = sorted(draw(st.sets(st.sampled_from(ENVIRONMENTS), min_size=1)))
    for name in places:
        holds.environment(name, draw(st.sampled_from(["App", "Other"])), workflow=draw(st.booleans()))
        _fill_environment(draw, holds, name)
    for name in places:
        _fill_jobs(draw, holds, name)


def closure(holds: Holdings, keys: t.Iterable[ObjectKey]) -> set[ObjectKey]:
    """Objects and all that they need, all the way down."""
    found: set[ObjectKey] = set()
    left = list(keys)
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += holds.objects[one].all_needs
    return found


@st.composite
def worlds(draw: st.DrawFn, release: str = "20.0.0.0") -> tuple[Estate, Estate]:
    """A source and a target, of a release, that have something in common."""
    clock = FakeClock()
    revision_ids = draw(st.booleans())
    source = Estate(SOURCE, clock, revision_ids=revision_ids)
    first = draw(st.sampled_from([1, 2, 70]))
    target = Estate(TARGET, clock, first_number=first, revision_ids=revision_ids, release=release)
    _fill(draw, source.holds)
    _fill(draw, target.holds)
    # Often they agree, all the way down.
    wanted = _some(draw, sorted(source.holds.objects), 4)
    for one in closure(source.holds, wanted):
        if one.environment is not None and one.environment not in target.holds.environments:
            target.holds.environment(one.environment)
        target.holds.objects[one] = source.holds.objects[one]
    for one in list(target.holds.objects):
        if one.type.endswith("_CONNECTOR"):
            target.holds.change(one, password=f"of {one.name}")
    for one in _some(draw, sorted(source.holds.objects)) if draw(st.booleans()) else ():
        source.holds.change(one, reason="it is of another age")
    source.refuses_one_name = draw(st.booleans())
    source.refuses_exports_in_tasks = draw(st.booleans())
    # Engines of one release show the same fields.
    source.rows.ruleset_types = target.rows.ruleset_types = draw(st.booleans())
    return source, target
