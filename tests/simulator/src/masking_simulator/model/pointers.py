# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the body of an object points at other objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from masking_simulator.model.kinds import FAMILIES, Fields


class Pointer(NamedTuple):
    """A field of a JSON object that holds the name (or a list of names) of objects of a kind.

    elsewhere: whether these may belong to another environment.
    """

    holder: dict[str, Any]
    field: str
    kind: str
    elsewhere: bool

    def names(self) -> list[str]:
        """The names that the field holds."""
        value = self.holder[self.field]
        return value if isinstance(value, list) else [value]

    def rename(self, old: str, new: str) -> None:
        """Put a new name where an old one stands."""
        value = self.holder[self.field]
        if isinstance(value, list):
            self.holder[self.field] = [new if item == old else item for item in value]
        elif value == old:
            self.holder[self.field] = new


def pointers(fields: Fields, body: dict[str, Any]) -> Iterator[Pointer]:
    """All pointers of a body, also those in the objects and parts inside it."""
    for name, target in (*fields.by_name.items(), *fields.by_id.items()):
        if body.get(name) is not None:
            yield Pointer(body, name, *pointed_at(target, body))
    for name, inner in fields.inside.items():
        if isinstance(body.get(name), dict):
            yield from pointers(inner, body[name])
    for name, part in fields.parts.items():
        for item in body.get(name, {}).values():
            yield from pointers(part, item)


def pointed_at(target: str, holder: dict[str, Any]) -> tuple[str, bool]:
    """The kind that a field of a JSON object means, and whether its object may be in another environment."""
    family = FAMILIES.get(target)
    return (family.kinds[holder[family.selector]], family.elsewhere) if family else (target, False)
