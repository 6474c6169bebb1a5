# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications and environments of an engine, by name. Private to this collection.

An application is a label over environments (documented: its name is unique, and nothing but
creating and deleting is offered). An environment holds connectors, rulesets and jobs; its
name is unique on the engine (documented).
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    NotFoundError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._writes import write_once


class Environment(t.NamedTuple):
    """An environment. ``application`` is the name of its application, None when it has none."""

    id: int
    name: str
    application: str | None
    purpose: str
    workflow: bool

    def to_result(self) -> Row:
        """As result keys."""
        return self._asdict()


class Environments:
    """Applications and environments of one engine.

    Each list is read once, when it is first needed. What is written here is in the lists
    afterwards. Writes are sent once: when an answer is lost or refused, the lists are read
    again and decide. They raise ApiError, AnswerLostError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows: dict[int, Row] = {}

    @functools.cached_property
    def applications(self) -> t.Mapping[str, int | None]:
        """Numbers of the applications by name; engines before 6.0 have no numbers for them (documented)."""
        return dict(map(_application, self._listed("/applications")))

    @functools.cached_property
    def all(self) -> t.Mapping[str, Environment]:
        """Environments by name."""
        found = [self._read(row) for row in self._listed("/environments")]
        return {environment.name: environment for environment in found}

    def get(self, name: str, hint: str | None = None) -> Environment:
        """An environment by name. Raises NotFoundError."""
        if name not in self.all:
            raise NotFoundError(
                f"it has no environment named {name}", engine=self._engine.name, subject=name, hint=hint
            )
        return self.all[name]

    def create_application(self, name: str) -> None:
        """Create an application; one of that name that is there meanwhile is as good."""
        row = write_once(
            self._engine,
            "POST",
            "/applications",
            {"applicationName": name},
            what=f"creating application {name}",
            subject=name,
            done=lambda: name in self._again("applications"),
        )
        if row is not None:
            self._put("applications", *_application({"applicationName": name, **row}))
        elif name not in self.applications:
            self._again("applications")

    def create(self, name: str, application: str, purpose: str, workflow: bool) -> Environment:
        """Create an environment; one that is there meanwhile is as good when application and purpose are equal.

        Raises NotFoundError when there is no such application.
        """
        body = {
            "environmentName": name,
            **self._application_field(application),
            "purpose": purpose,
            "isWorkflowEnabled": workflow,
        }

        def done() -> bool:
            there = self._again("all").get(name)
            return there is not None and (there.application, there.purpose) == (application, purpose)

        row = write_once(
            self._engine,
            "POST",
            "/environments",
            body,
            what=f"creating environment {name}",
            subject=name,
            done=done,
        )
        if row is None or not isinstance(row.get("environmentId"), int):
            return self._after_write(name, f"environment {name} was created")
        environment = self._read({**body, **row})
        self._put("all", environment.name, environment)
        return environment

    def update(
        self,
        environment: Environment,
        *,
        name: str | None = None,
        workflow: bool | None = None,
        application: str | None = None,
    ) -> Environment:
        """Change what is given and leave the rest. Returns what the engine shows of it then.

        Documented are changes of an environment as a whole. Which fields an engine lets change
        is not: a refusal names the reason, and a field that it ignores stays as it was.
        Raises NotFoundError when there is no such application.
        """
        wanted = environment._replace(
            name=environment.name if name is None else name,
            workflow=environment.workflow if workflow is None else workflow,
            application=environment.application if application is None else application,
        )
        if wanted == environment:
            return environment
        moved = {} if application in (None, environment.application) else self._application_field(str(application))
        body = {
            **self._rows.get(environment.id, {}),
            "environmentName": wanted.name,
            "isWorkflowEnabled": wanted.workflow,
            **moved,
        }
        row = write_once(
            self._engine,
            "PUT",
            f"/environments/{environment.id}",
            body,
            what=f"changing environment {environment.name}",
            subject=environment.name,
            done=lambda: wanted in self._again("all").values(),
        )
        if row is None:
            if wanted not in self.all.values():
                self._again("all")
            return self._after_write(wanted.name, f"environment {environment.name} was changed")
        shown = self._read({**body, **row, "environmentId": environment.id})
        self._drop("all", environment.name)
        self._put("all", shown.name, shown)
        return shown

    def delete(self, environment: Environment) -> None:
        """Delete an environment with everything in it (documented); one that is gone meanwhile is as good."""
        write_once(
            self._engine,
            "DELETE",
            f"/environments/{environment.id}",
            None,
            what=f"deleting environment {environment.name}",
            subject=environment.name,
            done=lambda: all(other.id != environment.id for other in self._again("all").values()),
        )
        self._rows.pop(environment.id, None)
        self._drop("all", environment.name)

    def deletable_application(self, name: str) -> int:
        """Number of an application that can be deleted.

        Raises NotFoundError, and OptionError on engines before 6.0, which cannot delete any (documented).
        """
        number = self._application_number(name)
        if number is None:
            raise OptionError(
                f"application {name} cannot be deleted",
                engine=self._engine.name,
                subject=name,
                hint="Engines before release 6.0 do not offer it.",
            )
        return number

    def delete_application(self, name: str) -> None:
        """Delete an application; one that is gone meanwhile is as good. Raises like ``deletable_application``."""
        number = self.deletable_application(name)
        write_once(
            self._engine,
            "DELETE",
            f"/applications/{number}",
            None,
            what=f"deleting application {name}",
            subject=name,
            done=lambda: name not in self._again("applications"),
        )
        self._drop("applications", name)

    def _listed(self, path: str) -> list[Row]:
        """A list; empty when this engine has none of that path."""
        return self._engine.list_if_there(path) or []

    def _read(self, row: Row) -> Environment:
        number, name = row.get("environmentId"), row.get("environmentName")
        if not isinstance(number, int) or not isinstance(name, str):
            raise UnexpectedAnswerError("an environment has no number or no name", engine=self._engine.name)
        self._rows[number] = row
        return Environment(
            number,
            name,
            self._application_name(row),
            str(row.get("purpose") or "MASK"),
            bool(row.get("isWorkflowEnabled")),
        )

    def _application_name(self, row: Row) -> str | None:
        if isinstance(row.get("application"), str):
            return str(row["application"])
        number = row.get("applicationId")
        if number is None:
            return None
        # Engines take and clients send it as text, too (seen in clients).
        return next((name for name, known in self.applications.items() if str(known) == str(number)), None)

    def _application_number(self, name: str) -> int | None:
        if name not in self.applications:
            raise NotFoundError(
                f"it has no application named {name}",
                engine=self._engine.name,
                subject=name,
                hint="Create it first.",
            )
        return self.applications[name]

    def _application_field(self, name: str) -> Row:
        """How a request names an application: by number, and by name before 6.0."""
        number = self._application_number(name)
        return {"application": name} if number is None else {"applicationId": number}

    def _after_write(self, name: str, what: str) -> Environment:
        """An environment that was written a moment ago, from the list; it may have been read anew already."""
        there: Environment | None = self.all.get(name) or self._again("all").get(name)
        if there is None:
            raise UnexpectedAnswerError(f"{what}, but {name} is not listed", engine=self._engine.name, subject=name)
        return there

    def _again(self, what: t.Literal["applications", "all"]) -> t.Mapping[str, t.Any]:
        """A list read anew."""
        vars(self).pop(what, None)
        return t.cast("t.Mapping[str, t.Any]", getattr(self, what))

    def _put(self, what: t.Literal["applications", "all"], name: str, value: t.Any) -> None:
        """Show what was written in a list, if it was read."""
        vars(self).get(what, {})[name] = value

    def _drop(self, what: t.Literal["applications", "all"], name: str) -> None:
        """Take out of a list what was deleted, if it was read."""
        vars(self).get(what, {}).pop(name, None)


def _application(row: Row) -> tuple[str, int | None]:
    number = row.get("applicationId")
    return str(row.get("applicationName")), number if isinstance(number, int) else None
