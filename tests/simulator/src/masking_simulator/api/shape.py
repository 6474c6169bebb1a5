# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between the API's objects, which hold numbers, and the model's, which hold names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from masking_simulator.errors import refuse
from masking_simulator.model.kinds import FAMILIES, KINDS, Fields, Kind
from masking_simulator.model.model import Model
from masking_simulator.model.objects import SOURCE_ENVIRONMENT, Key, Obj
from masking_simulator.model.pointers import pointed_at


def to_api(model: Model, obj: Obj) -> dict[str, Any]:
    """An object as the API shows it; call it with the model's lock held."""
    kind = KINDS[obj.kind]
    shown: dict[str, Any] = {}
    if kind.id_field:
        shown[kind.id_field] = obj.id
    shown[kind.name_field] = obj.name
    if kind.environment_field:
        shown[kind.environment_field] = obj.key.environment
    shown.update(said_to_api(model, obj, kind, obj.said))
    for name, value in obj.local.items():
        if name in kind.local and value is not None:
            shown[name] = value
    return shown


def said_to_api(model: Model, obj: Obj, fields: Fields, said: dict[str, Any]) -> dict[str, Any]:
    """What an object or a part of it says, with numbers for names."""
    shown: dict[str, Any] = {}
    for name, value in said.items():
        if name.startswith("_") or value is None:
            continue
        if name in fields.by_id:
            value = _numbers(model, obj, *pointed_at(fields.by_id[name], said), value)
        elif name in fields.inside and isinstance(value, dict):
            value = said_to_api(model, obj, fields.inside[name], value)
        shown[name] = value
    return shown


@dataclass
class Taken:
    """What an API request says about an object.

    body: in names. local: its secrets, and where an on-the-fly job reads.
    environments: the environments of what it points at, those of on-the-fly sources left out.
    """

    body: dict[str, Any] = field(default_factory=dict)
    local: dict[str, Any] = field(default_factory=dict)
    environments: set[int] = field(default_factory=set)


def from_api(model: Model, kind: Kind, body: dict[str, Any]) -> Taken:
    """What an API request says; raises a 404 for a reference to nothing."""
    taken = Taken()
    drop = frozenset(name for name in (kind.id_field, kind.name_field, kind.environment_field) if name) | kind.local
    taken.body = _said(model, kind, body, drop, kind.secret, taken)
    return taken


def part_from_api(model: Model, fields: Fields, body: dict[str, Any], drop: frozenset[str]) -> dict[str, Any]:
    """What an API request says about a part; raises a 404 for a reference to nothing."""
    return _said(model, fields, body, drop, frozenset(), Taken())


def _said(
    model: Model,
    fields: Fields,
    body: dict[str, Any],
    drop: frozenset[str],
    secret: frozenset[str],
    taken: Taken,
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in body.items():
        if name in secret:
            taken.local.update({} if value is None else {name: value})
        elif name in drop or name.startswith("_") or value is None or _is_selector(name, fields):
            continue
        elif name in fields.by_id:
            _point(model, fields.by_id[name], name, value, said, body, taken)
        elif name in fields.by_name:
            _require_name(model, fields.by_name[name], name, value)
            said[name] = value
        elif name in fields.inside and isinstance(value, dict):
            said[name] = _said(model, fields.inside[name], value, frozenset(), secret, taken)
        else:
            said[name] = value
    return said


def _is_selector(name: str, fields: Fields) -> bool:
    return any(target in FAMILIES and FAMILIES[target].selector == name for target in fields.by_id.values())


def _point(
    model: Model, target: str, name: str, value: Any, said: dict[str, Any], body: dict[str, Any], taken: Taken
) -> None:
    """Write what a field with a number means; of a family, also the word that tells its kind."""
    family = FAMILIES.get(target)
    if family is None:
        kinds = {"": target}
    else:
        word = str(body.get(family.selector))
        # the numbers of some families tell the kind by themselves: a wrong word does no harm there
        shared = len({KINDS[kind].space or kind for kind in family.kinds.values()}) == 1
        kinds = {word: family.kinds[word]} if word in family.kinds and not shared else dict(family.kinds)
    values = value if isinstance(value, list) else [value]
    found = [_find(model, kinds, name, item) for item in values]
    said[name] = [obj.name for _, obj in found] if isinstance(value, list) else found[0][1].name
    if family is not None:
        said[family.selector] = found[0][0]
    for _, obj in found:
        environment = obj.key.environment
        if environment is not None and family is not None and family.elsewhere:
            taken.local[SOURCE_ENVIRONMENT] = environment
        elif environment is not None:
            taken.environments.add(environment)


def _find(model: Model, kinds: dict[str, str], field: str, value: Any) -> tuple[str, Obj]:
    number = int(value) if isinstance(value, str) and len(value) < 12 else value
    for word, kind in kinds.items():
        obj = model.objects.by_id(kind, number)
        if obj is not None:
            return word, obj
    titles = " or ".join(KINDS[kind].title for kind in kinds.values())
    raise refuse(404, "unknown_reference", field=field, kind=titles, value=value)


def _numbers(model: Model, obj: Obj, target: str, elsewhere: bool, value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(model, obj, target, elsewhere, item) for item in value]
    environment = obj.key.environment if KINDS[target].scoped else None
    if elsewhere:
        environment = obj.local.get(SOURCE_ENVIRONMENT, environment)
    return model.require(Key(target, environment, value)).id


def _require_name(model: Model, target: str, field: str, value: Any) -> None:
    if model.objects.get(Key(target, None, value)) is None:
        raise refuse(404, "unknown_reference", field=field, kind=KINDS[target].title, value=value)
