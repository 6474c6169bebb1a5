# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least a program can do to bring targets in sync: lists, one comparison, and what differs.

One after the other, no retries, no proof afterwards, one failure ends it. Reads BENCH_SOURCE,
BENCH_TARGETS (blank between), BENCH_CA, BENCH_USER, BENCH_PASSWORD and BENCH_POLL (seconds).
"""

from __future__ import annotations

import os
import time
import typing as t

import requests

_PAGE_SIZE = 1000
Row = dict[str, t.Any]
Key = tuple[str, str]


class Engine:
    """One engine, logged in."""

    def __init__(self, url: str) -> None:
        self._api = f"{url}/masking/api"
        self._session = requests.Session()
        self._ca = os.environ["BENCH_CA"]
        login = {"username": os.environ["BENCH_USER"], "password": os.environ["BENCH_PASSWORD"]}
        self._session.headers["Authorization"] = self.call("POST", "/login", json=login).json()["Authorization"]

    def call(self, method: str, path: str, **arguments: t.Any) -> requests.Response:
        """One request; raises requests.HTTPError for anything but success."""
        answer = self._session.request(method, self._api + path, verify=self._ca, timeout=300, **arguments)
        answer.raise_for_status()
        return answer

    def objects(self) -> dict[Key, Row]:
        """Engine-wide syncable objects. The global object says nothing that its members do not."""
        rows: list[Row] = []
        total = 1
        while len(rows) < total:
            number = len(rows) // _PAGE_SIZE + 1
            page = self.call("GET", "/syncable-objects", params={"page_number": number, "page_size": _PAGE_SIZE}).json()
            rows += page["responseList"]
            total = page["_pageInfo"]["total"]
        return {
            (row["objectType"], str(next(iter(row["objectIdentifier"].values())))): row
            for row in rows
            if row["objectType"] != "GLOBAL_OBJECT"
        }

    def finished(self, task: Row) -> str:
        """Wait for a task and return the reference of its document."""
        while task["status"] in ("WAITING", "RUNNING"):
            time.sleep(float(os.environ["BENCH_POLL"]))
            task = self.call("GET", f"/async-tasks/{task['asyncTaskId']}").json()
        if task["status"] != "SUCCEEDED":
            raise SystemExit(f"{self._api}: {task}")
        return str(task["reference"])

    def export(self, rows: list[Row]) -> bytes:
        """A bundle of these objects."""
        asked = [{name: row[name] for name in ("objectIdentifier", "objectType")} for row in rows]
        reference = self.finished(self.call("POST", "/export-async", json=asked).json())
        return self.call("GET", f"/file-downloads/{reference}").content

    def take(self, bundle: bytes, **params: str) -> None:
        """Import a bundle; the engine does all of it or nothing."""
        asked = {"force_overwrite": "true", **params}
        self.finished(self.call("POST", "/import-async", params=asked, files={"file": ("export.json", bundle)}).json())

    def leave(self) -> None:
        """Log out."""
        self.call("PUT", "/logout")


def main() -> None:
    """Sync all targets with the source."""
    source = Engine(os.environ["BENCH_SOURCE"])
    wanted = source.objects()
    bundles: dict[frozenset[Key], bytes] = {}
    for url in os.environ["BENCH_TARGETS"].split():
        target = Engine(url)
        held = target.objects()
        differs = frozenset(
            key for key, row in wanted.items() if key not in held or held[key]["revisionHash"] != row["revisionHash"]
        )
        if differs:
            if differs not in bundles:
                bundles[differs] = source.export([wanted[key] for key in sorted(differs)])
            target.take(bundles[differs])
        target.leave()
    source.leave()


if __name__ == "__main__":
    main()
