# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles and users of one engine to carry to another. Pure. Private to this collection.

Roles and users are no syncable objects: they have no hash and are compared by what they say.
A role is known by its name and allows actions on kinds of objects. A user is known by the user
name, is an administrator or has one role, and may enter some environments (all documented).
"""

from __future__ import annotations

import dataclasses
import enum
import re
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import NotFoundError
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    is_pattern,
    like,
)

ROLE: t.Final = "role"
USER: t.Final = "user"
# There on every engine, allows everything, and is not to be changed (seen in clients).
BUILT_IN_ROLES: t.Final = frozenset({"All Privileges"})
# Documented, so that an engine that shows no value for one still has it.
_USER_SETTINGS = frozenset({"firstName", "lastName", "email"})
# Whether a user still wants to be welcomed is no setting of the engine's.
_NOT_CARRIED = frozenset({"userName", "roleName", "isAdmin", "showWelcome"})
# Numbers, times, secrets and whether somebody is locked out are of one engine only.
_OWN = re.compile(
    r"(Id|Ids|ID|Time|Date|At|Status|Reason)$|^(id|date|time|status|reason|last(Login|Log|Seen).*)$"
    r"|(?i:password|secret|token|key|locked|login|attempt|failure|created|modified|updated|expir)"
)
Facts = dict[str, t.Any]


class Action(enum.Enum):
    """What becomes of a role or user; the values are result keys."""

    CREATE = "to_create"
    UPDATE = "to_update"
    IN_SYNC = "in_sync"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    EXTRA = "extra"


@dataclasses.dataclass(frozen=True)
class Side:
    """What one engine lists: rows of /roles and /users, and names of environments by number."""

    engine: str
    roles: t.Sequence[Row]
    users: t.Sequence[Row]
    environments: t.Mapping[int, str]

    @property
    def role_names(self) -> dict[t.Any, str]:
        """Names of the roles by number."""
        return {row.get("roleId"): str(row.get("roleName")) for row in self.roles}

    def named(self, kind: str) -> dict[str, Row]:
        """Roles or users by name."""
        if kind == ROLE:
            return {str(row.get("roleName")): row for row in self.roles}
        return {str(row.get("userName")): row for row in self.users}


@dataclasses.dataclass(frozen=True)
class Choice:
    """Names and patterns of users and roles that are meant. None: not said.

    With neither said all are meant. With users alone the roles that they have are meant, too.
    """

    users: t.Sequence[str] | None = None
    roles: t.Sequence[str] | None = None
    exclude: t.Sequence[str] = ()

    def means_user(self, name: str) -> bool:
        """Whether a user of this name is meant."""
        wanted = self.users if self.users is not None else () if self.roles is not None else ("*",)
        return like(name, wanted) and not like(name, self.exclude)

    def means_role(self, name: str, of_users: t.Collection[str] = ()) -> bool:
        """Whether a role of this name is meant; ``of_users`` are the roles of users who are."""
        said = self.users is None or name in of_users
        meant = like(name, self.roles) if self.roles is not None else said
        return meant and not like(name, self.exclude)

    def check(self, source: Side) -> None:
        """Raise NotFoundError for a name, not a pattern, that nothing on the source bears."""
        for kind, wanted in ((USER, self.users), (ROLE, self.roles)):
            there = source.named(kind)
            missing = [name for name in wanted or () if not is_pattern(name) and name not in there]
            if missing:
                raise NotFoundError(
                    f"it has no {kind} {', '.join(missing)}",
                    engine=source.engine,
                    subject=missing[0],
                    hint=f"Check '{kind}s'.",
                )


@dataclasses.dataclass(frozen=True)
class Entry:
    """A role or user with what becomes of it. ``before`` and ``after`` are what the target says of it.

    Facts of a role are its allowed actions by kind of object, those of a user are settings,
    ``role`` and ``environments``, both by names of the target.
    """

    type: str
    name: str
    action: Action
    reason: str | None = None
    before: Facts | None = None
    after: Facts | None = None

    def to_result(self) -> Row:
        """As an entry of the plan."""
        result: Row = {"type": self.type, "name": self.name}
        if self.reason:
            result["reason"] = self.reason
        if self.action is Action.UPDATE and self.before is not None and self.after is not None:
            fields = sorted({*self.before, *self.after})
            result["differs"] = [name for name in fields if self.before.get(name) != self.after.get(name)]
        return result


@dataclasses.dataclass(frozen=True)
class Plan:
    """What becomes of every role and user that is meant, roles first."""

    source: str
    target: str
    entries: tuple[Entry, ...]

    def of(self, *actions: Action) -> list[Entry]:
        """Entries with one of these actions."""
        return [entry for entry in self.entries if entry.action in actions]

    @property
    def needed(self) -> list[Entry]:
        """Entries to create or update."""
        return self.of(Action.CREATE, Action.UPDATE)

    def to_result(self) -> Row:
        """As the result key ``plan``; what is in sync is only counted."""
        listed = [action for action in Action if action is not Action.IN_SYNC]
        return {
            **{action.value: [entry.to_result() for entry in self.of(action)] for action in listed},
            "summary": {action.value: len(self.of(action)) for action in Action},
        }

    def to_diff(self) -> Row:
        """As Ansible's diff: a line for each role or user that would move."""
        return {
            "before_header": self.target,
            "after_header": f"{self.target} as {self.source}",
            "before": "".join(_line(entry, entry.before) for entry in self.needed if entry.before is not None),
            "after": "".join(_line(entry, entry.after) for entry in self.needed),
        }


