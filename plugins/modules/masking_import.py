#!/usr/bin/python
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: masking_import
short_description: Import a bundle file into a Delphix masking engine
version_added: 0.1.0
description:
  - Imports a bundle that M(maskops.delphix.masking_export) or the engine's API has written.
  - Nothing is sent when the engine already holds every object of the bundle at its revision hash.
  - An import is all or nothing. RV(ignore:changed) says whether revision hashes on the engine have moved, not that
    something was sent, as an engine skips what it has already.
  - An import whose answer is lost is never sent again. The module looks at the engine's tasks and hashes instead.
  - Before release 20 engines refuse an import while an export, another import or a job is running. That is waited for.
author:
  - maskops.delphix contributors (@maskops)
extends_documentation_fragment:
  - maskops.delphix._engine
  - maskops.delphix._transfer
  - maskops.delphix._attributes
  - maskops.delphix._attributes.writes
attributes:
  check_mode:
    details:
      - What would change is told from the bundle's metadata, which the engine's signature does not cover.
      - Warns of objects that the engine would refuse to overwrite, as far as the bundle tells their names.
options:
  src:
    description:
      - The bundle.
    type: path
    required: true
  force_overwrite:
    description:
      - Whether to overwrite objects that the engine has already with other content.
      - Without it the engine refuses the whole import when it would change such an object.
      - A bundle with the global key (V(KEY), or V(GLOBAL_OBJECT) as a whole) needs it, as every engine has a key.
    type: bool
    default: false
  environment:
    description:
      - Name of the environment to import connectors, rulesets and jobs into.
    type: str
  environment_id:
    description:
      - Id of that environment on this engine, in place of its name.
    type: int
  source_environment:
    description:
      - Name of the environment to import the source connectors of on-the-fly jobs into. It must be another one.
    type: str
  source_environment_id:
    description:
      - Id of that environment on this engine, in place of its name.
    type: int
  purge:
    description:
      - Whether to remove the engine's background import documents afterwards, B(everybody's).
      - Left with a warning while any export or import is running there.
    type: bool
    default: false
seealso:
  - module: maskops.delphix.masking_export
"""

EXAMPLES = r"""
- name: Import global objects
  maskops.delphix.masking_import:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    src: /srv/masking/globals.json
    passphrase: "{{ vault_bundle_passphrase }}"
    force_overwrite: true

- name: Import a job into an environment
  maskops.delphix.masking_import:
    url: https://engine.example.com
    username: admin
    password: "{{ vault_engine_password }}"
    src: /srv/masking/job.json
    environment: QA
"""

RETURN = r"""
objects:
  description: The engine's status of every object of the bundle. Empty when nothing was sent.
  returned: when not in check mode
  type: list
  elements: dict
  contains:
    type:
      description: Object type.
      type: str
    identifier:
      description: Identifier on the engine that exported it.
      type: dict
    imported_identifier:
      description: Identifier on this engine.
      type: dict
    status:
      description: V(SUCCESS), V(FAILED) or V(SKIPPED).
      type: str
    failure:
      description: Why it failed, in the engine's words.
      type: str
  sample:
    - type: DOMAIN
      identifier: {id: CUST_EMAIL}
      imported_identifier: {id: CUST_EMAIL}
      status: SUCCESS
moved:
  description: Objects of the engine whose hash has moved.
  returned: when not in check mode
  type: list
  elements: dict
  contains:
    type:
      description: Object type.
      type: str
    name:
      description: Name.
      type: str
    before:
      description: Hash before, null for a new object.
      type: str
    after:
      description: Hash now.
      type: str
  sample:
    - type: DOMAIN
      name: CUST_EMAIL
      before:
      after: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
differing:
  description: Number of objects of the bundle that the engine did not hold at the same hash before.
  returned: success
  type: int
  sample: 1
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

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._bundle_file import (
    environment_id,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._import import (
    ImportRequest,
    import_file,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    transfer_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    ImportGoal,
    transfer_options,
)


def run(context: Context) -> Result:
    params = context.params

    def goal(engine: Engine) -> ImportGoal:
        ids = {}
        for name in ("environment", "source_environment"):
            ids[f"{name}_id"] = environment_id(engine, params[name]) if params[name] else params[f"{name}_id"]
        if ids["environment_id"] is not None and ids["environment_id"] == ids["source_environment_id"]:
            raise OptionError(
                "the source environment is the target environment",
                engine=engine.name,
                hint="On-the-fly jobs need a source environment of their own.",
            )
        return ImportGoal(params["force_overwrite"], **ids)

    request = ImportRequest(params["src"], goal, transfer_options(params), purge=params["purge"])
    return import_file(context.engine(), request, context)


DEFINITION = Definition(
    "masking_import",
    run,
    options={
        **transfer_spec(),
        "src": {"type": "path", "required": True},
        "force_overwrite": {"type": "bool", "default": False},
        "environment": {"type": "str"},
        "environment_id": {"type": "int"},
        "source_environment": {"type": "str"},
        "source_environment_id": {"type": "int"},
        "purge": {"type": "bool", "default": False},
    },
    mutually_exclusive=[("environment", "environment_id"), ("source_environment", "source_environment_id")],
)

if __name__ == "__main__":
    main(DEFINITION)
