# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications and environments as they are wanted: create, change, remove. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._environments import (
    Environment,
    Environments,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    ApiError,
    InUseError,
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._places import number_of
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    OBJECT_TYPES,
    ObjectType,
    Scope,
)

_NAMED = 5
# What connectors are called in the source of an on-the-fly job (documented), by their list.
_CONNECTOR_TYPES = {
    "/database-connectors": "DATABASE",
    "/file-connectors": "FILE",
    "/mainframe-dataset-connectors": "VSAM",
}
_KINDS = [kind for kind in OBJECT_TYPES.values() if kind.scope is Scope.ENVIRONMENT and kind.list_path]
_FIELDS = ("name", "application", "purpose", "workflow")


@dataclasses.dataclass(frozen=True)
class WantedEnvironment:
    """How an environment is to be. None leaves a field as it is, and is the default of a new one."""

    name: str
    new_name: str | None = None
    application: str | None = None
    purpose: str | None = None
    workflow: bool | None = None
    create_application: bool = False


def ensure_application(engine: Engine, name: str, run: Run) -> Row:
    """Create an application unless it is there. Returns module result keys."""
    environments = Environments(engine)
    there = name in environments.applications
    result: Row = {"changed": not there, "application": {"name": name, "id": environments.applications.get(name)}}
    if run.diff_mode:
        result["diff"] = _diff(engine, {"name": name} if there else None, {"name": name})
    if not there and not run.check_mode:
        environments.create_application(name)
        result["application"]["id"] = environments.applications.get(name)
    return result


def remove_application(engine: Engine, name: str, run: Run) -> Row:
    """Delete an application unless it is gone. Raises InUseError while an environment belongs to it."""
    environments = Environments(engine)
    there = name in environments.applications
    result: Row = {"changed": there, "application": None}
    if run.diff_mode:
        result["diff"] = _diff(engine, {"name": name} if there else None, None)
    if not there:
        return result
    environments.deletable_application(name)
    inside = sorted(one.name for one in environments.all.values() if one.application == name)
    if inside:
        raise InUseError(
            f"application {name} has {_counted(len(inside), 'environment')}: {_shortened(inside)}",
            engine=engine.name,
            subject=name,
            hint="Remove them or give them another application first.",
        )
    if not run.check_mode:
        environments.delete_application(name)
    return result


def ensure_environment(engine: Engine, wanted: WantedEnvironment, run: Run) -> Row:
    """Create or change an environment. Returns module result keys.

    Raises NotFoundError, AmbiguousError and OptionError for what cannot be, and ApiError when
    the engine refuses or ignores a change.
    """
    environments = Environments(engine)
    present = _present(engine, environments, wanted)
    goal = _goal(engine, present, wanted)
    before = _fields(present) if present else None
    new_application = _needs_application(engine, environments, before, goal, wanted)
    result: Row = {
        "changed": goal != before,
        "environment": {"id": present.id if present else None, **goal},
        "application_created": new_application,
    }
    if run.diff_mode:
        result["diff"] = _diff(engine, before, {**goal, **({"new application": True} if new_application else {})})
    if run.check_mode or not result["changed"]:
        return result
    if new_application:
        environments.create_application(goal["application"])
        run.partial = {"changed": True, "application_created": True}
    now = present or environments.create(goal["name"], goal["application"], goal["purpose"], goal["workflow"])
    run.partial = {"changed": new_application or not present, "application_created": new_application}
    now = environments.update(
        now, name=goal["name"], workflow=goal["workflow"], application=goal["application"] or None
    )
    _check_done(engine, now, goal)
    result["environment"] = now.to_result()
    return result


def remove_environment(engine: Engine, name: str, run: Run, *, force: bool) -> Row:
    """Delete an environment unless it is gone. Returns module result keys.

    Raises InUseError when it holds anything and ``force`` is off.
    """
    environments = Environments(engine)
    present = environments.all.get(name)
    result: Row = {"changed": present is not None, "environment": None}
    if present is None:
        if run.diff_mode:
            result["diff"] = _diff(engine, None, None)
        return result
    contents = _contents(engine, present)
    readers = contents.pop("readers")
    result["contents"] = contents
    if run.diff_mode:
        result["diff"] = _diff(engine, {**_fields(present), **contents}, None)
    held = [_counted(number, kind[:-1]) for kind, number in contents.items() if number]
    if readers:
        text = f"on-the-fly jobs of other environments read from it: {_shortened(readers)}"
        held.append(text)
        if force:
            run.warn(f"engine {engine.name}: environment {name} is removed although {text}")
    if held and not force:
        run.partial = {"contents": contents}
        raise InUseError(
            f"environment {name} is not empty: {', '.join(held)}",
            engine=engine.name,
            subject=name,
            hint="Set 'force' to remove it with everything in it.",
        )
    if not run.check_mode:
        environments.delete(present)
    return result


