#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_users
short_description: Carry roles and users from a source engine to a Delphix masking engine
version_added: 0.1.0
description:
  - Creates or updates roles and users of this engine, the target, so that they are as on a source engine. They are no
    syncable objects, so no export or import moves them.
  - A role is found by its name and allows the same actions afterwards. A user is found by the user name and has the
    same names, e-mail address, further settings, role and environments afterwards.
  - Administrators are never carried, and none of the target is changed. They are reported as skipped.
  - B(Passwords are never carried), as no engine gives them away. A new user gets O(initial_password), or a long random
    password that is not kept anywhere, so that somebody has to set another one before that user can log in.
  - Whether a user is locked or disabled is not carried either. Users who are on the source are not created, and users
    who are locked on the target are not changed, as that could unlock them or keep them locked for good.
  - Settings that the source does not show stay as they are. Between engines of different releases so do all that
    only one of them has.
  - Roles and users that only the target has are reported and left alone.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._source
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
options:
  users:
    description:
      - User names of the users to carry. V(*) and V(?) make a pattern.
      - With neither this nor O(roles) all roles and users are meant. With O(roles) alone no user is.
      - A name that no user of the source bears is an error, a pattern without any is not.
    type: list
    elements: str
  roles:
    description:
      - Names of the roles to carry, as in O(users).
      - With O(users) alone the roles that those users have are meant.
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns of users and roles to leave out.
    type: list
    elements: str
  environment_map:
    description:
      - Names of environments on this engine by their names on the source. Others have the same name on both.
      - A user with an environment that this engine does not have is reported as blocked and left as it is.
    type: dict
  initial_password:
    description:
      - Password of all users who are created. It has to meet the engine's rules.
      - If unset, the environment variable E(DELPHIX_MASKING_INITIAL_PASSWORD) is used.
    type: str
seealso:
  - module: maskops.delphix.masking_sync
  - module: maskops.delphix.masking_environment
"""

EXAMPLES = r"""
- name: Carry all roles and users who are no administrators
  maskops.delphix.masking_users:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"

- name: Carry the operators, whose environment has another name here
  maskops.delphix.masking_users:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"
    users: ["op_*"]
    exclude: [op_test]
    environment_map:
      Billing DEV: Billing QA
    initial_password: "{{ vault_initial_password }}"
"""

RETURN = r"""
plan:
  description: What was decided. What is in sync is counted only.
  returned: when both engines could be read
  type: dict
  contains:
    to_create:
      description: Roles and users that the target does not have.
      type: list
      elements: dict
      contains: &item
        type:
          description: V(role) or V(user).
          type: str
        name:
          description: Name of the role, or user name.
          type: str
        reason:
          description: Why this was decided, where that needs to be said.
          type: str
        differs:
          description: Fields that differ, for an update. Of a role these are kinds of objects.
          type: list
          elements: str
    to_update:
      description: Roles and users that are different on the target.
      type: list
      elements: dict
      contains: *item
    blocked:
      description: Users that differ but cannot be made equal, with the reason.
      type: list
      elements: dict
      contains: *item
    skipped:
      description: Roles and users that are not carried, with the reason. Administrators are among them.
      type: list
      elements: dict
      contains: *item
    extra:
      description: Roles and users of the same choice that only the target has, without administrators.
      type: list
      elements: dict
      contains: *item
    summary:
      description: Number of roles and users by action.
      type: dict
  sample:
    to_create:
      - {type: user, name: jdoe}
    to_update:
      - {type: role, name: Operator, differs: [maskingJob]}
    blocked: []
    skipped:
      - {type: user, name: admin, reason: administrators are not carried}
    extra: []
    summary: {to_create: 1, to_update: 1, in_sync: 4, blocked: 0, skipped: 1, extra: 0}
applied:
  description: What really happened on the target.
  returned: when not in check mode
  type: dict
  contains:
    created:
      description: Roles and users that are new.
      type: list
      elements: dict
    updated:
      description: Roles and users that are different from before.
      type: list
      elements: dict
    removed:
      description: Always empty, as none are removed.
      type: list
      elements: dict
  sample:
    created:
      - {type: user, name: jdoe}
    updated:
      - {type: role, name: Operator}
    removed: []
unverified:
  description: Roles and users that were saved with success but that the target does not show as they were sent.
  returned: when not in check mode
  type: list
  elements: dict
  sample: []
source:
  description: The source engine.
  returned: success
  type: dict
  contains:
    name:
      description: Its address.
      type: str
    release:
      description: Its release.
      type: str
  sample: {name: https://source.example.com, release: 2025.2.0.0}
engine:
  description: The engine.
  returned: success
  type: dict
  contains:
    name:
      description: Its address.
      type: str
    release:
      description: Its release.
      type: str
  sample: {name: https://engine.example.com, release: 2025.2.0.0}
stats:
  description: What the task cost.
  returned: always
  type: dict
  contains:
    requests:
      description: Requests that were sent.
      type: int
    retries:
      description: Requests among them that were sent again.
      type: int
    bytes_sent:
      description: Bytes of request bodies.
      type: int
    bytes_received:
      description: Bytes of answers.
      type: int
    seconds:
      description: Time from start to end.
      type: float
  sample:
    requests: 3
    retries: 0
    bytes_sent: 84
    bytes_received: 1208
    seconds: 0.131
error:
  description: The machine-readable part of a failure.
  returned: failure
  type: dict
  contains:
    code:
      description: What went wrong, in a word that does not change between releases. The guide lists them.
      type: str
    engine:
      description: The engine concerned.
      type: str
    object:
      description: The object, file or option concerned.
      type: str
    http_status:
      description: Status of the engine's answer.
      type: int
    engine_message:
      description: The engine's own words.
      type: str
    hint:
      description: What to do.
      type: str
  sample:
    code: authentication_failed
    engine: https://engine.example.com
    http_status: 401
"""

from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._naming import names_of
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    Option,
    source_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._users import (
    UsersRequest,
    carry_users,
)
from ansible_collections.maskops.delphix.plugins.module_utils._users_plan import (
    Choice,
)

_NAMES = {"type": "list", "elements": "str"}


def run(context: Context) -> Result:
    params = context.params
    request = UsersRequest(
        Choice(params["users"], params["roles"], params["exclude"] or ()),
        names_of("environment_map", params["environment_map"]),
        params["initial_password"] or None,
    )
    return carry_users(context.engine("source_"), context.engine(), request, context)


DEFINITION = Definition(
    "masking_users",
    run,
    options={
        **source_spec(),
        "users": _NAMES,
        "roles": _NAMES,
        "exclude": _NAMES,
        "environment_map": {"type": "dict"},
        "initial_password": Option("initial_password", no_log=True).spec(),
    },
)

if __name__ == "__main__":
    main(DEFINITION)
