# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the attributes. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of all modules."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what it would change, without changing it.
  diff_mode:
    description: Returns details on what has changed (or would change in C(check_mode)), when in diff mode.
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing.
  action_group:
    description: Use C(group/maskops.delphix.engine) in C(module_defaults) to set options for this module.
    support: full
    membership:
      - maskops.delphix.engine
"""

    READS_ONLY = r"""
attributes:
  check_mode:
    support: full
    details:
      - This module changes no object of the engine.
  diff_mode:
    support: N/A
    details:
      - This module changes no object of the engine.
  idempotent:
    support: full
    details:
      - This module changes no object of the engine.
"""

    WRITES = r"""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""
