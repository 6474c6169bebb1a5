# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job would do: its tables or files with their rows, and what it needs of the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from masking_simulator.connections import Connections, stored_secret
from masking_simulator.model.kinds import FAMILIES, JOBS, KINDS
from masking_simulator.model.model import Model
from masking_simulator.model.objects import Key, Obj
from masking_simulator.model.parts import outer_part
from masking_simulator.switches import Switches

_SETTINGS = Key("application_settings", None, "global")
_DEFAULT_MEMORY = 1024
_BYTES_PER_ROW = 80
_MOST_ROWS = 5000


@dataclass(frozen=True)
class Component:
    """A table or file of a job.

    rows: how many it masks. size: bytes of a file, 0 for a table.
    masks: column or field, and its algorithm, of the first masked one.
    """

    name: str
    rows: int
    size: int = 0
    masks: tuple[str, str] | None = None


@dataclass(frozen=True)
class Plan:
    """What the execution of a job would do.

    memory: in MB. target, source: the connectors it uses, as the request or the job says.
    counts: whether it counts and masks rows; a profile job does not (inferred).
    asked: fields of the request that the execution shows.
    """

    job: int
    memory: int = 0
    components: tuple[Component, ...] = ()
    connectors: tuple[tuple[str, int], ...] = ()
    counts: bool = True
    asked: dict[str, Any] = field(default_factory=dict)


def find_job(model: Model, number: int) -> Obj | None:
    """The job with a number, or None.

    Jobs of all kinds share their numbers (inferred: an execution names its job by nothing else).
    """
    return next((job for kind in JOBS if (job := model.objects.by_id(kind, number)) is not None), None)


def plan(model: Model, job: Obj, target: Obj | None, source: Obj | None, asked: dict[str, Any]) -> Plan:
    """What a job would do with these connectors, or with its own; call it with the model's lock held."""
    ruleset = _ruleset(model, job)
    used = [target or _connector_of(model, ruleset), source or _source_of(model, job)]
    return Plan(
        job.id,
        int(job.body.get("maxMemory") or _DEFAULT_MEMORY),
        tuple(_components(model, ruleset, job.kind != "profile_job")),
        tuple((connector.kind, connector.id) for connector in used if connector is not None),
        job.kind != "profile_job",
        asked,
    )


def connector_kind(model: Model, job: Obj) -> str:
    """The kind of connector that a job works on."""
    return _ruleset(model, job).kind.replace("_ruleset", "_connector")


def problem(model: Model, connections: Connections, used: list[tuple[str, int]]) -> str | None:
    """Why a job cannot reach one of its connectors, or None.

    It may be called without the model's lock: it looks at one object at a time.
    """
    for kind, number in used:
        connector = model.objects.by_id(kind, number)
        if connector is None:
            return "the connector is gone"

        def find(other: str, name: Any) -> Obj | None:
            return model.objects.get(Key(other, None, name))

        found = connections.problem(connector.said, stored_secret(connector), find)
        if found:
            return f"{connector.name}: {found}"
    return None


def limits(model: Model, switches: Switches) -> tuple[float, float]:
    """How many jobs may run at once, and with how much memory in MB.

    Documented: the general settings NumSimulJobsAllowed (0: one less than the cores) and
    MaximumMemoryForJobs (0: three quarters of the memory, less 6 GB).
    """
    settings = model.objects.get(_SETTINGS)
    rows = settings.body["settings"] if settings else []
    values = {row["settingName"]: row["settingValue"] for row in rows}
    jobs, memory = _number(values.get("NumSimulJobsAllowed")), _number(values.get("MaximumMemoryForJobs"))
    if jobs == 0:
        jobs = max(1, switches.integer("engine_cores") - 1)
    if memory == 0:
        memory = max(0, switches.integer("engine_memory_mb") * 3 // 4 - 6 * 1024)
    return jobs, memory


def _number(value: str | None) -> float:
    return float(value) if value is not None and value.isdecimal() else float("inf")


def _ruleset(model: Model, job: Obj) -> Obj:
    kind = FAMILIES["ruleset"].kinds[job.body["rulesetType"]]
    return model.require(Key(kind, job.key.environment, job.body["rulesetId"]))


def _connector_of(model: Model, ruleset: Obj) -> Obj | None:
    (name, kind) = next(iter(KINDS[ruleset.kind].by_id.items()))
    return model.objects.get(Key(kind, ruleset.key.environment, ruleset.body[name]))


def _source_of(model: Model, job: Obj) -> Obj | None:
    return next((model.objects.get(need.key) for need in job.needs if need.way == "source"), None)


def _components(model: Model, ruleset: Obj, counts: bool) -> Iterator[Component]:
    found = outer_part(KINDS[ruleset.kind])
    assert found is not None
    for name, said in ruleset.body.get(found[0], {}).items():
        digest = hashlib.sha256(f"{ruleset.key.name}/{name}".encode()).digest()
        rows = 1 + int.from_bytes(digest[:4], "big") % _MOST_ROWS if counts else 0
        size = 0 if ruleset.kind == "database_ruleset" else rows * _BYTES_PER_ROW
        yield Component(name, rows, size, _first_masked(model, said))


def _first_masked(model: Model, said: dict[str, Any]) -> tuple[str, str] | None:
    for name, field_ in _fields(model, said):
        if field_.get("algorithmName"):
            return name, field_["algorithmName"]
    return None


def _fields(model: Model, said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The columns of a table, or the fields of the format of a file, with what is said about them."""
    yield from said.get("_columns", {}).items()
    for pointer, kind in (("fileFormatId", "file_format"), ("mainframeDatasetFormatId", "dataset_format")):
        if said.get(pointer) is None:
            continue
        form = model.objects.get(Key(kind, None, said[pointer]))
        for record_type in form.body.get("_recordTypes", {}).values() if form else ():
            yield from record_type.get("_fields", {}).items()
