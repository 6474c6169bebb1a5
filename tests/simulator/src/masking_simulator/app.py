# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine API as an ASGI application."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from masking_simulator.api.dispatch import Endpoint, endpoint, json_response
from masking_simulator.contract import operations, published
from masking_simulator.engine import Engine
from masking_simulator.errors import refuse
from masking_simulator.releases import pinned_api

_BASE = re.compile(r"/masking/api(?:/(v\d+(?:\.\d+)*))?(/.*)?")


def engine_app(engine: Engine) -> ASGIApp:
    """The API of an engine below /masking/api, with and without a pinned version."""
    here = [operation for operation in operations() if operation.on(engine.release)]
    # fixed paths first, so that /connectors/test is not taken for a connector named test
    here.sort(key=lambda operation: operation.path.count("{"))
    paths: dict[str, dict[str, Endpoint]] = {}
    for operation in here:
        paths.setdefault(operation.path, {})[operation.method] = endpoint(engine, operation)
    routes = [Route(path, _by_method(methods), methods=None) for path, methods in paths.items()]

    async def swagger(request: Request) -> Response:
        return json_response(published(engine.release), 200)

    routes.append(Route("/swagger-basepath.json", _by_method({"GET": swagger}), methods=None))
    router = Router(routes, redirect_slashes=False, default=_not_found)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        match = _BASE.fullmatch(scope["path"])
        if match is None:
            await _not_found(scope, receive, send)
            return
        pinned, path = match[1], match[2] or "/"
        if pinned and not engine.release.knows(pinned):
            status = engine.switches.integer("unknown_version_status")
            error = refuse(status, "unknown_api_version", version=pinned)
            await json_response(error.body, status)(scope, receive, send)
            return
        path = path.rstrip("/") or "/"
        inner = {
            **scope,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "api": pinned_api(pinned) if pinned else engine.release.api,
            "outer": scope,
        }
        await router(inner, receive, send)

    return app


def _by_method(methods: dict[str, Endpoint]) -> ASGIApp:
    allowed = ", ".join(sorted(methods))

    class Methods:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            serve = methods.get(request.method)
            if serve is None:
                error = refuse(405, "method_not_allowed")
                response = json_response(error.body, 405, {"Allow": allowed})
            else:
                response = await serve(request)
            await response(scope, receive, send)

    return Methods()


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await json_response(refuse(404, "no_such_path").body, 404)(scope, receive, send)
