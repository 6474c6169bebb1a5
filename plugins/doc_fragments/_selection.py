# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the selection options. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Which objects are meant."""

    DOCUMENTATION = r"""
options:
  object_types:
    description:
      - Types of the objects, such as V(DOMAIN), V(USER_ALGORITHM) or V(MASKING_JOB).
      - V(GLOBAL_OBJECT) stands for all of these, each taken by itself (algorithms, domains, profile sets and their
        expressions or classifiers, JDBC drivers, plugins).
      - V(ENVIRONMENT) stands for all that is inside environments, the connectors, rulesets and jobs.
      - V(all) stands for everything that the engine can sync.
      - The global key V(KEY) and V(LICENSE_INFO) are selected only by their own types.
    type: list
    elements: str
  names:
    description:
      - Names of the objects. V(*) and V(?) make a pattern, which engines do not allow in names.
      - V(Environment/Name) means objects inside that environment only; both parts may be patterns.
      - A name that no object of the engine (of the source, for a sync) bears is an error, a pattern without any is not.
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns of objects to leave out, written as in O(names).
    type: list
    elements: str
  environments:
    description:
      - Names or patterns of the environments (of the source, for a sync) whose objects are meant. All when unset.
      - Objects that belong to no environment are not limited by it.
    type: list
    elements: str
"""
