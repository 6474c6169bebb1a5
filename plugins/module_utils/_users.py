# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and users from one engine to another. Private to this collection."""

from __future__ import annotations

import dataclasses
import random
import secrets
import string
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    MaskingError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run
from ansible_collections.maskops.delphix.plugins.module_utils._users_plan import (
    ROLE,
    USER,
    Action,
    Choice,
    Entry,
    Facts,
    Plan,
    Reader,
    Side,
    make_plan,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    comparable,
)
from ansible_collections.maskops.delphix.plugins.module_utils._writes import write_once

_PATHS = {ROLE: ("/roles", "roleId"), USER: ("/users", "userId")}
_PASSWORD_LENGTH = 40
# Those that the documented rule names; it also wants an upper-case letter and a digit.
_SPECIAL = "!@#$%^&*"


@dataclasses.dataclass(frozen=True)
class UsersRequest:
    """What to carry. ``initial_password`` is that of new users, None for one that nobody knows."""

    choice: Choice
    environment_map: t.Mapping[str, str]
    initial_password: str | None = dataclasses.field(default=None, repr=False)


def carry_users(source: Engine, target: Engine, request: UsersRequest, run: Run) -> Row:
    """Plan and, outside check mode, carry it out. Returns module result keys.

    Raises MaskingError; ``run.partial`` then says what was decided and what has moved.
    """
    if source.name == target.name:
        raise OptionError("source and target are the same engine", engine=target.name)
    reader = Reader(
        read_side(source),
        read_side(target),
        same_release=comparable(source.release, target.release),
        environment_map=request.environment_map,
    )
    plan = make_plan(reader, request.choice)
    result: Row = {
        "changed": bool(plan.needed),
        "plan": plan.to_result(),
        "source": {"name": source.name, "release": str(source.release)},
        "engine": {"name": target.name, "release": str(target.release)},
    }
    blocked = plan.of(Action.BLOCKED)
    if blocked:
        first = blocked[0]
        run.warn(f"engine {target.name}: {len(blocked)} user(s) are blocked, such as {first.name}: {first.reason}")
    if plan.needed and run.diff_mode:
        result["diff"] = plan.to_diff()
    if run.check_mode:
        return result
    carrier = _Carrier(target, plan, reader, request.initial_password)
    try:
        carrier.work()
    except MaskingError:
        run.partial = {**result, **carrier.outcome_after_failure(run)}
        raise
    outcome = carrier.outcome()
    if outcome["unverified"]:
        names = ", ".join(f"{one['type']} {one['name']}" for one in outcome["unverified"][:5])
        run.warn(f"engine {target.name}: it does not show as saved what was sent for {names}")
    return {**result, **outcome}


def read_side(engine: Engine) -> Side:
    """What an engine lists of roles, users and environments."""
    environments = {
        row["environmentId"]: str(row.get("environmentName"))
        for row in engine.list_all("/environments")
        if isinstance(row.get("environmentId"), int)
    }
    return Side(engine.name, engine.list_all("/roles"), engine.list_all("/users"), environments)


def random_password() -> str:
    """A password that meets the documented rules and that nobody gets to know."""
    letters = [secrets.choice(string.ascii_letters + string.digits) for _position in range(_PASSWORD_LENGTH)]
    letters += [secrets.choice(string.ascii_uppercase), secrets.choice(string.digits), secrets.choice(_SPECIAL)]
    random.SystemRandom().shuffle(letters)
    return "".join(letters)


