# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person at an engine: the calls with which tests make drift and look at what is there."""

from __future__ import annotations

import typing as t
from pathlib import Path

import requests

Row = dict[str, t.Any]
# Fits any engine, whatever it allows.
_PAGE = 50


class Person:
    """Somebody logged in to an engine, other than the collection."""

    def __init__(self, url: str, username: str, password: str, ca_path: Path | None) -> None:
        self._root = f"{url}/masking/api"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca_path) if ca_path else True
        self._session.headers["User-Agent"] = "a person"
        login = self._session.post(f"{self._root}/login", json={"username": username, "password": password}, timeout=30)
        login.raise_for_status()
        self._session.headers["Authorization"] = login.json()["Authorization"]

    def call(self, method: str, path: str, **arguments: t.Any) -> requests.Response:
        """Send a request; anything but success fails the test."""
        answer = self._session.request(method, self._root + path, timeout=30, **arguments)
        assert answer.ok, f"{method} {path}: HTTP {answer.status_code} {answer.text[:500]}"
        return answer

    def rows(self, path: str, **params: t.Any) -> list[Row]:
        """All rows of a list."""
        rows: list[Row] = []
        while True:
            page = {**params, "page_number": 1 + len(rows) // _PAGE, "page_size": _PAGE}
            answer = self.call("GET", path, params=page).json()
            rows += answer["responseList"]
            if len(rows) >= answer["_pageInfo"]["total"]:
                return rows

    def syncable(self, object_type: str | None = None) -> list[Row]:
        """All rows of GET /syncable-objects."""
        return self.rows("/syncable-objects", **({"object_type": object_type} if object_type else {}))

    def hashes(self, *object_types: str) -> dict[tuple[str, str], str]:
        """Hash by type and identifier; of these types, or of all."""
        return {
            (row["objectType"], str(next(iter(row["objectIdentifier"].values())))): row["revisionHash"]
            for row in self.syncable()
            if not object_types or row["objectType"] in object_types
        }

    def algorithm(self, name: str) -> Row:
        """An algorithm as the engine shows it."""
        return t.cast("Row", self.call("GET", f"/algorithms/{name}").json())

    def change_algorithm(self, name: str, description: str) -> None:
        """Save an algorithm with another description."""
        self.call("PUT", f"/algorithms/{name}", json={**self.algorithm(name), "description": description})

    def create_domain(self, name: str, algorithm: str) -> None:
        """Make a domain."""
        self.call("POST", "/domains", json={"domainName": name, "defaultAlgorithmCode": algorithm})

    def change_domain(self, name: str, algorithm: str) -> None:
        """Let a domain use another algorithm."""
        self.call("PUT", f"/domains/{name}", json={"domainName": name, "defaultAlgorithmCode": algorithm})

    def delete_domain(self, name: str) -> None:
        """Delete a domain."""
        self.call("DELETE", f"/domains/{name}")

    def create_environment(self, name: str) -> None:
        """Make an environment, in an application of the same name."""
        application = self.call("POST", "/applications", json={"applicationName": name}).json()["applicationId"]
        body = {"environmentName": name, "applicationId": application, "purpose": "MASK"}
        self.call("POST", "/environments", json=body)
