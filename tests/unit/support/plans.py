# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans of two catalogs."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    OnTheFly,
)
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy, make_plan
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Plan
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._view import View
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    TARGET,
    catalog,
    entry,
    key,
)

# Hashes, and objects of two environments; the job hangs on the ruleset, and that on the connector.
ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
QA, DEV = "QA", "DEV"
CONNECTOR, RULESET, JOB = (
    key("DATABASE_CONNECTOR", "db", QA),
    key("DATABASE_RULESET", "rules", QA),
    key("MASKING_JOB", "nightly", QA),
)
OTHER = key("DATABASE_CONNECTOR", "other", DEV)
DOMAIN = key("DOMAIN", "D")
WHOLE = Selection.of(["ENVIRONMENT"])
JOBS = Selection.of(["MASKING_JOB"])
HASHES = {CONNECTOR: ONE, RULESET: ONE, JOB: ONE, OTHER: ONE}
SAME: dict[str, t.Any] = {"email": "a@example.com", "feedbackSize": 10}


def engine(
    hashes: t.Mapping[ObjectKey, str],
    name: str = TARGET,
    reads: ObjectKey | None = None,
    settings: t.Mapping[str, t.Any] | None = None,
    environments: t.Iterable[str] = (QA, DEV),
    **more: t.Any,
) -> Catalog:
    """An engine with these hashes; the job is on-the-fly when it has settings."""
    keys = [*hashes, *(key("ENVIRONMENT", one) for one in environments)]
    entries = [entry(one.type, one.name, hashes.get(one, THREE), environment=one.environment) for one in keys]
    above = {RULESET: CONNECTOR, JOB: RULESET}
    parents = {mine: its for mine, its in above.items() if mine in hashes}
    jobs = {JOB: OnTheFly(reads, dict(settings))} if settings is not None else {}
    return catalog(*entries, engine=name, **{"parents": parents, "on_the_fly": jobs, **more})


def decided(made: Plan) -> dict[ObjectKey, str]:
    """Action of each item."""
    return {item.key: item.action.value for item in made.items}


def reason(made: Plan, one: ObjectKey) -> str:
    """Why something was decided about an object."""
    return next(item.reason or "" for item in made.items if item.key == one)


def plan_of(selection: Selection, source: Catalog, target: Catalog, *, policy: Policy, **view: t.Any) -> Plan:
    """A plan; ``view`` are further fields of the view."""
    return make_plan(selection, View(source, target, **view), policy=policy)


def extra(plan: Plan) -> tuple[ObjectKey, ...]:
    """Keys of what only the target has and keeps."""
    return tuple(one.target.key for one in plan.extra)