class _Carrier:
    """Creates and updates what a plan needs, roles before the users who have them."""

    def __init__(self, target: Engine, plan: Plan, reader: Reader, password: str | None) -> None:
        self._engine = target
        self._plan = plan
        self._reader = reader
        self._password = password
        self._sent: list[Entry] = []
        self._roles: dict[str, t.Any] = {name: number for number, name in reader.target.role_names.items()}

    def work(self) -> None:
        """Send what is needed. Stops at the first failure."""
        for entry in self._plan.needed:
            self._sent.append(entry)
            if entry.type == ROLE:
                self._save(entry, self._role(entry))
            else:
                self._save_user(entry)

    def outcome(self) -> Row:
        """What the target shows of what was sent, as result keys."""
        created, updated, unverified = [], [], []
        now_there = self._look() if self._sent else self._reader.target
        for entry in self._sent:
            now = self._facts(entry, now_there)
            shown = {"type": entry.type, "name": entry.name}
            if now is not None and entry.before is None:
                created.append(shown)
            elif now != entry.before:
                updated.append(shown)
            if now != entry.after:
                unverified.append(shown)
        return {
            "changed": bool(created or updated),
            "applied": {"created": created, "updated": updated, "removed": []},
            "unverified": unverified,
        }

    def outcome_after_failure(self, run: Run) -> Row:
        """The same, if the target still can be asked; what failed is not unverified."""
        try:
            return {**self.outcome(), "unverified": []}
        except MaskingError as error:
            run.warn(f"after the failure the target could not be read, so what was changed is not known: {error}")
            return {"changed": len(self._sent) > 1}

    def _role(self, entry: Entry) -> Row:
        ours, theirs = self._reader.source.named(ROLE)[entry.name], self._known(entry)
        return self._reader.role_body(ours, theirs)

    def _save_user(self, entry: Entry) -> None:
        facts = t.cast("Facts", entry.after)
        theirs = self._known(entry) or {}
        settings = {field: value for field, value in facts.items() if field not in ("role", "environments")}
        numbers = {name: number for number, name in self._reader.target.environments.items()}
        limits = {
            **(theirs.get("nonAdminProperties") or {}),
            "roleId": self._role_number(facts["role"]),
            "environmentIds": sorted(numbers[name] for name in facts["environments"]),
        }
        body = {**theirs, **settings, "userName": entry.name, "isAdmin": False, "nonAdminProperties": limits}
        body.pop("password", None)
        if theirs:
            self._save(entry, body)
            return
        password = self._password or random_password()
        try:
            self._save(entry, {**body, **self._open(), "password": password})
        except MaskingError as error:
            # Engines are not known to repeat a password that they refuse.
            error.detail = error.detail.replace(password, "********") if error.detail else None
            raise

    def _open(self) -> Row:
        """That a new user is not locked, in the words of the target's release."""
        fields = {field for row in self._reader.target.users for field in row}
        return {field: value for field, value in (("isLocked", False), ("userStatus", "ACTIVE")) if field in fields}

    def _save(self, entry: Entry, body: Row) -> None:
        path, number = _PATHS[entry.type]
        theirs = self._known(entry)
        verb, doing = ("PUT", "changing") if theirs else ("POST", "creating")
        write_once(
            self._engine,
            verb,
            f"{path}/{theirs[number]}" if theirs else path,
            body,
            what=f"{doing} {entry.type} {entry.name}",
            subject=f"{entry.type} {entry.name}",
            done=lambda: self._facts(entry, self._look()) == entry.after,
        )

    def _known(self, entry: Entry) -> Row | None:
        """The row of the target that the plan was made with."""
        return self._reader.target.named(entry.type).get(entry.name)

    def _role_number(self, name: str) -> t.Any:
        """The role's number on the target; that of a new one is looked up."""
        if name not in self._roles:
            rows = self._engine.list_all("/roles")
            self._roles = {str(row.get("roleName")): row.get("roleId") for row in rows}
        if name not in self._roles:
            raise UnexpectedAnswerError(
                f"role {name} was created, but is not listed", engine=self._engine.name, subject=f"{ROLE} {name}"
            )
        return self._roles[name]

    def _look(self) -> Side:
        return read_side(self._engine)

    def _facts(self, entry: Entry, side: Side) -> Facts | None:
        """What the target says now of a role or user, None when it has none."""
        row = side.named(entry.type).get(entry.name)
        if row is None:
            return None
        return self._reader.role(row) if entry.type == ROLE else self._reader.user(row, side)
