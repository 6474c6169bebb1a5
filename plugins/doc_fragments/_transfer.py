# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options of exports and imports. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """How bundles travel."""

    DOCUMENTATION = r"""
options:
  passphrase:
    description:
      - Passphrase that encrypts the bundle. The engine does not keep it, and an import needs the same.
      - Printable ASCII, as it travels in an HTTP header.
      - If unset, the environment variable E(DELPHIX_MASKING_PASSPHRASE) is used.
    type: str
  method:
    description:
      - V(async) lets the engine work in the background while the module waits.
      - V(sync) keeps a request open. Engines cut such an export off after 3 minutes.
    type: str
    choices: [async, sync]
    default: async
"""
