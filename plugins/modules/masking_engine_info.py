#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_engine_info
short_description: Release and activity of a Delphix masking engine
version_added: 0.1.0
description:
  - Returns what an engine says of itself, and on request what is running on it.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.reads_only
options:
  activity:
    description:
      - Whether to tell which exports, imports and jobs run or wait to run.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the release
  maskops.delphix.masking_engine_info:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
  register: info

- name: Stop before a maintenance window when jobs run
  maskops.delphix.masking_engine_info:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    activity: true
  register: info
  failed_when: info.activity | length > 0
"""

RETURN = r"""
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
    build:
      description: Its build, when the engine tells.
      type: str
    global_key_reset:
      description: When its global key was last generated anew, when the engine tells.
      type: str
    concurrent_sync:
      description: Whether its release takes several exports and imports at a time.
      type: bool
  sample:
    concurrent_sync: true
    name: https://engine.example.com
    release: 2025.2.0.0
activity:
  description: Exports, imports and job executions that run or wait to run, in words.
  returned: when O(activity=true)
  type: list
  elements: str
  sample:
    - EXPORT task 12 (RUNNING)
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
    requests: 5
    retries: 0
    bytes_sent: 52
    bytes_received: 104857
    seconds: 0.412
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
    objects:
      description: The engine's status of every object of an import that it refused or rolled back.
      type: list
      elements: dict
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
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    concurrent_sync,
)


def run(context: Context) -> Result:
    engine = context.engine()
    about = engine.system_information
    described = {
        "name": engine.name,
        "release": str(engine.release),
        "concurrent_sync": concurrent_sync(engine.release),
    }
    for key, field in (("build", "build"), ("global_key_reset", "latestGlobalKeyResetTime")):
        if about.get(field) is not None:
            described[key] = about[field]
    result: Result = {"engine": described}
    if context.params["activity"]:
        result["activity"] = engine.busy_with()
    return result


DEFINITION = Definition(
    "masking_engine_info", run, options={"activity": {"type": "bool", "default": False}}, reads_only=True
)

if __name__ == "__main__":
    main(DEFINITION)
