# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deleting and copying an environment with all that is in it.

That a copy keeps the credentials of connectors, and reads on the fly where the original does
unless that is in the copied environment itself, is invented.
"""

from __future__ import annotations

from masking_simulator.api.call import Answer, Call, handles
from masking_simulator.api.objects import check_new_name, find, shown, sync_type
from masking_simulator.api.scoped import check_not_running
from masking_simulator.api.shape import from_api
from masking_simulator.errors import refuse
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import SOURCE_ENVIRONMENT, Key
from masking_simulator.model.parts import NUMBERS

_KIND = KINDS["environment"]


@handles("environments_delete")
def delete_environment(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        environment = find(call, _KIND)
        members = sorted(model.objects.in_environment(environment.id))
        for key in members:
            check_not_running(call, model.require(key))
            for user in sorted(model.objects.users(key)):
                if user.environment != environment.id:
                    kind, user_kind = KINDS[key.kind].title, KINDS[user.kind].title
                    raise refuse(409, "in_use", kind=kind, name=key.name, user_kind=user_kind, user_name=user.name)
        for key in members:
            change.delete(key)
        change.delete(environment.key)
    return Answer()


@handles("environments_copy")
def copy_environment(call: Call) -> Answer:
    model = call.engine.model
    with model.change() as change:
        original = find(call, _KIND)
        key = Key("environment", None, call.body["environmentName"])
        taken = from_api(model, _KIND, call.body)
        check_new_name(call, key)
        if taken.body["purpose"] != original.body["purpose"]:
            raise refuse(400, "immutable", field="purpose")
        copy = change.put(model.make(key, sync_type(call, "environment"), taken.body))
        for member in sorted(model.objects.in_environment(original.id)):
            obj = model.require(member)
            local = {**obj.local, **call.engine.new_local(obj.kind, call.user_name)}
            local.pop(NUMBERS, None)
            if local.get(SOURCE_ENVIRONMENT) == original.id:
                local[SOURCE_ENVIRONMENT] = copy.id
            new = member._replace(environment=copy.id)
            change.put(model.make(new, obj.type, obj.body, content=obj.content, local=local))
        return call.created(shown(call, copy))