class Reader:
    """What rows of two engines say, in terms that both know.

    Between engines of one release everything is compared. Otherwise only what the target's
    rows show too, as the other release may not know the rest. ``environment_map`` gives
    environments of the source their names on the target.
    """

    def __init__(
        self, source: Side, target: Side, *, same_release: bool, environment_map: t.Mapping[str, str] | None = None
    ) -> None:
        self.source = source
        self.target = target
        self._names = environment_map or {}
        theirs = {key for row in target.roles for key in row}
        ours = {key for row in source.roles for key in row}
        self._role_fields = ours if same_release else ours & theirs
        theirs = {key for row in target.users for key in row} | _USER_SETTINGS
        ours = {key for row in source.users for key in row}
        self._user_fields = ours if same_release else ours & theirs

    def role(self, row: Row) -> Facts:
        """Facts of a role of either engine."""
        facts: Facts = {}
        for field in self._role_fields:
            value = row.get(field)
            if isinstance(value, dict):
                allowed = sorted(action for action, yes in value.items() if yes is True)
                if allowed:
                    facts[field] = allowed
            elif _is_setting(field, value):
                facts[field] = value
        return facts

    def user(self, row: Row, side: Side) -> Facts:
        """Facts of a user who is no administrator; environments by their names on the target."""
        limits = _limits(row)
        names = [
            side.environments[number] for number in limits.get("environmentIds") or () if number in side.environments
        ]
        if side is self.source:
            names = [self._names.get(name, name) for name in names]
        return {
            **self.user_settings(row),
            "role": side.role_names.get(limits.get("roleId")),
            "environments": sorted(set(names)),
        }

    def role_body(self, row: Row, theirs: Row | None) -> Row:
        """A role of the source as it is sent to the target, which may have one of the name."""
        kept = {field: value for field, value in (theirs or {}).items() if field != "roleId"}
        body: Row = {**kept, "roleName": row["roleName"]}
        for field in sorted(self._role_fields):
            value = row.get(field)
            if isinstance(value, dict) or _is_setting(field, value):
                body[field] = value
            elif isinstance(kept.get(field), dict):
                body[field] = dict.fromkeys(kept[field], False)
        return body

    def user_settings(self, row: Row) -> Row:
        """What of a user is a plain setting."""
        return {field: row[field] for field in sorted(self._user_fields) if _is_setting(field, row.get(field))}


def make_plan(reader: Reader, choice: Choice) -> Plan:
    """Decide. Raises NotFoundError for a name that the source does not have."""
    source, target = reader.source, reader.target
    choice.check(source)
    users = {name: row for name, row in source.named(USER).items() if choice.means_user(name)}
    held = [_limits(row).get("roleId") for row in users.values() if not _is_admin(row)]
    of_users = {source.role_names[number] for number in held if number in source.role_names}
    roles = {name: row for name, row in source.named(ROLE).items() if choice.means_role(name, of_users)}
    entries = [_decide_role(reader, name, row) for name, row in sorted(roles.items())]
    there = {*target.named(ROLE), *(entry.name for entry in entries if entry.action is Action.CREATE)}
    entries += [_decide_user(reader, name, row, there) for name, row in sorted(users.items())]
    entries += _extra(reader, choice)
    return Plan(source.engine, target.engine, tuple(entries))


