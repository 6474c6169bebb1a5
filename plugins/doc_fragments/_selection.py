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
      - Types of the objects, such as V(DOMAIN) or V(USER_ALGORITHM).
      - V(GLOBAL_OBJECT) stands for all of these, each taken by itself (algorithms, domains, profile sets and their
        expressions or classifiers, JDBC drivers, plugins).
      - The global key is selected only by its own type V(KEY).
    type: list
    elements: str
  names:
    description:
      - Names of the objects. V(*) and V(?) make a pattern, which engines do not allow in names.
      - A name that no object of the engine (of the source, for a sync) bears is an error, a pattern without any is not.
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns of objects to leave out.
    type: list
    elements: str
"""
