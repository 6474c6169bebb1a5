# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between the API's objects, which hold numbers, and the model's, which hold names."""

from __future__ import annotations

from typing import Any

from masking_simulator.errors import refuse
from masking_simulator.model.kinds import KINDS, Kind
from masking_simulator.model.model import Model
from masking_simulator.model.objects import Key, Obj


def to_api(model: Model, obj: Obj) -> dict[str, Any]:
    """An object as the API shows it; call it with the model's lock held."""
    kind = KINDS[obj.kind]
    shown: dict[str, Any] = {}
    if kind.id_field:
        shown[kind.id_field] = obj.id
    shown[kind.name_field] = obj.name
    for field, value in obj.body.items():
        if field.startswith("_") or value is None or field == "domains":
            continue
        shown[field] = _numbers(model, kind.by_id[field], obj, value) if field in kind.by_id else value
    for field, value in obj.local.items():
        if field in kind.local and value is not None:
            shown[field] = value
    return shown


def from_api(model: Model, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    """The body of an object from an API request; raises a 404 for a reference to nothing."""
    kept: dict[str, Any] = {}
    drop = {kind.id_field, kind.name_field, *kind.local, *kind.secret}
    for field, value in body.items():
        if field in drop or field.startswith("_") or value is None:
            continue
        if field in kind.by_id:
            value = _names(model, kind.by_id[field], field, value)
        elif field in kind.by_name:
            _require_name(model, kind.by_name[field], field, value)
        kept[field] = value
    return kept


def _numbers(model: Model, target: str, obj: Obj, value: Any) -> Any:
    environment = obj.key.environment if KINDS[target].scoped else None
    if isinstance(value, list):
        return [model.require(Key(target, environment, name)).id for name in value]
    return model.require(Key(target, environment, value)).id


def _names(model: Model, target: str, field: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_names(model, target, field, item) for item in value]
    number = int(value) if isinstance(value, str) and len(value) < 12 else value
    obj = model.objects.by_id(target, number)
    if obj is None:
        raise refuse(404, "unknown_reference", field=field, kind=KINDS[target].title, value=value)
    return obj.name


def _require_name(model: Model, target: str, field: str, value: Any) -> None:
    if model.objects.get(Key(target, None, value)) is None:
        raise refuse(404, "unknown_reference", field=field, kind=KINDS[target].title, value=value)
