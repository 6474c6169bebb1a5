# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connectors are to be looked at after a sync. Pure. Private to this collection."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._connectors import (
    CONNECTOR_TYPES,
)

Row = dict[str, t.Any]
_WORDS = {type_name: word for word, type_name in CONNECTOR_TYPES.items()}


def connectors_due(result: Row, credentials: t.Sequence[Row], *, touched: bool) -> list[Row]:
    """The option ``connectors`` of masking_connector_credentials after a masking_sync.

    These are all of ``credentials``, and with ``touched`` the connectors that the sync moved or
    that what it moved uses. A result of check mode has a plan only: connectors that are still
    to be made are left out then, as they are not there to be looked at.
    """
    plan = result.get("plan") or {}
    if result.get("applied") is None:
        planned = [_of_plan(row) for row in plan.get("to_create") or () if row["type"] in _WORDS]
        moved = [_of_plan(row) for row in plan.get("to_update") or () if row["type"] in _WORDS]
    else:
        planned = []
        moved = [
            {name: row[name] for name in ("environment", "name", "type")} for row in result.get("connectors") or ()
        ]
    due = [dict(row) for row in credentials if not any(_means(row, one) for one in planned)]
    if touched:
        due += [one for one in moved if not any(_means(row, one) for row in credentials)]
    return due


def _of_plan(row: Row) -> Row:
    return {
        "environment": row.get("target_environment") or row.get("environment"),
        "name": row["name"],
        "type": _WORDS[row["type"]],
    }


def _means(wish: Row, connector: Row) -> bool:
    """Whether an entry of the user's list means this connector; its type may be left out."""
    if (wish.get("environment"), wish.get("name")) != (connector["environment"], connector["name"]):
        return False
    return not wish.get("type") or wish["type"] == connector["type"]
