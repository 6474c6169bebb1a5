#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_environment
short_description: Create, change, rename or remove an environment of a Delphix masking engine
version_added: 0.1.0
description:
  - Makes sure that an environment is there as described, or that it is gone. What is in it (connectors, rulesets,
    jobs) comes by a sync or import.
  - The environment is found by its name. Options that are not given leave what is there as it is.
  - A request whose answer is lost is never sent again. The module looks at the engine instead.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
options:
  name:
    description:
      - Name of the environment, unique on the engine.
    type: str
    required: true
  new_name:
    description:
      - Name that the environment shall have. If only an environment of this name is there, it has been renamed before.
      - With both names there, or none of them, the task fails.
    type: str
  application:
    description:
      - Name of the application that the environment belongs to. Needed to create one.
      - Another one than the environment has moves it there.
    type: str
  create_application:
    description:
      - Whether to create the application when the engine has none of that name. If not, the task fails then.
    type: bool
    default: false
  purpose:
    description:
      - What the environment is for. V(MASK) allows masking and profile jobs, V(TOKENIZE) profile,
        tokenization and re-identification jobs. A new environment is for V(MASK) unless told otherwise.
      - It cannot be changed. If the environment has another purpose, the task fails.
    type: str
    choices: [MASK, TOKENIZE]
  workflow:
    description:
      - Whether inventories have to be approved before jobs run. A new environment asks for no approval.
    type: bool
  state:
    description:
      - Whether the environment shall be there.
      - An environment that is not empty is removed only with O(force). The task fails and tells what is in it.
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - Whether O(state=absent) may remove an environment B(with everything in it).
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_application
  - module: maskops.delphix.masking_sync
"""

EXAMPLES = r"""
- name: Create an environment, and its application where it is missing
  maskops.delphix.masking_environment:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    name: Billing QA
    application: Billing
    create_application: true
    purpose: MASK

- name: Rename an environment
  maskops.delphix.masking_environment:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    name: Billing QA
    new_name: Billing acceptance

- name: Remove an environment with all its connectors, rulesets and jobs
  maskops.delphix.masking_environment:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    name: Billing acceptance
    state: absent
    force: true
"""

RETURN = r"""
environment:
  description: The environment, in check mode as it would be. Null when it is gone.
  returned: success
  type: dict
  contains:
    id:
      description: Its number on this engine. Null in check mode for a new one.
      type: int
    name:
      description: Its name.
      type: str
    application:
      description: Name of its application.
      type: str
    purpose:
      description: V(MASK) or V(TOKENIZE).
      type: str
    workflow:
      description: Whether inventories have to be approved.
      type: bool
  sample: {id: 12, name: Billing QA, application: Billing, purpose: MASK, workflow: false}
application_created:
  description: Whether its application was created, too.
  returned: when O(state=present)
  type: bool
  sample: false
contents:
  description: What an environment holds, or held until it was removed.
  returned: when O(state=absent) and it was there
  type: dict
  contains:
    connectors:
      description: Number of connectors.
      type: int
    rulesets:
      description: Number of rulesets.
      type: int
    jobs:
      description: Number of jobs of all kinds.
      type: int
  sample: {connectors: 3, rulesets: 2, jobs: 4}
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

from ansible_collections.maskops.delphix.plugins.module_utils._environment_state import (
    WantedEnvironment,
    ensure_environment,
    remove_environment,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)

_FIELDS = ("name", "new_name", "application", "purpose", "workflow", "create_application")


def run(context: Context) -> Result:
    params = context.params
    if params["state"] == "present":
        wanted = WantedEnvironment(**{field: params[field] for field in _FIELDS})
        return ensure_environment(context.engine(), wanted, context)
    if params["new_name"] is not None:
        raise OptionError("'new_name' cannot be given with 'state: absent'", subject="new_name")
    return remove_environment(context.engine(), params["name"], context, force=params["force"])


DEFINITION = Definition(
    "masking_environment",
    run,
    options={
        "name": {"type": "str", "required": True},
        "new_name": {"type": "str"},
        "application": {"type": "str"},
        "create_application": {"type": "bool", "default": False},
        "purpose": {"type": "str", "choices": ["MASK", "TOKENIZE"]},
        "workflow": {"type": "bool"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "force": {"type": "bool", "default": False},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