def _decide_role(reader: Reader, name: str, row: Row) -> Entry:
    theirs = reader.target.named(ROLE).get(name)
    after = reader.role(row)
    if theirs is None:
        return Entry(ROLE, name, Action.CREATE, after=after)
    before = reader.role(theirs)
    if before == after:
        return Entry(ROLE, name, Action.IN_SYNC, before=before, after=after)
    if name in BUILT_IN_ROLES:
        return Entry(ROLE, name, Action.SKIPPED, "it is built in", before, after)
    return Entry(ROLE, name, Action.UPDATE, None, before, after)


def _decide_user(reader: Reader, name: str, row: Row, roles: t.Collection[str]) -> Entry:
    theirs = reader.target.named(USER).get(name)
    if _is_admin(row):
        return Entry(USER, name, Action.SKIPPED, "administrators are not carried")
    if theirs is not None and _is_admin(theirs):
        return Entry(USER, name, Action.SKIPPED, "it is an administrator on the target")
    after = reader.user(row, reader.source)
    # Settings that the source does not show are left as they are on the target.
    before = reader.user(theirs, reader.target) if theirs is not None else None
    if before is not None:
        after = {**{field: value for field, value in before.items() if field not in after}, **after}
    if before == after:
        return Entry(USER, name, Action.IN_SYNC, None, before, after)
    if theirs is None and (why := _closed(row)):
        return Entry(USER, name, Action.SKIPPED, f"it is {why} on the source, and a new user would not be")
    obstacle = _obstacle(reader, after, roles, theirs)
    if obstacle:
        return Entry(USER, name, Action.BLOCKED, obstacle, before, after)
    return Entry(USER, name, Action.UPDATE if theirs is not None else Action.CREATE, None, before, after)


def _obstacle(reader: Reader, after: Facts, roles: t.Collection[str], theirs: Row | None) -> str | None:
    """Why a user cannot be as on the source."""
    if after["role"] is None:
        return "the source does not list its role"
    if after["role"] not in roles:
        return f"the target has no role {after['role']}"
    there = set(reader.target.environments.values())
    missing = [name for name in after["environments"] if name not in there]
    if missing:
        return f"the target has no environment {', '.join(missing)}"
    if theirs is not None and _closed(theirs) == "locked":
        return "it is locked on the target, and saving it could unlock it or keep it locked for good"
    return None


def _extra(reader: Reader, choice: Choice) -> list[Entry]:
    """What only the target has. With users alone said, nobody knows which roles would be meant."""
    entries = []
    for kind, means in ((ROLE, choice.means_role), (USER, choice.means_user)):
        ours = reader.source.named(kind)
        for name, row in sorted(reader.target.named(kind).items()):
            if name not in ours and means(name) and not (kind == USER and _is_admin(row)):
                entries.append(Entry(kind, name, Action.EXTRA))
    return entries


def _is_admin(row: Row) -> bool:
    return row.get("isAdmin") is True


def _closed(row: Row) -> str | None:
    """How a user is kept out, if so. Up to 6.0.6 there is ``isLocked``, later ``userStatus`` (seen in clients)."""
    status = row.get("userStatus")
    if status is not None:
        return None if status == "ACTIVE" else str(status).lower()
    return "locked" if row.get("isLocked") else None


def _limits(row: Row) -> Row:
    limits = row.get("nonAdminProperties")
    return limits if isinstance(limits, dict) else {}


def _is_setting(field: str, value: t.Any) -> bool:
    return isinstance(value, (str, bool, int, float)) and field not in _NOT_CARRIED and not _OWN.search(field)


def _line(entry: Entry, facts: Facts | None) -> str:
    said = ", ".join(f"{name}={_shown(value)}" for name, value in sorted((facts or {}).items()))
    return f"{entry.type} {entry.name}: {said}\n"


def _shown(value: t.Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
