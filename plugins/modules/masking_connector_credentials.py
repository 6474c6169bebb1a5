#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_connector_credentials
short_description: Give connectors of a Delphix masking engine working credentials
version_added: 0.1.0
description:
  - Tests connectors by the engine's own test, and sets the credentials of those that fail it.
  - Exports of an engine never hold credentials. A connector that an import has created has none, one that it has
    overwritten keeps what it had. Run this after an import.
  - A connector is found by its environment and its name.
  - A stored credential that works is left alone. A given one is tested before it is saved, and the stored one once more
    afterwards. A credential that fails its test is not saved.
  - All connectors of the list are worked on, also when some of them fail. The task fails at the end, with all failures.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
attributes:
  check_mode:
    details:
      - Connectors cannot be tested in check mode, as nothing but reads is sent then. With O(update_password=on_failure)
        it cannot be told which credentials would be set, so RV(ignore:changed) is V(false) and a warning says so.
        RV(connectors[].would_test) and RV(connectors[].action) tell what would be tried.
  diff_mode:
    details:
      - Names the connectors whose credentials are set, and never a credential.
  idempotent:
    details:
      - With O(update_password=always) passwords are set in every run.
options:
  connectors:
    description:
      - The connectors, each with the credential to set when it is needed.
      - One without O(connectors[].password), O(connectors[].ssh_key) or O(connectors[].credential_path) is only tested.
    type: list
    elements: dict
    required: true
    suboptions:
      environment:
        description: Name of the environment that holds it.
        type: str
        required: true
      name:
        description: Name of the connector.
        type: str
        required: true
      type:
        description: Family of the connector. Needed where connectors of several families have this name.
        type: str
        choices: [database, file, mainframe_dataset]
      username:
        description:
          - User to log in as. Set together with the credential only, so it is not compared with the stored one.
          - A user name is part of what a sync compares and moves, other than a password. A connector with another user
            than on the source engine differs from it.
        type: str
      password:
        description: Password of the user.
        type: str
      ssh_key:
        description:
          - Name of an SSH key that the engine holds, for file and mainframe data set connectors.
          - Treated as a secret, lest a key that is put here by mistake is shown.
        type: str
      credential_path:
        description:
          - Name or number of a credential path of a password vault that the engine knows, for database connectors.
        type: str
  update_password:
    description:
      - V(on_failure) sets a credential only when the engine's test of the stored one fails.
      - V(always) sets it in any case. A change of a password cannot be seen, so it counts as changed in every run.
    type: str
    choices: [on_failure, always]
    default: on_failure
  test:
    description:
      - Whether to test. If V(false), O(update_password) must be V(always).
      - Every test is a login at the database or file server. Some lock a user out after a few bad ones.
    type: bool
    default: true
  save_untested:
    description:
      - Whether to save a credential although it fails its test, for servers that cannot be reached yet. A warning tells
        the engine's words then.
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_import
  - module: maskops.delphix.masking_sync
"""

EXAMPLES = r"""
- name: Connectors of an environment have working credentials
  maskops.delphix.masking_connector_credentials:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    connectors:
      - environment: QA
        name: customers
        username: MASKER
        password: "{{ vault_customers_password }}"
      - environment: QA
        name: exports
        type: file
        ssh_key: qa_exports
      - environment: QA
        name: billing
        credential_path: billing-qa

- name: Test connectors, change nothing
  maskops.delphix.masking_connector_credentials:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    connectors:
      - environment: QA
        name: customers

- name: Set a password that was changed at the database
  maskops.delphix.masking_connector_credentials:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    update_password: always
    connectors:
      - environment: QA
        name: customers
        password: "{{ vault_customers_password }}"
"""

RETURN = r"""
connectors:
  description: What became of each connector, in the order of the option.
  returned: always, unless nothing could be read
  type: list
  elements: dict
  contains:
    environment:
      description: Name of its environment.
      type: str
    name:
      description: Its name.
      type: str
    type:
      description: Its family, null when it was not found and none was given.
      type: str
    tested:
      description: Result of the last test, V(ok), V(failed) or V(not tested).
      type: str
    action:
      description:
        - V(unchanged), V(set) or V(failed).
        - In check mode also V(unknown), when only a test could tell.
      type: str
    words:
      description: The engine's words about the last test, or what went wrong. Null when there are none.
      type: str
    would_test:
      description: Whether it would be tested outside check mode.
      type: bool
  sample:
    - environment: QA
      name: customers
      type: database
      tested: ok
      action: set
      words: Connection Succeeded
      would_test: false
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
  sample:
    name: https://engine.example.com
    release: 2025.2.0.0
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
    requests: 9
    retries: 0
    bytes_sent: 1024
    bytes_received: 20480
    seconds: 2.312
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
    code: connector_failed
    engine: https://engine.example.com
    object: database connector customers in QA
    engine_message: "the given credential was not saved, as its test failed: Connection Failed"
"""

from ansible_collections.maskops.delphix.plugins.module_utils._connectors import (
    CONNECTOR_TYPES,
)
from ansible_collections.maskops.delphix.plugins.module_utils._credentials import (
    Policy,
    Wish,
    set_credentials,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)


def _wish(row: Result) -> Wish:
    # An empty text counts as unset: variables that are not filled give it.
    given: Result = {name: value or None for name, value in row.items()}
    return Wish(**given)


def run(context: Context) -> Result:
    params = context.params
    wishes = [_wish(row) for row in params["connectors"]]
    update = params["update_password"]
    policy = Policy(test=params["test"], always=update == "always", save_untested=params["save_untested"])
    return set_credentials(context.engine(), wishes, policy, context)


DEFINITION = Definition(
    "masking_connector_credentials",
    run,
    options={
        "connectors": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "environment": {"type": "str", "required": True},
                "name": {"type": "str", "required": True},
                "type": {"type": "str", "choices": list(CONNECTOR_TYPES)},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
                "ssh_key": {"type": "str", "no_log": True},
                "credential_path": {"type": "str"},
            },
            "mutually_exclusive": [("password", "ssh_key", "credential_path")],
        },
        "update_password": {
            "type": "str",
            "choices": ["on_failure", "always"],
            "default": "on_failure",
            "no_log": False,
        },
        "test": {"type": "bool", "default": True},
        "save_untested": {"type": "bool", "default": False},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
