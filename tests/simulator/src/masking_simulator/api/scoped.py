# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules for what belongs to an environment: connectors, rulesets and jobs.

Documented: the environment of an object never changes; it is the one named by a connector, and
that of the connector for a ruleset and of the ruleset for a job. Jobs go by the purpose of their
environment. Password and SSH key exclude each other, and stay when they are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from masking_simulator.api.call import Call
from masking_simulator.api.shape import Taken
from masking_simulator.errors import refuse
from masking_simulator.model.kinds import FAMILIES, JOBS, KINDS, Kind
from masking_simulator.model.objects import KEPT, SOURCE_ENVIRONMENT, Obj
from masking_simulator.model.purpose import fits_purpose

#: what a new job says when the request does not (invented, but for on-the-fly: seen in clients, which expect it)
_JOB_DEFAULTS: dict[str, Any] = {
    "onTheFlyMasking": False,
    "multiTenant": False,
    "numInputStreams": 1,
    "maxMemory": 1024,
    "minMemory": 1024,
    "feedbackSize": 50000,
}


def asked(call: Call, kind: Kind) -> dict[str, Any]:
    """The body of a request; the source connector of a job is of the kind of its ruleset when nothing else is said."""
    body: dict[str, Any] = call.body
    source = body.get("onTheFlyMaskingSource")
    if kind.name not in JOBS or not source or "connectorType" in source:
        return body
    for word, ruleset in FAMILIES["ruleset"].kinds.items():
        if call.engine.model.objects.by_id(ruleset, body["rulesetId"]) is not None:
            return {**body, "onTheFlyMaskingSource": {**source, "connectorType": word}}
    return body


def place_of_new(call: Call, kind: Kind, taken: Taken) -> int | None:
    """The environment of a new object, None for engine-wide ones; completes what was taken from the request."""
    if not kind.scoped:
        return None
    if kind.environment_field:
        number = call.body[kind.environment_field]
    else:
        (number,) = taken.environments
    environment = call.engine.model.objects.by_id("environment", number)
    if environment is None:
        raise refuse(404, "not_found", kind="environment", identifier=number)
    if kind.name in JOBS:
        if not fits_purpose(kind.name, environment):
            raise refuse(400, "wrong_purpose", kind=kind.title, name=environment.name)
        defaults = {name: value for name, value in _JOB_DEFAULTS.items() if _has(kind, name)}
        taken.body = {**defaults, **taken.body}
    _check_on_the_fly(kind, taken)
    _check_secrets(taken)
    return environment.id


def check_saved(call: Call, kind: Kind, obj: Obj, taken: Taken) -> None:
    """Raise the refusal of a change of environment, of a running job, or of what a new object would be refused for."""
    if kind.name == "environment":
        _check_purpose(call, obj, taken)
    if not kind.scoped:
        return
    check_not_running(call, obj)
    if kind.environment_field and call.body.get(kind.environment_field, obj.key.environment) != obj.key.environment:
        raise refuse(400, "immutable", field=kind.environment_field)
    if taken.environments - {obj.key.environment}:
        raise refuse(400, "other_environment", kind=kind.title, name=obj.name)
    if kind.name in JOBS and _has(kind, "onTheFlyMasking"):
        taken.body.setdefault("onTheFlyMasking", False)
    _check_on_the_fly(kind, taken)
    _check_secrets(taken)


def merged_local(obj: Obj, taken: Taken) -> dict[str, Any]:
    """What a saved object keeps for this engine alone: secrets that were left out stay."""
    local = {name: value for name, value in obj.local.items() if name != KEPT}
    for one, other in (("password", "sshKey"), ("sshKey", "password")):
        if one in taken.local:
            local.pop(other, None)
    return {**local, **taken.local}


def is_local_save(call: Call, old: Obj, new: Obj) -> bool:
    """Whether a save is no new revision: it sets the credentials of a connector, or where a job reads, and no more.

    Documented: setting a credential keeps the hash. Where a job reads is inferred not to be part of it.
    """
    if new.body != old.body:
        return False
    switches = call.engine.switches
    if old.kind.endswith("_connector"):
        return switches.text("credential_save") == "keeps_hash"
    repointed = new.local.get(SOURCE_ENVIRONMENT) != old.local.get(SOURCE_ENVIRONMENT)
    return repointed and switches.text("repointed_job") == "keeps_hash"


def check_not_running(call: Call, obj: Obj) -> None:
    """Raise the refusal of changing or deleting a job that runs (documented)."""
    if obj.kind in JOBS and call.engine.executions.runs(obj.id):
        raise refuse(400, "job_runs", kind=KINDS[obj.kind].title, name=obj.name)


def _check_purpose(call: Call, environment: Obj, taken: Taken) -> None:
    """Refuse another purpose while jobs of the old one are there (invented)."""
    changed = replace(environment, body=taken.body)
    for member in sorted(call.engine.model.objects.in_environment(environment.id)):
        if member.kind in JOBS and not fits_purpose(member.kind, changed):
            raise refuse(400, "wrong_purpose", kind=KINDS[member.kind].title, name=environment.name)


def _has(kind: Kind, field: str) -> bool:
    return field != "onTheFlyMasking" or kind.name != "profile_job"


def _check_on_the_fly(kind: Kind, taken: Taken) -> None:
    if kind.name not in JOBS:
        return
    if not taken.body.get("onTheFlyMasking"):
        taken.body.pop("onTheFlyMaskingSource", None)
        taken.local.pop(SOURCE_ENVIRONMENT, None)
    elif "onTheFlyMaskingSource" not in taken.body:
        raise refuse(400, "source_missing")


def _check_secrets(taken: Taken) -> None:
    if taken.local.get("password") and taken.local.get("sshKey"):
        raise refuse(400, "two_secrets")
