# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and roles.

The fields are documented. Seen in clients: the role of number 1, the text for a user that exists,
and that an administrator must be made an ordinary user before the deletion. What is refused
otherwise, and with which status, is inferred from the documented statuses.
"""

from __future__ import annotations

from typing import Any

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.errors import refuse
from masking_simulator.model.names import name_problem
from masking_simulator.roles import KIND as ROLE
from masking_simulator.roles import Record
from masking_simulator.users import ACTIVE, password_problem

_PLAIN = ("userName", "firstName", "lastName", "email", "isAdmin")
_LAST_WITH_IS_LOCKED = 6


@handles("users_list")
def list_users(call: Call) -> Answer:
    return page(call, [_shown(call, user) for user in call.engine.users.all()])


@handles("users_get")
def get_user(call: Call) -> Answer:
    return Answer(_shown(call, _user(call)))


@handles("users_create")
def create_user(call: Call) -> Answer:
    users, password = call.engine.users, call.body.get("password")
    with users.lock:
        if users.named(call.body["userName"]) is not None:
            raise refuse(409, "user_exists")
        if password is None:
            raise refuse(400, "bad_body", reason="a new user needs a password")
        _check_password(password)
        user = users.save({"showWelcome": True, **_fields(call)}, password)
    return call.created(_shown(call, user))


@handles("users_update")
def update_user(call: Call) -> Answer:
    users, password = call.engine.users, call.body.get("password")
    with users.lock:
        user = _user(call)
        namesake = users.named(call.body["userName"])
        if namesake is not None and namesake["userId"] != user["userId"]:
            raise refuse(409, "user_exists")
        fields = _fields(call)
        if not (fields["isAdmin"] and fields["status"] == ACTIVE):
            _check_not_last(call, user)
        if password is not None:
            _check_password(password)
        user = users.save({**user, **fields}, password)
    return Answer(_shown(call, user))


@handles("users_delete")
def delete_user(call: Call) -> Answer:
    users = call.engine.users
    with users.lock:
        user = _user(call)
        _check_not_last(call, user)
        if user["isAdmin"] and call.engine.switches.text("delete_administrator") == "refused":
            raise refuse(400, "administrator_kept", name=user["userName"])
        users.delete(user["userId"])
    return Answer()


@handles("roles_list")
def list_roles(call: Call) -> Answer:
    return page(call, [_shown_role(role) for role in call.engine.roles.all()])


@handles("roles_get")
def get_role(call: Call) -> Answer:
    return Answer(_shown_role(_role(call)))


@handles("roles_create")
def create_role(call: Call) -> Answer:
    roles = call.engine.roles
    with roles.lock:
        name = call.body["roleName"]
        _check_role_name(call, name)
        role = roles.add(name, call.body)
    return call.created(_shown_role(role))


@handles("roles_update")
def update_role(call: Call) -> Answer:
    roles = call.engine.roles
    with roles.lock:
        role, name = _role(call), call.body["roleName"]
        if name != role["roleName"]:
            _check_role_name(call, name)
        role = roles.replace(role["roleId"], name, call.body)
    return Answer(_shown_role(role))


@handles("roles_delete")
def delete_role(call: Call) -> Answer:
    users, roles = call.engine.users, call.engine.roles
    with users.lock, roles.lock:
        role = _role(call)
        if role["_builtIn"]:
            raise refuse(400, "built_in", kind="role", name=role["roleName"])
        for user in users.all():
            if user["roleId"] == role["roleId"]:
                raise refuse(
                    400, "in_use", kind="role", name=role["roleName"], user_kind="user", user_name=user["userName"]
                )
        roles.delete(role["roleId"])
    return Answer()


def _user(call: Call) -> Record:
    user = call.engine.users.get(call.path["userId"])
    if user is None:
        raise refuse(404, "not_found", kind="user", identifier=call.path["userId"])
    return user


def _shown(call: Call, user: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {"userId": user["userId"], **{field: user[field] for field in _PLAIN}}
    shown["showWelcome"] = user["showWelcome"]
    locked = call.engine.auth.is_locked(user)
    if _has_is_locked(call):
        shown["isLocked"] = locked
    else:
        shown["userStatus"] = "LOCKED" if locked and user["status"] == ACTIVE else user["status"]
        if user.get("reason"):
            shown["disableReason"] = user["reason"]
    shown["apiAccess"] = True
    if not user["isAdmin"]:
        objects = call.engine.model.objects
        there = [number for number in user["environmentIds"] if objects.by_id("environment", number)]
        shown["nonAdminProperties"] = {"roleId": user["roleId"], "environmentIds": there}
    return shown


def _fields(call: Call) -> Record:
    """What a request says about a user, without the password."""
    body = call.body
    fields: Record = {field: body[field] for field in _PLAIN}
    if "showWelcome" in body:
        fields["showWelcome"] = body["showWelcome"]
    status = "isLocked" if _has_is_locked(call) else "userStatus"
    if status not in body:
        raise refuse(400, "bad_body", reason=f"{status} is required")
    fields["status"] = ("LOCKED" if body[status] else ACTIVE) if status == "isLocked" else body[status]
    if "disableReason" in body:
        fields["reason"] = body["disableReason"]
    if fields["isAdmin"]:
        return {**fields, "roleId": None, "environmentIds": []}
    return {**fields, **_limits(call)}


def _limits(call: Call) -> Record:
    """Role and environments of a user who is no administrator."""
    properties = call.body.get("nonAdminProperties")
    if properties is None:
        raise refuse(400, "bad_body", reason="nonAdminProperties are required for who is no administrator")
    role = properties["roleId"]
    if call.engine.roles.get(role) is None:
        raise refuse(404, "unknown_reference", field="roleId", kind="role", value=role)
    environments = properties.get("environmentIds") or []
    for number in environments:
        if call.engine.model.objects.by_id("environment", number) is None:
            raise refuse(404, "unknown_reference", field="environmentIds", kind="environment", value=number)
    return {"roleId": role, "environmentIds": list(dict.fromkeys(environments))}


def _check_password(password: str) -> None:
    problem = password_problem(password)
    if problem:
        raise refuse(400, "bad_password", reason=problem)


def _check_not_last(call: Call, user: Record) -> None:
    others = [other for other in call.engine.users.all() if other["userId"] != user["userId"]]
    if user["isAdmin"] and not any(other["isAdmin"] and other["status"] == ACTIVE for other in others):
        raise refuse(400, "last_administrator", name=user["userName"])


def _has_is_locked(call: Call) -> bool:
    """Up to 6.0.6 a user is locked or not, later it has a status (seen in clients)."""
    return call.engine.release.api <= _LAST_WITH_IS_LOCKED


def _role(call: Call) -> Record:
    role = call.engine.roles.get(call.path["roleId"])
    if role is None:
        raise refuse(404, "not_found", kind="role", identifier=call.path["roleId"])
    return role


def _check_role_name(call: Call, name: str) -> None:
    problem = name_problem(ROLE, name)
    if problem:
        raise refuse(400, "bad_name", name=name, reason=problem)
    if call.engine.roles.named(name) is not None:
        raise refuse(409, "already_exists", kind="role", name=name)


def _shown_role(role: Record) -> dict[str, Any]:
    return {name: value for name, value in role.items() if not name.startswith("_")}
