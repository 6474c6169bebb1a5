# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.maskops.delphix.plugins.module_utils._report import (
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
positional: format
options:
  _input:
    description: Results by target name.
    type: dict
    required: true
  format:
    description:
      - V(table) gives lines of text, V(summary) a dictionary of numbers for each target.
    type: str
    choices: [table, summary]
    default: table
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


def sync_report(results: t.Any, format: str = "table") -> t.Any:  # noqa: A002 - the name that users write
    """Lines or numbers for results by target name. Raises AnsibleFilterError."""
    if not isinstance(results, dict) or not all(isinstance(result, dict) for result in results.values()):
        raise AnsibleFilterError("sync_report takes a dictionary of results by target name")
    if format == "table":
        return table(results)
    if format == "summary":
        return {name: summarise(result) for name, result in results.items()}
    raise AnsibleFilterError(f"sync_report knows the formats 'table' and 'summary', not {format!r}")


class FilterModule:
    """Filters of this collection."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"sync_report": sync_report}