def _present(engine: Engine, environments: Environments, wanted: WantedEnvironment) -> Environment | None:
    """The environment that is meant, under its old or its new name."""
    old = environments.all.get(wanted.name)
    if wanted.new_name in (None, wanted.name):
        return old
    new = environments.all.get(str(wanted.new_name))
    if old and new:
        raise AmbiguousError(
            f"it has both an environment {wanted.name} and one {wanted.new_name}",
            engine=engine.name,
            subject=wanted.new_name,
            hint="A name is unique on an engine: remove or rename one of them.",
        )
    if not old and not new:
        raise NotFoundError(
            f"it has no environment {wanted.name} to rename, and none named {wanted.new_name}",
            engine=engine.name,
            subject=wanted.name,
            hint="Leave out 'new_name' to create one.",
        )
    return old or new


def _goal(engine: Engine, present: Environment | None, wanted: WantedEnvironment) -> Row:
    """The environment as it shall be."""
    if present is None:
        if not wanted.application:
            raise OptionError(
                f"'application' is missing: environment {wanted.name} has to be created",
                engine=engine.name,
                subject=wanted.name,
            )
        return {
            "name": wanted.name,
            "application": wanted.application,
            "purpose": wanted.purpose or "MASK",
            "workflow": bool(wanted.workflow),
        }
    if wanted.purpose not in (None, present.purpose):
        raise OptionError(
            f"environment {present.name} has the purpose {present.purpose}, which is never changed to {wanted.purpose}",
            engine=engine.name,
            subject=present.name,
            hint="Jobs of one purpose cannot be in an environment of another. Make a new environment.",
        )
    return {
        "name": wanted.new_name or present.name,
        "application": wanted.application or present.application,
        "purpose": present.purpose,
        "workflow": present.workflow if wanted.workflow is None else wanted.workflow,
    }


def _needs_application(
    engine: Engine, environments: Environments, before: Row | None, goal: Row, wanted: WantedEnvironment
) -> bool:
    """Whether the application has to be created first."""
    name = goal["application"]
    if (before and before["application"] == name) or name in environments.applications:
        return False
    if not wanted.create_application:
        raise NotFoundError(
            f"it has no application named {name}",
            engine=engine.name,
            subject=name,
            hint="Set 'create_application' to create it, too.",
        )
    return True


def _check_done(engine: Engine, now: Environment, goal: Row) -> None:
    left = [field for field, value in _fields(now).items() if value != goal[field]]
    if left:
        raise ApiError(
            f"the engine left the {' and the '.join(left)} of environment {now.name} as it was",
            engine=engine.name,
            subject=now.name,
        )


def _contents(engine: Engine, environment: Environment) -> Row:
    """Numbers of what an environment holds, and on-the-fly jobs elsewhere that read from it."""
    numbers: Row = {"connectors": 0, "rulesets": 0, "jobs": 0}
    connectors: set[tuple[str | None, t.Any]] = set()
    own_jobs: set[tuple[str, t.Any]] = set()
    for kind in _KINDS:
        path = str(kind.list_path)
        rows = _listed(engine, path, environment.id)
        numbers[_plural(kind)] += len(rows)
        ids = {number_of(row, kind.id_field) for row in rows}
        connectors |= {(_CONNECTOR_TYPES[path], number) for number in ids if path in _CONNECTOR_TYPES}
        own_jobs |= {(path, number) for number in ids}
    numbers["readers"] = _readers(engine, connectors, own_jobs) if connectors else []
    return numbers


def _readers(engine: Engine, connectors: set[tuple[str | None, t.Any]], own_jobs: set[tuple[str, t.Any]]) -> list[str]:
    """Names of the jobs in other environments that have one of these connectors as their source."""
    found = []
    for kind in _KINDS:
        if _plural(kind) != "jobs":
            continue
        path = str(kind.list_path)
        for row in _listed(engine, path, None):
            source = row.get("onTheFlyMaskingSource") or {}
            reads = (source.get("connectorType"), source.get("connectorId")) in connectors
            if reads and (path, number_of(row, kind.id_field)) not in own_jobs:
                found.append(str(row.get(kind.name_field or "")))
    return sorted(found)


def _plural(kind: ObjectType) -> str:
    """connectors, rulesets or jobs."""
    return f"{kind.name.rpartition('_')[2].lower()}s"


def _listed(engine: Engine, path: str, environment_id: int | None) -> list[Row]:
    """A list, of one environment or of all; empty when this engine has none of that path."""
    return engine.list_if_there(path, {"environment_id": environment_id} if environment_id is not None else None) or []


def _fields(environment: Environment) -> Row:
    shown = environment.to_result()
    return {field: shown[field] for field in _FIELDS}


def _diff(engine: Engine, before: Row | None, after: Row | None) -> Row:
    """As Ansible's diff: one line for each field."""
    return {
        "before_header": engine.name,
        "after_header": engine.name,
        "before": _lines(before),
        "after": _lines(after),
    }


def _lines(fields: Row | None) -> str:
    return "".join(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}\n"
        for name, value in (fields or {}).items()
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _shortened(names: t.Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
