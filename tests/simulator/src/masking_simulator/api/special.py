# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that differ from the general ones of objects.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from masking_simulator.api.call import HANDLERS, Answer, Call, Handler, handles, page
from masking_simulator.api.objects import check_new_name, find, shown, sync_type
from masking_simulator.errors import refuse
from masking_simulator.model.inventory import dataset_record_types, file_record_types
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import Key, Obj

_SETTINGS = Key("application_settings", None, "global")


@handles("fileFormats_create")
def create_file_format(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        key = Key("file_format", None, call.filename)
        check_new_name(call, key)
        format_type = call.form.get("fileFormatType")
        if not format_type:
            raise refuse(400, "missing_parameter", name="fileFormatType")
        record_types = file_record_types(format_type, _uploaded_text(call))
        body = {"fileFormatType": format_type, "header": 0, "footer": 0, "_recordTypes": record_types}
        obj = change.put(model.make(key, sync_type(call, "file_format"), body))
    return call.created(shown(call, obj))


@handles("datasetFormats_create")
def create_dataset_format(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        key = Key("dataset_format", None, call.filename)
        check_new_name(call, key)
        body = {"_recordTypes": dataset_record_types(_uploaded_text(call))}
        obj = change.put(model.make(key, sync_type(call, "dataset_format"), body))
    return call.created(shown(call, obj))


def _uploaded_text(call: Call) -> str:
    assert call.upload is not None
    return call.upload.read_text(encoding="utf-8", errors="replace")


def _mount_status(status: str) -> Handler:
    def handle(call: Call) -> Answer:
        with call.engine.model.change() as change:
            obj = find(call, KINDS["mount"])
            obj = replace(obj, local={**obj.local, "status": status})
            change.put(obj)
        return Answer(shown(call, obj))

    return handle


HANDLERS["mounts_connect"] = _mount_status("ACTIVE")
HANDLERS["mounts_remount"] = _mount_status("ACTIVE")
HANDLERS["mounts_disconnect"] = _mount_status("DISCONNECTED")


@handles("applicationSettings_list")
def list_settings(call: Call) -> Answer:
    group = call.query["setting_group"]
    return page(call, [row for row in _settings(call) if group in (None, row["settingGroup"])])


@handles("applicationSettings_get")
def get_setting(call: Call) -> Answer:
    return Answer(_setting(call))


@handles("applicationSettings_update")
def update_setting(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        wanted = _setting(call)
        obj = model.require(_SETTINGS)
        settings = [
            {**item, "settingValue": call.body["settingValue"]}
            if item["settingName"] == wanted["settingName"]
            else item
            for item in obj.body["settings"]
        ]
        model.save(change, obj, body={"settings": settings})
        return Answer(_setting(call))


def _settings(call: Call) -> list[dict[str, Any]]:
    obj: Obj = call.engine.model.require(_SETTINGS)
    return [{"settingId": obj.id + place, **item} for place, item in enumerate(obj.body["settings"])]


def _setting(call: Call) -> dict[str, Any]:
    number = call.path["settingId"]
    for row in _settings(call):
        if row["settingId"] == number:
            return row
    raise refuse(404, "not_found", kind="setting", identifier=number)
