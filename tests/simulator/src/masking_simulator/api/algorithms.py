# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Algorithms, their frameworks and the global key.

That creating and changing an algorithm answers with an AsyncTask is seen in clients; the
fields of an algorithm too. What stands in algorithmExtension is taken as it comes.
"""

from __future__ import annotations

import secrets
from typing import Any

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.api.objects import check_new_name, find
from masking_simulator.api.tasks import UPLOAD_SCHEME
from masking_simulator.errors import refuse
from masking_simulator.model.algorithms import (
    CLASSIC_TYPES,
    COMPONENT,
    CORE_PLUGIN,
    FRAMEWORKS,
    has_classics,
    has_components,
    references_in,
)
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import Content, Key, Obj
from masking_simulator.sync.tasks import Finish

_KIND = KINDS["algorithm"]
_SIMPLE = ("description", "maskType", "fields")


@handles("algorithms_list")
def list_algorithms(call: Call) -> Answer:
    with call.engine.model.lock:
        rows = [_shown(call, obj) for obj in call.engine.model.objects.of_kind("algorithm")]
    wanted = call.query["mask_type"]
    return page(call, [row for row in rows if wanted in (None, row.get("maskType", "STRING"))])


@handles("algorithms_get")
def get_algorithm(call: Call) -> Answer:
    with call.engine.model.lock:
        return Answer(_shown(call, find(call, _KIND)))


@handles("algorithms_create")
def create_algorithm(call: Call) -> Answer:
    engine, model = call.engine, call.engine.model
    with model.change() as change:
        key = Key("algorithm", None, call.body["algorithmName"])
        check_new_name(call, key)
        type_, body = _body(call, {})
        body["_key"] = secrets.token_hex(16)
        obj = model.make(key, type_, body, content=_content(call), local=engine.new_local("algorithm", call.user_name))
        change.put(obj)
    return call.created(engine.tasks.done("ALGORITHM_CREATE"))


@handles("algorithms_update")
def update_algorithm(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        obj = find(call, _KIND)
        if call.body["algorithmName"] != obj.name:
            raise refuse(400, "immutable", field="algorithmName")
        if call.body["algorithmType"] != obj.body["algorithmType"]:
            raise refuse(400, "immutable", field="algorithmType")
        _, body = _body(call, obj.body)
        model.save(change, obj, body=body, content=_content(call) or obj.content)
    return Answer(call.engine.tasks.done("ALGORITHM_UPDATE"))


@handles("algorithms_randomizeKey")
def randomize_key(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        obj = find(call, _KIND)
        obj = model.save(change, obj, body={**obj.body, "_key": secrets.token_hex(16)})
        return Answer(_shown(call, obj))


@handles("frameworks_list")
def list_frameworks(call: Call) -> Answer:
    wanted = call.query["mask_type"]
    rows = [
        _framework(call, number) for number, framework in enumerate(FRAMEWORKS) if wanted in (None, framework.mask_type)
    ]
    return page(call, rows)


@handles("frameworks_get")
def get_framework(call: Call) -> Answer:
    number = call.path["frameworkId"] - _first(call)
    if not 0 <= number < len(FRAMEWORKS):
        raise refuse(404, "not_found", kind="framework", identifier=call.path["frameworkId"])
    return Answer(_framework(call, number))


@handles("encryptionKey_create")
def create_key(call: Call) -> Answer:
    engine = call.engine
    slow = call.fault("slow_task")

    def work(finish: Finish) -> None:
        with engine.model.change() as change:
            key = engine.model.require(Key("key", None, "global"))
            engine.model.save(change, key, body={"value": secrets.token_hex(16)}, local={})
            engine.store.set_meta("key_reset", str(engine.clock.now()))
            finish()

    leave = engine.gate.enter("key")
    task = engine.tasks.start(
        "ENCRYPTION_KEY_CREATE",
        work,
        seconds=slow["seconds"] if slow else 0.0,
        fails=call.fault("fail_task") is not None,
        after=leave,
    )
    return Answer(task)


def _body(call: Call, old: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Syncable type and body of an algorithm from a request; keeps the hidden parts of the old one."""
    asked, release = call.body, call.engine.release
    api_type = asked["algorithmType"]
    hidden = {field: value for field, value in old.items() if field.startswith("_")}
    body = {**hidden, "algorithmType": api_type, **{field: asked[field] for field in _SIMPLE if field in asked}}
    extension = dict(asked.get("algorithmExtension", {}))
    _profile_set(call, extension, body)
    body["algorithmExtension"] = extension
    body["_algorithms"] = references_in(extension)
    for name in body["_algorithms"]:
        if call.engine.model.objects.get(Key("algorithm", None, name)) is None:
            raise refuse(404, "unknown_reference", field="algorithmExtension", kind="algorithm", value=name)
    if api_type == COMPONENT:
        if not has_components(release):
            raise refuse(400, "bad_body", reason="this release has no COMPONENT algorithms")
        if "frameworkId" in asked:
            _set_framework(call, asked["frameworkId"], body)
        elif "_framework" not in body:
            raise refuse(400, "bad_body", reason="frameworkId is needed for a COMPONENT algorithm")
        return "USER_ALGORITHM", body
    if not old and (not has_classics(release)):
        raise refuse(400, "bad_body", reason=f"{api_type} algorithms cannot be made on this release")
    if api_type == "MAPPING":
        body["_mapping"] = True
    return CLASSIC_TYPES[api_type], body


