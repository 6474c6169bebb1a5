# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of objects: tables with columns, files, record types with fields.

They stand in the body of their owner by name, so that a body means the same on every engine.
Their numbers belong to the engine and stand in the owner's `local`, under NUMBERS:
{name of the part: [number, {name of the part inside: number}]}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from masking_simulator.model.kinds import Fields, Part

if TYPE_CHECKING:
    from masking_simulator.model.objects import Key

NUMBERS = "numbers"
Numbers = dict[str, tuple[int, dict[str, int]]]


class Place(NamedTuple):
    """Where a part stands: its owner, the name of the outer part, and its own name when it is inside that one."""

    owner: Key
    outer: str
    inner: str | None = None


def outer_part(fields: Fields) -> tuple[str, Part] | None:
    """The field of a body that holds parts, and what they are; None for kinds without parts."""
    return next(iter(fields.parts.items()), None)


def numbered_parts(fields: Fields, owner: Key, local: dict[str, Any]) -> Iterator[tuple[Part, int, Place]]:
    """All parts of an object with their numbers and places."""
    found = outer_part(fields)
    if found is None:
        return
    outer = found[1]
    inside = outer_part(outer)
    for name, (number, inner_numbers) in local.get(NUMBERS, {}).items():
        yield outer, number, Place(owner, name)
        if inside is not None:
            for inner, inner_number in inner_numbers.items():
                yield inside[1], inner_number, Place(owner, name, inner)


def part_numbers(fields: Fields, body: dict[str, Any], known: Numbers, next_id: Callable[[str], int]) -> Numbers | None:
    """The numbers of all parts of a body: the known ones stay, new parts get new ones. None for kinds without parts."""
    found = outer_part(fields)
    if found is None:
        return None
    field, outer = found
    inside = outer_part(outer)
    numbers: Numbers = {}
    for name, part in body.get(field, {}).items():
        number, known_inner = known.get(name) or (next_id(outer.space), {})
        inner: dict[str, int] = {}
        if inside is not None:
            for inner_name in part.get(inside[0], {}):
                inner[inner_name] = known_inner.get(inner_name) or next_id(inside[1].space)
        numbers[name] = (number, inner)
    return numbers


def part_number(local: dict[str, Any], place: Place) -> int:
    """The number of the part at a place of an object with this `local`."""
    number, inner = local[NUMBERS][place.outer]
    return int(number if place.inner is None else inner[place.inner])


def part_at(fields: Fields, body: dict[str, Any], place: Place) -> dict[str, Any]:
    """What a body says about the part at a place."""
    found = outer_part(fields)
    assert found is not None
    field, outer = found
    part: dict[str, Any] = body[field][place.outer]
    if place.inner is not None:
        inside = outer_part(outer)
        assert inside is not None
        part = part[inside[0]][place.inner]
    return part


def with_part(fields: Fields, body: dict[str, Any], place: Place, said: dict[str, Any] | None) -> dict[str, Any]:
    """A body in which the part at a place says this; None takes it out."""
    found = outer_part(fields)
    assert found is not None
    field, outer = found
    if place.inner is None:
        return {**body, field: _with(body.get(field, {}), place.outer, said)}
    inside = outer_part(outer)
    assert inside is not None
    part = body[field][place.outer]
    part = {**part, inside[0]: _with(part.get(inside[0], {}), place.inner, said)}
    return {**body, field: {**body[field], place.outer: part}}


def with_renamed(
    fields: Fields, body: dict[str, Any], local: dict[str, Any], place: Place, name: str
) -> tuple[Any, Any]:
    """The body and the `local` of an object in which an outer part has another name and keeps its number."""
    found = outer_part(fields)
    assert found is not None
    field = found[0]
    return (
        {**body, field: _renamed(body[field], place.outer, name)},
        {**local, NUMBERS: _renamed(local[NUMBERS], place.outer, name)},
    )


def _renamed(parts: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: part for name, part in parts.items()}


def _with(parts: dict[str, Any], name: str, said: dict[str, Any] | None) -> dict[str, Any]:
    if said is not None:
        return {**parts, name: said}
    return {other: part for other, part in parts.items() if other != name}
