#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_login
short_description: Open a session on a Delphix masking engine
version_added: 0.1.0
description:
  - Logs in to an engine and returns a token that other modules of this collection take as O(token), so that several
    tasks share one login.
  - Modules that are given user and password log in and out by themselves. This module pays off when a play has several
    small tasks for one engine.
  - The whole result is kept out of Ansible's output, as it holds the token. It can be registered as usual.
  - It cannot run with C(async), where that is not possible.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.reads_only
attributes:
  check_mode:
    details:
      - The session is opened in check mode too, as later tasks need it. It changes no object of the engine.
seealso:
  - module: maskops.delphix.masking_logout
"""

EXAMPLES = r"""
- name: Open a session
  maskops.delphix.masking_login:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
  register: session

- name: List domains with it
  maskops.delphix.masking_syncable_objects:
    url: https://engine.example.com
    token: "{{ session.token }}"
    object_types: [DOMAIN]

- name: Close the session
  maskops.delphix.masking_logout:
    url: https://engine.example.com
    token: "{{ session.token }}"
"""

RETURN = r"""
token:
  description: The session's token.
  returned: success
  type: str
  sample: 00000000-0000-4000-8000-000000000000
engine:
  description: The engine.
  returned: success
  type: dict
  contains:
    name:
      description: Its address.
      type: str
  sample:
    name: https://engine.example.com
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

from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)


def run(context: Context) -> Result:
    if not (context.params["username"] and context.params["password"]):
        raise OptionError("'username' and 'password' are needed to log in")
    engine = context.engine()
    token = engine.session.login()
    engine.session.keep_open()
    return {"token": token, "engine": {"name": engine.name}}


DEFINITION = Definition("masking_login", run, reads_only=True, secret_result=True)

if __name__ == "__main__":
    main(DEFINITION)