def _set_framework(call: Call, framework_id: int, body: dict[str, Any]) -> None:
    number = framework_id - _first(call)
    if not 0 <= number < len(FRAMEWORKS):
        raise refuse(404, "unknown_reference", field="frameworkId", kind="framework", value=framework_id)
    framework = FRAMEWORKS[number]
    body.update(_framework=framework.name, maskType=framework.mask_type)
    if framework.classic == "MAPPING":
        body["_mapping"] = True


def _profile_set(call: Call, extension: dict[str, Any], body: dict[str, Any]) -> None:
    number = extension.pop("profileSetId", None)
    if number is None:
        return
    obj = call.engine.model.objects.by_id("profile_set", number) if isinstance(number, int) else None
    if obj is None:
        raise refuse(404, "unknown_reference", field="profileSetId", kind="profile set", value=number)
    body["_profileSet"] = obj.name


def _content(call: Call) -> Content | None:
    """The uploaded lookup file that a request refers to."""
    uri = call.body.get("algorithmExtension", {}).get("lookupFile", {})
    uri = uri.get("uri") if isinstance(uri, dict) else None
    if not isinstance(uri, str) or not uri.startswith(UPLOAD_SCHEME):
        return None
    identifier = uri.removeprefix(UPLOAD_SCHEME)
    if identifier not in call.engine.store.records("upload"):
        raise refuse(404, "unknown_reference", field="lookupFile", kind="uploaded file", value=uri)
    data = (call.engine.store.documents / f"upload-{identifier}").read_bytes()
    return call.engine.store.put_content(data)


def _shown(call: Call, obj: Obj) -> dict[str, Any]:
    model, body = call.engine.model, obj.body
    shown: dict[str, Any] = {
        "algorithmName": obj.name,
        "algorithmType": body["algorithmType"],
        "createdBy": obj.local.get("createdBy", "System"),
    }
    shown.update({field: body[field] for field in _SIMPLE if field in body})
    if body["algorithmType"] == COMPONENT:
        plugin = model.require(Key("algorithm_plugin", None, body.get("pluginId", CORE_PLUGIN)))
        shown["pluginId"] = plugin.id
        names = [framework.name for framework in FRAMEWORKS]
        place = names.index(body["_framework"]) if body["_framework"] in names else len(names)
        shown["frameworkId"] = _first(call) + place
    extension = dict(body.get("algorithmExtension", {}))
    profile_set = body.get("_profileSet")
    if profile_set is not None:
        extension["profileSetId"] = model.require(Key("profile_set", None, profile_set)).id
    if extension:
        shown["algorithmExtension"] = extension
    return shown


def _framework(call: Call, number: int) -> dict[str, Any]:
    plugin = call.engine.model.require(Key("algorithm_plugin", None, CORE_PLUGIN))
    framework = FRAMEWORKS[number]
    return {
        "frameworkId": _first(call) + number,
        "frameworkName": framework.name,
        "frameworkType": framework.mask_type,
        "plugin": {"pluginId": plugin.id, "pluginName": plugin.name},
    }


def _first(call: Call) -> int:
    """The number of the first framework: numbers differ between engines."""
    return int(call.engine.store.meta("id_offset") or 0) % 50 + 1
