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
  - Connectors, rulesets and jobs are known by their names within their environment, which may have another name on
    the target. Passwords and keys of connectors are never moved. An engine keeps those that it has, and a new connector
    has none until M(maskops.delphix.masking_connector_credentials) sets them.
  - Rulesets, formats and jobs only refer to domains, algorithms and profile sets. If one of these is missing or
    different on the target, what refers to it is blocked, unless O(references=sync).
  - An on-the-fly job reads on the target from the connector that it reads from on the source. Saving a job is how
    that is set, which gives it a hash of its own. So two on-the-fly jobs are also equal when all their settings, their
    rulesets and their connectors are.
  - RV(ignore:changed) says whether hashes on the target have moved or environments were made. A second run changes
    nothing.
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
  environment_map:
    description:
      - Names of environments on the target by their names on the source. Those not named here have one name on both.
    type: dict
  application_map:
    description:
      - Names of applications on the target by their names on the source, for environments that are made.
    type: dict
  create_environments:
    description:
      - Whether to make environments, and their applications, that the target lacks. If not, what belongs there is
        blocked. They get the purpose and the workflow setting of the source's.
      - On-the-fly jobs that read from a connector of their own environment need this too. They take a temporary
        environment on the target, which is deleted again.
    type: bool
    default: false
  references:
    description:
      - What to do about global objects that selected objects refer to and that are missing or different on the target.
      - V(block) leaves the objects that refer to them alone, and says which these are. An environment that is selected
        as a whole (by O(object_types=ENVIRONMENT) or O(object_types=all)) is then left alone as a whole.
      - V(sync) brings exactly those global objects along first.
    type: str
    choices: [block, sync]
    default: block
  prune:
    description:
      - Whether to remove objects of the selection that only the target has, jobs before rulesets before connectors.
      - Kept are objects that are built in or not known to be made by a user, that are in use, or that are in an
        environment which the source does not have. Environments themselves are never removed.
      - Kept as well is what the source may have after all. That is so when an object that the target lacks could not be
        moved into the same environment (or, of the engine, is of the same type), when the source has the name in
        other letters or as another type, and when the object cannot be synced or its type is not known to the source.
      - Nothing goes that the plan did not name in RV(plan.to_remove).
    type: bool
    default: false
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
  - module: maskops.delphix.masking_connector_credentials
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

- name: Bring one job in sync, with the ruleset and the connector that it uses
  maskops.delphix.masking_sync:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"
    object_types: [MASKING_JOB]
    names: [Payments/Mask cards]
    environment_map:
      Payments: Payments QA

- name: Bring two whole environments in sync, and the domains and algorithms that they use
  maskops.delphix.masking_sync:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    source_url: https://source.example.com
    source_username: admin
    source_password: "{{ vault_source_password }}"
    object_types: [ENVIRONMENT]
    environments: [Payments, Orders]
    create_environments: true
    references: sync
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
          description: Name of the environment on the source, for objects inside one.
          type: str
        target_environment:
          description: Name of the environment on the target, when it is another.
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
    to_remove:
      description: Objects of the selection that only the target has, to be removed. Only with O(prune).
      type: list
      elements: dict
    new_environments:
      description: Environments that the target lacks, to be made. Only with O(create_environments).
      type: list
      elements: dict
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
      description: Objects of the same selection that only the target has and keeps. With O(prune), why.
      type: list
      elements: dict
    may_come_along:
      description:
        - Objects outside the selection that differ, and that come along if a selected object needs them.
        - Which global object needs which is not in the engine's list, so that this is an upper bound. A warning names
          one.
      type: list
      elements: dict
    summary:
      description: Number of objects by action.
      type: dict
  sample:
    to_create: []
    new_environments: []
    to_remove: []
    to_update:
      - type: USER_ALGORITHM
        name: CustomerName
        source_hash: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
        target_hash: 1d3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f70
    not_syncable: []
    blocked: []
    extra: []
    may_come_along: []
    summary: {to_create: 0, to_update: 1, to_remove: 0, in_sync: 186, not_syncable: 0, blocked: 0, extra: 0}
