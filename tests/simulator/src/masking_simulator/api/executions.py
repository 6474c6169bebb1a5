# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Executions of jobs of all kinds.

Documented: a multi-tenant job is run on a connector that the request names, and when it is on the
fly too, from another one. That the first is required is seen in clients.
"""

from __future__ import annotations

from typing import Any

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.errors import refuse
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.objects import Obj
from masking_simulator.runs import Plan, connector_kind, find_job, plan

_ASKED = ("targetConnectorId", "sourceConnectorId", "connectorType")


@handles("executions_list")
def list_executions(call: Call) -> Answer:
    job, status = call.query["job_id"], call.query["execution_status"]
    rows = [
        item
        for item in call.engine.executions.all()
        if job in (None, item["jobId"]) and status in (None, item["status"])
    ]
    return page(call, rows)


@handles("executions_get")
def get_execution(call: Call) -> Answer:
    return Answer(call.engine.executions.get(call.path["executionId"]))


@handles("executionComponents_list")
def list_components(call: Call) -> Answer:
    return page(call, call.engine.executions.components(call.query["execution_id"]))


@handles("executionEvents_list")
def list_events(call: Call) -> Answer:
    return page(call, call.engine.executions.events(call.query["execution_id"]))


@handles("executions_create")
def create_execution(call: Call) -> Answer:
    engine = call.engine
    if engine.tasks.active("ENCRYPTION_KEY_CREATE"):
        raise refuse(409, "busy", what="the generation of a new key")
    with engine.model.lock:
        asked = _plan(call)
    slow = call.fault("slow_task")
    seconds = engine.switches.number("job_seconds") + (slow["seconds"] if slow else 0.0)
    return call.created(engine.executions.submit(asked, seconds, fails=call.fault("fail_task") is not None))


@handles("executions_cancel")
def cancel_execution(call: Call) -> Answer:
    return Answer(call.engine.executions.cancel(call.path["executionId"], call.query["expectedStatus"]))


def _plan(call: Call) -> Plan:
    model = call.engine.model
    number = int(call.body["jobId"])
    job = find_job(model, number)
    if job is None:
        raise refuse(404, "not_found", kind="job", identifier=number)
    if not job.body.get("multiTenant"):
        return plan(model, job, None, None, {})
    if call.body.get("targetConnectorId") is None:
        raise refuse(400, "missing_parameter", name="targetConnectorId")
    target = _connector(call, job, "targetConnectorId")
    source = _connector(call, job, "sourceConnectorId") if job.body.get("onTheFlyMasking") else None
    asked: dict[str, Any] = {field: call.body[field] for field in _ASKED if call.body.get(field) is not None}
    return plan(model, job, target, source, asked)


def _connector(call: Call, job: Obj, field: str) -> Obj | None:
    number = call.body.get(field)
    if number is None:
        return None
    kind = connector_kind(call.engine.model, job)
    connector = call.engine.model.objects.by_id(kind, number)
    if connector is None:
        raise refuse(404, "unknown_reference", field=field, kind=KINDS[kind].title, value=number)
    return connector
