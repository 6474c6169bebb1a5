# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login, logout, and what the engine says about itself."""

from __future__ import annotations

from typing import Any

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.clock import api_time
from masking_simulator.errors import refuse


@handles("login")
def login(call: Call) -> Answer:
    token = call.engine.auth.login(call.body["username"], call.body["password"])
    return call.created({"Authorization": token})


@handles("logout")
def logout(call: Call) -> Answer:
    call.engine.auth.logout(call.token)
    return Answer(status=call.engine.switches.integer("logout_status"))


@handles("systemInformation")
def system_information(call: Call) -> Answer:
    engine = call.engine
    reset = engine.store.meta("key_reset")
    body = {"version": engine.release.text, "build": f"{engine.release.text}-b1", "patentNumbers": []}
    if reset:
        body["latestGlobalKeyResetTime"] = api_time(float(reset))
    return Answer(body)


@handles("users_list")
def list_users(call: Call) -> Answer:
    return page(call, _users(call))


@handles("users_get")
def get_user(call: Call) -> Answer:
    number = call.path["userId"]
    for user in _users(call):
        if user["userId"] == number:
            return Answer(user)
    raise refuse(404, "not_found", kind="user", identifier=number)


@handles("roles_list")
def list_roles(call: Call) -> Answer:
    """Roles have no object type and nothing to do with moving objects: there are none."""
    return page(call, [])


@handles("roles_get")
def get_role(call: Call) -> Answer:
    raise refuse(404, "not_found", kind="role", identifier=call.path["roleId"])


def _users(call: Call) -> list[dict[str, Any]]:
    return [
        {"userId": number, "userName": user["username"], "isAdmin": user["is_admin"]}
        for number, user in enumerate(call.engine.auth.users(), 1)
    ]
