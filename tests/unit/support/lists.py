# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine that only has lists."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._versions import Release
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row


class Lists:
    """Stands in for an engine where nothing but its lists is asked for.

    ``listed`` is GET /syncable-objects, ``lists`` are the others by path. A row of those may say
    by ``environment_id`` in which environment it is, which only the filter of that name uses.
    ``asked`` holds what was asked for.
    """

    name = "https://engine.example.com"
    release = Release("20.0.0.0")

    def __init__(self, *listed: Row, lists: t.Mapping[str, list[Row]] | None = None) -> None:
        self.listed = listed
        self.lists = lists or {}
        self.asked: list[str] = []

    @property
    def engine(self) -> Engine:
        """As the collection sees it."""
        return t.cast("Engine", self)

    def syncable_objects(self, object_type: str | None = None) -> list[Row]:
        """All objects, or those of one type."""
        self.asked.append(f"/syncable-objects {object_type}" if object_type else "/syncable-objects")
        return [row for row in self.listed if object_type in (None, row.get("objectType"))]

    def list_all(self, path: str, params: t.Mapping[str, t.Any] | None = None) -> list[Row]:
        """The rows of a list, or those of one environment."""
        wanted = (params or {}).get("environment_id")
        self.asked.append(path if wanted is None else f"{path} {wanted}")
        found = []
        for row in self.lists.get(path, []):
            shown = {key: value for key, value in row.items() if key != "environment_id"}
            if wanted in (None, row.get("environment_id")):
                found.append(shown)
        return found

    def list_if_there(self, path: str, params: t.Mapping[str, t.Any] | None = None) -> list[Row] | None:
        """The same: an engine of tests has every list, though it may be empty."""
        return self.list_all(path, params)
