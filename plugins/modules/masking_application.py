#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_application
short_description: Create or remove an application of a Delphix masking engine
version_added: 0.1.0
description:
  - Makes sure that an application is there, or that it is gone. An application is a label over environments.
  - Engines offer no way to rename an application.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
options:
  name:
    description:
      - Name of the application, unique on the engine.
    type: str
    required: true
  state:
    description:
      - Whether the application shall be there.
      - An application with environments is not removed. The task fails and names them.
      - Engines before release 6.0 do not offer to remove applications.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: maskops.delphix.masking_environment
"""

EXAMPLES = r"""
- name: Create an application
  maskops.delphix.masking_application:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    name: Billing

- name: Remove an application without environments
  maskops.delphix.masking_application:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    name: Billing
    state: absent
"""

RETURN = r"""
application:
  description: The application, null when it is gone.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its number on this engine. Null in check mode for a new one, and on engines before release 6.0.
      type: int
  sample: {name: Billing, id: 5}
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
    ensure_application,
    remove_application,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)


def run(context: Context) -> Result:
    work = ensure_application if context.params["state"] == "present" else remove_application
    return work(context.engine(), context.params["name"], context)


DEFINITION = Definition(
    "masking_application",
    run,
    options={
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
