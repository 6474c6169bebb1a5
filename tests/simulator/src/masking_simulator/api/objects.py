# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List, make, read, save and delete objects: the same for every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from masking_simulator.api.call import HANDLERS, Answer, Call, page
from masking_simulator.api.scoped import (
    asked,
    check_not_running,
    check_saved,
    is_local_save,
    merged_local,
    place_of_new,
)
from masking_simulator.api.shape import from_api, to_api
from masking_simulator.errors import refuse
from masking_simulator.model.kinds import KINDS, Kind
from masking_simulator.model.names import name_problem
from masking_simulator.model.objects import Key, Obj
from masking_simulator.model.types import full_type

#: operation family -> kind, for the families whose operations need nothing special
FAMILIES: dict[str, str] = {
    "algorithms": "algorithm",
    "applications": "application",
    "environments": "environment",
    "domains": "domain",
    "profileSets": "profile_set",
    "profileExpressions": "profile_expression",
    "classifiers": "classifier",
    "jdbcDrivers": "jdbc_driver",
    "fileFormats": "file_format",
    "datasetFormats": "dataset_format",
    "mounts": "mount",
    "plugins": "algorithm_plugin",
    "maskingJobs": "masking_job",
    "profileJobs": "profile_job",
    "tokenizationJobs": "tokenization_job",
    "reidentificationJobs": "reidentification_job",
    "databaseRulesets": "database_ruleset",
    "fileRulesets": "file_ruleset",
    "mainframeDatasetRulesets": "dataset_ruleset",
    "databaseConnectors": "database_connector",
    "fileConnectors": "file_connector",
    "mainframeDatasetConnectors": "dataset_connector",
}


def find(call: Call, kind: Kind) -> Obj:
    """The object that the path names; raises a 404."""
    identifier = next(iter(call.path.values()))
    if kind.id_field is None:
        obj = call.engine.model.named(Key(kind.name, None, identifier))
    else:
        obj = call.engine.model.objects.by_id(kind.name, identifier)
    if obj is None:
        raise refuse(404, "not_found", kind=kind.title, identifier=identifier)
    return obj


def check_new_name(call: Call, key: Key, renamed: Obj | None = None) -> None:
    """Raise the refusal of a name that is not allowed (400) or taken (409) by another object than the renamed one."""
    problem = name_problem(KINDS[key.kind], key.name)
    if problem:
        raise refuse(400, "bad_name", name=key.name, reason=problem)
    if call.engine.model.named(key) not in (None, renamed):
        raise refuse(409, "already_exists", kind=KINDS[key.kind].title, name=key.name)


def sync_type(call: Call, kind: str) -> str:
    """The syncable type of a new object of a kind, "" when it has none."""
    return full_type(kind, call.engine.release)


def shown(call: Call, obj: Obj) -> dict[str, Any]:
    """An object as the API shows it."""
    row = to_api(call.engine.model, obj)
    if obj.kind == "dataset_connector":
        row[call.engine.switches.text("mainframe_connector_id")] = row.pop("mainframeDatasetConnectorId")
    return row


def lister(kind: Kind) -> Callable[[Call], Answer]:
    """Handler of the list of a kind, with the filters that the API has for it."""

    def handle(call: Call) -> Answer:
        with call.engine.model.lock:
            rows = [
                shown(call, obj)
                for obj in call.engine.model.objects.of_kind(kind.name)
                if not kind.scoped or call.query["environment_id"] in (None, obj.key.environment)
            ]
        application = call.query.get("application_id")
        if application is not None:
            rows = [row for row in rows if row.get("applicationId") == application]
        built_in = call.query.get("is_built_in")
        if built_in is not None:
            rows = [row for row in rows if row.get("builtIn", False) == built_in]
        return page(call, rows)

    return handle


def getter(kind: Kind) -> Callable[[Call], Answer]:
    """Handler that reads one object."""

    def handle(call: Call) -> Answer:
        with call.engine.model.lock:
            return Answer(shown(call, find(call, kind)))

    return handle


def creator(kind: Kind) -> Callable[[Call], Answer]:
    """Handler that makes an object."""

    def handle(call: Call) -> Answer:
        model = call.engine.model
        with model.change() as change:
            taken = from_api(model, kind, asked(call, kind))
            environment = place_of_new(call, kind, taken)
            key = Key(kind.name, environment, call.body[kind.name_field])
            check_new_name(call, key)
            local = {**call.engine.new_local(kind.name, call.user_name), **taken.local}
            obj = change.put(model.make(key, sync_type(call, kind.name), taken.body, local=local))
        return call.created(shown(call, obj))

    return handle


def updater(kind: Kind) -> Callable[[Call], Answer]:
    """Handler that saves an object; saving gives it a new revision whether or not it differs."""

    def handle(call: Call) -> Answer:
        model = call.engine.model
        with model.change() as change:
            obj = find(call, kind)
            taken = from_api(model, kind, asked(call, kind))
            check_saved(call, kind, obj, taken)
            name = call.body.get(kind.name_field, obj.name)
            if name != obj.name:
                if kind.name_field in kind.frozen:
                    raise refuse(400, "immutable", field=kind.name_field)
                check_new_name(call, obj.key._replace(name=name), obj)
                obj = change.rename(obj, name)
            hidden = {field: value for field, value in obj.body.items() if field.startswith("_")}
            new = model.settled(replace(obj, body={**hidden, **taken.body}, local=merged_local(obj, taken)))
            obj = change.put(new) if is_local_save(call, obj, new) else model.save(change, new)
        return Answer(shown(call, obj))

    return handle


def deleter(kind: Kind) -> Callable[[Call], Answer]:
    """Handler that deletes an object which nothing needs."""

    def handle(call: Call) -> Answer:
        model = call.engine.model
        with model.lock:
            obj = find(call, kind)
            if obj.body.get("builtIn") or obj.body.get("_builtIn"):
                raise refuse(400, "built_in", kind=kind.title, name=obj.name)
            check_not_running(call, obj)
            used = "409" if "409" in call.operation.statuses else "400"
            model.delete(obj, int(used))
        return Answer()

    return handle


def register() -> None:
    """Register the handlers of all families, where the family has no special one."""
    makers = {"list": lister, "get": getter, "create": creator, "update": updater, "delete": deleter}
    for family, kind in FAMILIES.items():
        for verb, maker in makers.items():
            HANDLERS.setdefault(f"{family}_{verb}", maker(KINDS[kind]))
