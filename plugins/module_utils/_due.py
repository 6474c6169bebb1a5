# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connectors are to be looked at after a sync. Pure. Private to this collection."""

from __future__ import annotations

import typing as t

Row = dict[str, t.Any]


def connectors_due(result: Row, credentials: t.Sequence[Row], *, touched: bool) -> list[Row]:
    """The option ``connectors`` of masking_connector_credentials after a masking_sync.

    These are all of ``credentials``, and with ``touched`` the connectors that the sync moved or
    that what it moved uses. In check mode those that are still to be made are left out, as they are
    not there to be looked at.
    """
    rows = [
        ({name: row[name] for name in ("environment", "name", "type")}, row["created"])
        for row in result.get("connectors") or ()
    ]
    planned = [one for one, new in rows if new] if result.get("applied") is None else []
    due = [dict(row) for row in credentials if not any(_means(row, one) for one in planned)]
    if touched:
        due += [one for one, _new in rows if one not in planned and not any(_means(row, one) for row in credentials)]
    return due


def _means(wish: Row, connector: Row) -> bool:
    """Whether an entry of the user's list means this connector; its type may be left out."""
    if (wish.get("environment"), wish.get("name")) != (connector["environment"], connector["name"]):
        return False
    return not wish.get("type") or wish["type"] == connector["type"]
