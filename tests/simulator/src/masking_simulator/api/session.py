# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login, logout, and what the engine says about itself."""

from __future__ import annotations

from masking_simulator.api.call import Answer, Call, handles
from masking_simulator.clock import api_time


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
