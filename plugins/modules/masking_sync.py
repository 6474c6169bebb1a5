#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_sync
short_description: Bring objects of a Delphix masking engine in sync with a source engine
version_added: 0.1.0
description:
  - Compares the selected objects of a source engine with those of this engine, the target, by revision hash,
    exports what differs from the source, imports it into the target, and reads the target again to prove it.
  - Objects are in sync when every selected object of the source exists on the target with the same hash. What only the
    target has is reported and left alone.
  - Objects inside environments (jobs, rulesets, connectors) cannot be synced yet. If selected, they are reported as
    blocked.
  - RV(ignore:changed) says whether hashes on the target have moved. A second run changes nothing.
  - Hashes compare only between engines of one release. Across releases O(receipts_dir) remembers what became of
    an object.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._source
  - maskops.delphix._selection
  - maskops.delphix._transfer
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
options:
  object_types:
    default: [GLOBAL_OBJECT]
  overwrite:
    description:
      - Whether to change objects that the target has already. If not, those are reported as blocked.
      - An import is all or nothing. If a new object needs one that differs on the target, the engine refuses all of it.
    type: bool
    default: true
  allow_newer_source:
    description:
      - Whether to go on when the source has a newer release than the target, which engines do not support.
    type: bool
    default: false
  receipts_dir:
    description:
      - Folder in which to remember what hash each imported object got on the target. Made when it does not exist.
      - Needed only between engines of different releases, to keep later runs from importing everything again.
    type: path
  exchange:
    description:
      - A name shared by the tasks of one run that have the same source. The first of them lists the source and makes a
        bundle, the others use both, so that a source is read once for any number of targets.
      - What is shared lives in the private temporary folder of the Ansible run and goes with it. Choose a
        new name when the source may have changed since.
      - Without effect where the task runs as an ordinary module, see the notes.
    type: str
  purge:
    description:
      - Whether to remove the background export and import documents of both engines afterwards, B(everybody's),
        when something was imported.
      - Left with a warning while any export or import is running there.
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_export
  - module: maskops.delphix.masking_import
"""

EXAMPLES = r"""
- name: Bring all global objects in sync
  maskops.delphix.masking_sync:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"

- name: Bring the algorithms and domains for customers in sync, but change nothing that the target has
  maskops.delphix.masking_sync:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"
    object_types: [USER_ALGORITHM, DOMAIN]
    names: ["CUST_*"]
    overwrite: false
"""

RETURN = r"""
plan:
  description: What was decided. Objects in sync are counted only.
  returned: when both engines could be read
  type: dict
  contains:
    to_create:
      description: Objects that the target does not have.
      type: list
      elements: dict
      contains: &item
        type:
          description: Object type.
          type: str
        name:
          description: Name.
          type: str
        environment:
          description: Name of the environment, for objects inside one.
          type: str
        source_hash:
          description: Hash on the source.
          type: str
        target_hash:
          description: Hash on the target.
          type: str
        reason:
          description: Why this was decided, where that needs to be said.
          type: str
    to_update:
      description:
        - Objects that have another hash on the target.
        - A reason is given when only something that they need differs.
      type: list
      elements: dict
      contains: *item
    not_syncable:
      description: Objects that the source cannot export, with the reason that it gives.
      type: list
      elements: dict
      contains: *item
    blocked:
      description: Objects that differ but were not moved, with the reason.
      type: list
      elements: dict
      contains: *item
    extra:
      description: Objects of the same selection that only the target has.
      type: list
      elements: dict
    may_come_along:
      description:
        - Objects outside the selection that differ, and that come along if a selected object needs them.
        - Which object needs which is not in the engine's list, so that this is an upper bound. A warning names one.
      type: list
      elements: dict
    summary:
      description: Number of objects by action.
      type: dict
  sample:
    to_create: []
    to_update:
      - type: USER_ALGORITHM
        name: CustomerName
        source_hash: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
        target_hash: 1d3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f70
    not_syncable: []
    blocked: []
    extra: []
    may_come_along: []
    summary: {to_create: 0, to_update: 1, in_sync: 186, not_syncable: 0, blocked: 0, extra: 0}
applied:
  description:
    - What really happened on the target. Objects appear here when their hash has moved.
    - Objects that came along because a selected one needs them are among them.
  returned: when not in check mode
  type: dict
  contains:
    created:
      description: Objects that are new.
      type: list
      elements: dict
    updated:
      description: Objects with another hash than before.
      type: list
      elements: dict
    removed:
      description: Objects that vanished meanwhile. A sync removes none.
      type: list
      elements: dict
    imports:
      description: Number of bundles that were imported.
      type: int
  sample:
    created: []
    updated:
      - type: USER_ALGORITHM
        name: CustomerName
        before: 1d3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f70
        after: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
    removed: []
    imports: 1
unverified:
  description: Objects that were imported with success but do not have the source's hash, on engines of one release.
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

from ansible_collections.maskops.delphix.plugins.module_utils._exchange import (
    open_exchange,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    selection_spec,
    source_spec,
    transfer_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import (
    Receipts,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
)
from ansible_collections.maskops.delphix.plugins.module_utils._sync import (
    SyncOptions,
    sync,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    transfer_options,
)


def run(context: Context) -> Result:
    params = context.params
    source, target = context.engine("source_"), context.engine()
    options = SyncOptions(
        Selection.of(params["object_types"] or ["GLOBAL_OBJECT"], params["names"] or (), params["exclude"] or ()),
        Policy(overwrite=params["overwrite"], allow_newer_source=params["allow_newer_source"]),
        transfer_options(params),
        purge=params["purge"],
    )
    receipts = Receipts(params["receipts_dir"], source.name, target.name)
    with open_exchange(context.run_dir, params["exchange"], target.session.transport.pause) as exchange:
        return sync(source, target, options, exchange, receipts, context)


DEFINITION = Definition(
    "masking_sync",
    run,
    options={
        **source_spec(),
        **selection_spec(object_types=["GLOBAL_OBJECT"]),
        **transfer_spec(),
        "overwrite": {"type": "bool", "default": True},
        "allow_newer_source": {"type": "bool", "default": False},
        "receipts_dir": {"type": "path"},
        "exchange": {"type": "str"},
        "purge": {"type": "bool", "default": False},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