applied:
  description:
    - What really happened on the target. Objects appear here when their hash has moved.
    - Objects that came along because a selected one needs them are among them.
  returned: when not in check mode
  type: dict
  contains:
    environments:
      description: Environments that were made.
      type: list
      elements: dict
    created:
      description: Objects that are new.
      type: list
      elements: dict
    updated:
      description: Objects with another hash than before.
      type: list
      elements: dict
    removed:
      description: Objects that are gone. A sync removes none without O(prune).
      type: list
      elements: dict
    refused:
      description:
        - Objects that were to be moved, but that the source refuses to export, with its words as the reason. Everything
          else was moved all the same, but for what refers to them. With O(names) that is a failure, else a warning.
        - Such objects are asked for again by the next run.
      type: list
      elements: dict
    imports:
      description: Number of bundles that were imported.
      type: int
  sample:
    environments: []
    created: []
    updated:
      - type: USER_ALGORITHM
        name: CustomerName
        before: 1d3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f70
        after: 9f2b1c0e6d5a4837261504f3e2d1c0b9a8978685
    removed: []
    refused: []
    imports: 1
connectors:
  description:
    - Connectors of the target that were moved, or that are used by what was moved, with environment, name, type
      (V(database), V(file) or V(mainframe_dataset)) and whether the connector is new and so has no password yet.
    - In check mode those that would be.
    - The filter P(maskops.delphix.sync_connectors#filter) makes a task for
      M(maskops.delphix.masking_connector_credentials) of them.
  returned: success
  type: list
  elements: dict
  sample:
    - environment: Payments
      name: cards
      type: database
      created: true
unverified:
  description: Objects that were imported with success but are not equal to the source's, on engines of one release.
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

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import (
    open_exchange,
)
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Context,
    Definition,
    Result,
    main,
)
from ansible_collections.maskops.delphix.plugins.module_utils._mover import SyncOptions
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    selection_spec,
    source_spec,
    transfer_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import (
    Receipts,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
)
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    transfer_options,
)


def run(context: Context) -> Result:
    params = context.params
    source, target = context.engine("source_"), context.engine()
    options = SyncOptions(
        Selection.of(
            params["object_types"] or ["GLOBAL_OBJECT"],
            *(params[name] or () for name in ("names", "exclude", "environments")),
        ),
        Policy(
            overwrite=params["overwrite"],
            allow_newer_source=params["allow_newer_source"],
            create_environments=params["create_environments"],
            sync_references=params["references"] == "sync",
            prune=params["prune"],
        ),
        transfer_options(params),
        purge=params["purge"],
    )
    naming = Naming(*(_names(params, option) for option in ("environment_map", "application_map")))
    receipts = Receipts(params["receipts_dir"], source.name, target.name)
    with open_exchange(context.run_dir, params["exchange"], target.session.transport.pause) as exchange:
        return sync(source, target, options, exchange, receipts, context, naming)


def _names(params: t.Mapping[str, t.Any], option: str) -> dict[str, str]:
    """A map of names; YAML takes names of digits for numbers. Raises OptionError."""
    given = params[option] or {}
    for mine, theirs in given.items():
        if not isinstance(theirs, (str, int)) or theirs == "":
            raise OptionError(f"'{option}' gives {mine} no name", subject=str(mine))
    return {str(mine): str(theirs) for mine, theirs in given.items()}


DEFINITION = Definition(
    "masking_sync",
    run,
    options={
        **source_spec(),
        **selection_spec(object_types=["GLOBAL_OBJECT"]),
        **transfer_spec(),
        "overwrite": {"type": "bool", "default": True},
        "allow_newer_source": {"type": "bool", "default": False},
        "environment_map": {"type": "dict"},
        "application_map": {"type": "dict"},
        "create_environments": {"type": "bool", "default": False},
        "references": {"type": "str", "choices": ["block", "sync"], "default": "block"},
        "prune": {"type": "bool", "default": False},
        "receipts_dir": {"type": "path"},
        "exchange": {"type": "str"},
        "purge": {"type": "bool", "default": False},
    },
)

if __name__ == "__main__":
    main(DEFINITION)
