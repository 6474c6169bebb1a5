# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs an engine, and its control interface, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from masking_simulator.app import engine_app
from masking_simulator.control import control_app
from masking_simulator.engine import Engine
from masking_simulator.observe import Observer
from masking_simulator.tls import prepare_tls

_GRACE = 3


@dataclass(frozen=True)
class Listen:
    """Where to listen; port 0 is any free one."""

    host: str
    port: int


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                connection.transport.abort()  # an idle TLS client would make us wait for its goodbye
        await super().shutdown(sockets)


async def serve(engine: Engine, listen: Listen, tls: Path | None, control: Listen | None) -> None:
    """Serve until SIGTERM or SIGINT. Prints where the control interface and the engine are."""
    servers: list[tuple[_Server, socket.socket]] = []
    if control is not None:
        bound = _bind(control)
        servers.append((_server(control_app(engine), None), bound))
        print(f"control {_url('http', bound)}", flush=True)
    files = prepare_tls(tls, listen.host) if tls is not None else None
    bound = _bind(listen)
    servers.append((_server(Observer(engine_app(engine), engine), files), bound))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        engine.stopping.set()
        for server, _ in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    running = [asyncio.create_task(server.serve(sockets=[bound])) for server, bound in servers]
    for (server, _), task in zip(servers, running, strict=True):
        await _started(server, task)
    print(f"ready {_url('https' if files else 'http', bound)}", flush=True)
    await asyncio.gather(*running)


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    """Wait until a server takes requests; raises what kept it from starting."""
    up = asyncio.ensure_future(server.up.wait())
    await asyncio.wait({up, task}, return_when=asyncio.FIRST_COMPLETED)
    if not up.done():
        up.cancel()
        await task
        raise OSError("the server ended while it started")


def _server(app: ASGIApp, files: tuple[Path, Path] | None) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            http="httptools",
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE,
            ssl_certfile=files[0] if files else None,
            ssl_keyfile=files[1] if files else None,
        )
    )


def _bind(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    # the protocol is named because asyncio turns Nagle's delay off only for sockets that name it
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((listen.host, listen.port))
        bound.listen()  # only now is the port taken for others
    except OSError as error:
        raise OSError(f"cannot listen on {listen.host}:{listen.port}: {error.strerror}") from None
    return bound


def _url(scheme: str, bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
