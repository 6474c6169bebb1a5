# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Talks to simulated engines, in this process or in one of their own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from starlette.testclient import TestClient

from masking_simulator.app import engine_app
from masking_simulator.engine import Config, Engine, open_engine
from masking_simulator.releases import parse_release

ADMIN = ("admin", "Admin-12")
ANALYST = ("analyst", "Analyst-12")
BASE = "/masking/api"
DEADLINE = 30.0
Row = dict[str, Any]


def until(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Poll until the condition is true, and return what it gave; fails at the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not true within {seconds} s"
        time.sleep(0.01)


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _passphrase(passphrase: str | None) -> dict[str, str]:
    return {} if passphrase is None else {"passphrase": passphrase}


class Api:
    """A client of one engine: an HTTP session with helpers for the flows of the sync API."""

    def __init__(self, session: Any, base: str = BASE) -> None:
        self.session = session
        self.base = base
        self.headers: dict[str, str] = {}

    def request(self, method: str, path: str, **options: Any) -> Any:
        headers = {
            _bytes(name): _bytes(value) for name, value in {**self.headers, **options.pop("headers", {})}.items()
        }
        return self.session.request(method, self.base + path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("DELETE", path, **options)

    def login(self, user: tuple[str, str] = ADMIN) -> Api:
        answer = self.post("/login", json={"username": user[0], "password": user[1]})
        assert answer.status_code == 200, answer.text
        self.headers["Authorization"] = answer.json()["Authorization"]
        return self

    def rows(self, path: str, **params: Any) -> list[Row]:
        answer = self.get(path, params={"page_size": 100_000, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()["responseList"]  # type: ignore[no-any-return]

    def hashes(self, object_type: str | None = None) -> dict[tuple[str, str], str]:
        """Revision hashes by (type, value of the identifier)."""
        params = {"object_type": object_type} if object_type else {}
        return {
            (row["objectType"], str(next(iter(row["objectIdentifier"].values())))): row["revisionHash"]
            for row in self.rows("/syncable-objects", **params)
        }

    def row(self, object_type: str, name: str) -> Row:
        return next(
            row
            for row in self.rows("/syncable-objects", object_type=object_type)
            if next(iter(row["objectIdentifier"].values())) == name
        )

    def export(self, *objects: Row, passphrase: str | None = None, **options: Any) -> Any:
        headers = _passphrase(passphrase)
        return self.post("/export", json=list(objects), headers=headers, **options)

    def document(self, *objects: Row, passphrase: str | None = None) -> Row:
        answer = self.export(*objects, passphrase=passphrase)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def import_(self, document: Any, *, force: bool = True, passphrase: str | None = None, **params: Any) -> Any:
        headers = {b"Content-Type": b"application/json", **_passphrase(passphrase)}
        return self.post(
            "/import",
            params={"force_overwrite": str(force).lower(), **params},
            content=json.dumps(document),
            headers=headers,
        )

    def import_async(self, document: Any, *, force: bool = True, passphrase: str | None = None, **params: Any) -> Any:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = _passphrase(passphrase)
        return self.post(
            "/import-async",
            params={"force_overwrite": str(force).lower(), **params},
            files={"file": ("export.json", data)},
            headers=headers,
        )

    def ended(self, task: Row) -> Row:
        """The task when it has ended."""

        def look() -> Row | None:
            found: Row = self.get(f"/async-tasks/{task['asyncTaskId']}").json()
            return found if found["status"] not in ("WAITING", "RUNNING") else None

        return until(look)  # type: ignore[no-any-return]

    def download(self, task: Row) -> Any:
        return self.get(f"/file-downloads/{task['reference']}")


GLOBAL: Row = {"objectIdentifier": {"id": "global"}, "objectType": "GLOBAL_OBJECT"}


def domain(name: str) -> Row:
    return {"objectIdentifier": {"id": name}, "objectType": "DOMAIN"}


def algorithm(name: str, object_type: str = "USER_ALGORITHM") -> Row:
    return {"objectIdentifier": {"algorithmName": name}, "objectType": object_type}


class Local:
    """An engine in this process: fast, and its inside can be reached."""

    def __init__(self, state: Path, release: str, data: str, seed: int, switches: dict[str, Any]) -> None:
        config = Config(state, parse_release(release), place=str(state), profile=data, seed=seed, switches=switches)
        self.engine: Engine = open_engine(config)
        self.session = TestClient(
            engine_app(self.engine), base_url="http://engine.example.com", raise_server_exceptions=True
        )

    def api(self, user: tuple[str, str] | None = ADMIN, version: str = "") -> Api:
        api = Api(self.session, BASE + version)
        return api.login(user) if user else api

    def close(self) -> None:
        self.session.close()
        self.engine.close()


class Process:
    """An engine in a process of its own, started by the console command."""

    def __init__(
        self,
        state: Path,
        *options: str,
        host: str = "127.0.0.1",
        tls_dir: Path | None = None,
        release: str = "2025.2.0.0",
        data: str = "empty",
        port: int = 0,
    ) -> None:
        transport = ["--tls-dir", str(tls_dir)] if tls_dir else ["--plain-http"]
        self.command = [
            sys.executable,
            "-m",
            "masking_simulator",
            "serve",
            "--host",
            host,
            "--port",
            str(port),
            "--state",
            str(state),
            "--release",
            release,
            "--data",
            data,
            "--control-port",
            "0",
            *transport,
            *options,
        ]
        self.folder = state.parent
        self.ca = tls_dir / "ca.pem" if tls_dir else None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        self.control = lines.get(timeout=DEADLINE).removeprefix("control ").strip()
        self.url = lines.get(timeout=DEADLINE).removeprefix("ready ").strip()
        assert self.url.startswith("http"), self.process.stderr.read() if self.process.stderr else ""

    def _read(self, lines: queue.Queue[str]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.put(line)
        lines.put("")
        lines.put("")

    def api(self, user: tuple[str, str] | None = ADMIN) -> Api:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.ca) if self.ca else True
        api = Api(_Requests(session), self.url + BASE)
        return api.login(user) if user else api

    def tell(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control interface."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, self.control + path, json=body)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class _Requests:
    """requests with the one word in which TestClient differs: raw bodies are called content."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(self, method: str, url: str, content: Any = None, **options: Any) -> Any:
        if content is not None:
            options["data"] = content
        return self._session.request(method, url, timeout=DEADLINE, **options)


def environment() -> dict[str, str]:
    """The environment without proxies and foreign CA settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name not in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    }
