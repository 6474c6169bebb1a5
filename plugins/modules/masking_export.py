#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_export
short_description: Export objects of a Delphix masking engine to a bundle file
version_added: 0.1.0
description:
  - Exports chosen objects with all that they depend on to a bundle, the engine's signed export document.
  - The file is written again only when it does not hold exactly these objects at their present revision hashes, was
    altered, or was encrypted with another passphrase. A manifest beside it (C(<dest>.manifest.json)) remembers
    its checksum for that.
  - Bundle and manifest can be read by their owner only (mode 0600). A bundle holds the keys of algorithms.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._selection
  - maskops.delphix._transfer
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
options:
  objects:
    description:
      - Objects to export by type and name, next to those that the other options select.
      - V(GLOBAL_OBJECT) named V(global) is the engine's own bundle of all global objects, its global key included.
    type: list
    elements: dict
    suboptions:
      type:
        description:
          - Object type.
        type: str
        required: true
      name:
        description:
          - Name, letter by letter.
        type: str
        required: true
      environment:
        description:
          - Name of the environment, for an object inside one.
        type: str
  dest:
    description:
      - File to write, in a folder that exists.
    type: path
    required: true
  structure:
    description:
      - Layout of the bundle. Only newer releases know this. The engine's own choice when unset.
    type: str
    choices: [BLOB, ZIP]
  purge:
    description:
      - Whether to remove the engine's background export documents afterwards, B(everybody's).
      - Left with a warning while any export or import is running there.
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_import
"""

EXAMPLES = r"""
- name: Export two algorithms and all domains for customers
  maskops.delphix.masking_export:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    objects:
      - type: USER_ALGORITHM
        name: CustomerName
      - type: USER_ALGORITHM
        name: CustomerCity
    object_types: [DOMAIN]
    names: ["CUST_*"]
    passphrase: "{{ vault_bundle_passphrase }}"
    dest: /srv/masking/customers.json

- name: Export a job with its ruleset and connector
  maskops.delphix.masking_export:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    objects:
      - type: MASKING_JOB
        name: Nightly
        environment: QA
    dest: /srv/masking/job.json

- name: Back up all global objects, one by one
  maskops.delphix.masking_export:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    object_types: [GLOBAL_OBJECT]
    dest: /srv/masking/globals.json
"""

RETURN = r"""
dest:
  description: The bundle.
  returned: success
  type: str
  sample: /srv/masking/globals.json
size:
  description: Its size in bytes.
  returned: when the file exists
  type: int
  sample: 48213
requested:
  description: Number of objects that were asked for.
  returned: success
  type: int
  sample: 187
exported:
  description: Number of objects in the bundle, with dependencies and references. Null when its layout does not tell.
  returned: when the file exists
  type: int
  sample: 204
not_syncable:
  description: Objects that the selection matches but the engine cannot export, with the engine's reason.
  returned: success
  type: list
  elements: dict
  sample: []
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

from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    write_manifest,
)
from ansible_collections.maskops.delphix.plugins.module_utils._bundle_file import (
    choose,
    export_diff,
    holds,
    present_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    selection_spec,
    transfer_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    export_bundle,
    purge,
    transfer_options,
)


def run(context: Context) -> Result:
    params = context.params
    dest, options = params["dest"], transfer_options(params)
    named = [ObjectKey(row["type"], row["environment"], row["name"]) for row in params["objects"] or ()]
    selection = None
    if params["object_types"] or params["names"]:
        selection = Selection.of(
            params["object_types"] or ["GLOBAL_OBJECT"],
            *(params[name] or () for name in ("names", "exclude", "environments")),
        )
    elif params["exclude"] or params["environments"]:
        raise OptionError("'exclude' and 'environments' need 'object_types' or 'names'")
    if options.structure and not options.background:
        raise OptionError("'structure' needs method 'async'")
    engine = context.engine()
    bundle = present_bundle(dest)
    choice = choose(engine, selection, named)
    result: Result = {
        "changed": not holds(bundle, choice.entries, options),
        "dest": dest,
        "requested": len(choice.entries),
        "not_syncable": [entry.to_result() for entry in choice.not_syncable],
        "engine": {"name": engine.name, "release": str(engine.release)},
    }
    if result["changed"]:
        if context.diff_mode:
            result["diff"] = export_diff(dest, bundle, choice.entries)
        if context.check_mode:
            return result
        bundle = export_bundle(engine, [entry.request for entry in choice.entries], dest, options)
        write_manifest(dest, engine=engine.name, passphrase=options.passphrase, structure=options.structure)
        if params["purge"] and options.background:
            purge(engine, "export", context.warn)
    if bundle is not None:
        result["size"] = bundle.size
        result["exported"] = None if bundle.exported is None else len(bundle.exported)
    return result


DEFINITION = Definition(
    "masking_export",
    run,
    options={
        **selection_spec(),
        **transfer_spec(),
        "objects": {
            "type": "list",
            "elements": "dict",
            "options": {
                "type": {"type": "str", "required": True},
                "name": {"type": "str", "required": True},
                "environment": {"type": "str"},
            },
        },
        "dest": {"type": "path", "required": True},
        "structure": {"type": "str", "choices": ["BLOB", "ZIP"]},
        "purge": {"type": "bool", "default": False},
    },
    required_one_of=[("object_types", "names", "objects")],
)

if __name__ == "__main__":
    main(DEFINITION)
