#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_syncable_objects
short_description: List the syncable objects of a Delphix masking engine
version_added: 0.1.0
description:
  - Lists what an engine can export, with names and revision hashes.
  - Objects that cannot be exported are listed with the reason that the engine gives.
  - Also reachable as C(masking_syncable_objects_info).
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._attributes
  - maskops.delphix._attributes.reads_only
options:
  object_types:
    description:
      - Types to list, such as V(DOMAIN), V(USER_ALGORITHM) or V(GLOBAL_OBJECT). All when unset.
    type: list
    elements: str
  names:
    description:
      - Names to list. V(*) and V(?) make a pattern.
      - A name that no object bears is an error, a pattern without any is not.
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns of objects to leave out.
    type: list
    elements: str
  environments:
    description:
      - Names or patterns of environments. Only objects inside them are listed, and they themselves when O(object_types)
        asks for V(ENVIRONMENT).
    type: list
    elements: str
  syncable:
    description:
      - List only objects that can be exported (V(true)) or that cannot (V(false)). Both when unset.
    type: bool
  summary_only:
    description:
      - Return RV(summary) without RV(objects). An engine may have ten thousand of them.
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_sync
"""

EXAMPLES = r"""
- name: List everything
  maskops.delphix.masking_syncable_objects:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
  register: listed

- name: List the domains for customers
  maskops.delphix.masking_syncable_objects:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    object_types: [DOMAIN]
    names: ["CUST_*"]

- name: Find out what cannot be synced, and why
  maskops.delphix.masking_syncable_objects:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    syncable: false
"""

RETURN = r"""
objects:
  description: The objects, sorted by type, environment and name.
  returned: when O(summary_only=false)
  type: list
  elements: dict
  contains:
    type:
      description: Object type.
      type: str
    name:
      description: Name. Null when it cannot be told from what the engine lists.
      type: str
    environment:
      description: Name of the environment, for objects inside one.
      type: str
    identifier:
      description: The engine's own identifier, as it has to be given back to it.
      type: dict
    syncable:
      description: Whether the engine can export it.
      type: bool
    revision_hash:
      description: Hash of the object and of all that it depends on.
      type: str
    revision_id:
      description: Changes with the object itself only. On newer releases.
      type: str
    reason:
      description: Why it is not syncable, in the engine's words.
      type: str
  sample:
    - type: DOMAIN
      name: CUST_EMAIL
      identifier: {id: CUST_EMAIL}
      syncable: true
      revision_hash: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
summary:
  description: Number of objects by type.
  returned: success
  type: dict
  sample: {DOMAIN: 61, USER_ALGORITHM: 124}
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

import collections
from collections.abc import Sequence

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    like,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import ENVIRONMENT


def run(context: Context) -> Result:
    params = context.params
    wanted = [params[name] or () for name in ("object_types", "names", "exclude", "environments")]
    selection = Selection.of(*wanted, expand=False)
    engine = context.engine()
    types = selection.types | {ENVIRONMENT} if selection.types and selection.environments else selection.types
    catalog = read_catalog(engine, object_types=types or None)
    unknown = selection.unknown_types(catalog)
    if unknown:
        context.warn(f"engine {engine.name}: it has no objects of type {', '.join(unknown)}; is that the right name?")
    entries = [catalog.objects[key] for key in selection.keys(catalog) if _inside(key, selection.environments)]
    rows = [entry.to_result() for entry in entries]
    if not (selection.names or selection.environments):
        rows += [{**entry.to_result(), "name": None} for entry in catalog.unnamed]
    if params["syncable"] is not None:
        rows = [row for row in rows if row["syncable"] == params["syncable"]]
    result: Result = {
        "engine": {"name": engine.name, "release": str(engine.release)},
        "summary": dict(sorted(collections.Counter(row["type"] for row in rows).items())),
    }
    if not params["summary_only"]:
        result["objects"] = rows
    return result


def _inside(key: ObjectKey, environments: Sequence[str]) -> bool:
    """Whether an object is one of these environments, or inside one; any is when there are none."""
    return not environments or key.environment is not None or (key.type == ENVIRONMENT and like(key.name, environments))


_LIST = {"type": "list", "elements": "str"}
DEFINITION = Definition(
    "masking_syncable_objects",
    run,
    options={
        "object_types": _LIST,
        "names": _LIST,
        "exclude": _LIST,
        "environments": _LIST,
        "syncable": {"type": "bool"},
        "summary_only": {"type": "bool", "default": False},
    },
    reads_only=True,
)

if __name__ == "__main__":
    main(DEFINITION)
