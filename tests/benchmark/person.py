# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who changes engines and looks at them, other than the ways that are compared."""

from __future__ import annotations

import typing as t

import requests
from support.engines import ADMIN, SimulatedEngine

_PAGE_SIZE = 1000
Row = dict[str, t.Any]


class Person:
    """An administrator logged in to an engine, until closed."""

    def __init__(self, engine: SimulatedEngine) -> None:
        self._api = f"{engine.url}/masking/api"
        self._session = requests.Session()
        self._session.trust_env = False  # a CA bundle of the environment would win over this one
        self._session.verify = str(engine.ca_path)
        login = self.call("POST", "/login", json={"username": ADMIN[0], "password": ADMIN[1]})
        self._session.headers["Authorization"] = login["Authorization"]

    def close(self) -> None:
        """Log out."""
        self.call("PUT", "/logout")
        self._session.close()

    def call(self, method: str, path: str, **arguments: t.Any) -> t.Any:
        """Send a request and return its JSON, None for an empty answer; raises requests.HTTPError."""
        answer = self._session.request(method, self._api + path, timeout=60, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def rows(self, path: str, **params: t.Any) -> list[Row]:
        """All rows of a list."""
        rows: list[Row] = []
        while True:
            page = {**params, "page_number": 1 + len(rows) // _PAGE_SIZE, "page_size": _PAGE_SIZE}
            answer = self.call("GET", path, params=page)
            rows += answer["responseList"]
            if len(rows) >= answer["_pageInfo"]["total"]:
                return rows
