# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.maskops.delphix.plugins.module_utils._report import (
    Target,
    summarise,
    table,
)

DOCUMENTATION = r"""
name: sync_report
short_description: Results of masking_sync on many targets as a table
version_added: 0.1.0
description:
  - Turns results of M(maskops.delphix.masking_sync) into the lines of a table with one row for each target, or into
    the numbers behind it.
  - A result that is empty or of a skipped task counts as none. A target without a result of a sync is left out.
positional: format
options:
  _input:
    description: Results of M(maskops.delphix.masking_sync) by target name.
    type: dict
    required: true
  format:
    description:
      - V(table) gives lines of text, V(summary) a dictionary of numbers for each target.
    type: str
    choices: [table, summary]
    default: table
  connectors:
    description: Results of M(maskops.delphix.masking_connector_credentials) by target name.
    type: dict
  users:
    description: Results of M(maskops.delphix.masking_users) by target name.
    type: dict
  left:
    description:
      - Results of M(maskops.delphix.masking_sync) in check mode after the sync, by target name. A target where anything
        is left to do counts as failed.
    type: dict
author:
  - maskops.delphix contributors (@maskops)
"""

EXAMPLES = r"""
- name: Print what happened on all targets
  ansible.builtin.debug:
    msg: "{{ results | maskops.delphix.sync_report }}"
  vars:
    results:
      qa: "{{ hostvars.qa.sync }}"
      prod: "{{ hostvars.prod.sync }}"
"""

RETURN = r"""
_value:
  description: The lines of the table, or the numbers of each target.
  type: raw
"""


def sync_report(
    results: t.Any,
    format: str = "table",  # noqa: A002 - the name that users write
    connectors: t.Any = None,
    users: t.Any = None,
    left: t.Any = None,
) -> t.Any:
    """Lines or numbers for results by target name. Raises AnsibleFilterError."""
    given = (results, connectors or {}, users or {}, left or {})
    for one in given:
        if not isinstance(one, dict) or not all(isinstance(result, dict) for result in one.values()):
            raise AnsibleFilterError("sync_report takes dictionaries of results by target name")
    done = [{name: result for name, result in one.items() if result and not result.get("skipped")} for one in given]
    targets = {name: Target(*(one.get(name, {}) for one in done)) for name in done[0]}
    if format == "table":
        return table(targets)
    if format == "summary":
        return {name: summarise(target) for name, target in targets.items()}
    raise AnsibleFilterError(f"sync_report knows the formats 'table' and 'summary', not {format!r}")


class FilterModule:
    """Filters of this collection."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"sync_report": sync_report}
