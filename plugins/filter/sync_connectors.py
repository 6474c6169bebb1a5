# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.maskops.delphix.plugins.module_utils._due import connectors_due

DOCUMENTATION = r"""
name: sync_connectors
short_description: Connectors to look at after a sync
version_added: 0.1.0
description:
  - Turns a result of M(maskops.delphix.masking_sync) and a list of credentials into the option O(ignore:connectors) of
    M(maskops.delphix.masking_connector_credentials).
  - The list has all credentials that are given, and the connectors that the sync has touched.
  - In check mode connectors that are still to be created are left out, as nothing can be said of them yet.
options:
  _input:
    description: Result of M(maskops.delphix.masking_sync).
    type: dict
    required: true
  credentials:
    description: Connectors with their credentials.
    type: list
    elements: dict
    default: []
  touched:
    description: Whether connectors that were moved, or that are used by what was moved, are meant too.
    type: bool
    default: true
author:
  - maskops.delphix contributors (@maskops)
"""

EXAMPLES = r"""
- name: Set credentials that do not work, and test all that the sync has touched
  maskops.delphix.masking_connector_credentials:
    url: https://target.example.com
    username: admin
    password: "{{ vault_target_password }}"
    connectors: "{{ sync | maskops.delphix.sync_connectors(credentials) }}"
"""

RETURN = r"""
_value:
  description: The list of connectors, each with its credential if one was given.
  type: list
  elements: dict
"""


def sync_connectors(result: t.Any, credentials: t.Any = None, touched: bool = True) -> list[dict[str, t.Any]]:
    """Connectors for masking_connector_credentials. Raises AnsibleFilterError."""
    if not isinstance(result, dict):
        raise AnsibleFilterError("sync_connectors takes a result of masking_sync")
    rows = credentials or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        # Without the value, which holds secrets.
        raise AnsibleFilterError("the credentials of sync_connectors are a list of dictionaries")
    return connectors_due(result, rows, touched=touched)


class FilterModule:
    """Filters of this collection."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"sync_connectors": sync_connectors}
