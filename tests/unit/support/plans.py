# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of two catalogs."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy, make_plan
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Plan
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._view import View


def plan_of(selection: Selection, source: Catalog, target: Catalog, *, policy: Policy, **view: t.Any) -> Plan:
    """A plan; ``view`` are further fields of the view."""
    return make_plan(selection, View(source, target, **view), policy=policy)


def extra(plan: Plan) -> tuple[ObjectKey, ...]:
    """Keys of what only the target has and keeps."""
    return tuple(one.target.key for one in plan.extra)
