# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control interface: faults, switches, clock, users, accounts, executions and the request log.

Plain HTTP on a port of its own. The engine API shows nothing of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from masking_simulator.engine import Engine
from masking_simulator.errors import ApiError
from masking_simulator.runs import Plan, find_job, plan

Action = Callable[[Engine, Request, Any], Any]


def control_app(engine: Engine) -> Starlette:
    """The control interface of an engine."""
    table: dict[str, dict[str, Action]] = {
        "/requests": {"GET": _requests, "DELETE": _forget_requests},
        "/faults": {"GET": _faults, "PUT": _set_faults, "DELETE": _clear_faults},
        "/switches": {"GET": _switches, "PUT": _set_switches},
        "/clock": {"GET": _clock, "POST": _advance},
        "/users": {"GET": _users, "POST": _put_user},
        "/accounts": {"GET": _accounts, "POST": _set_account, "DELETE": _forget_accounts},
        "/executions": {"GET": _executions, "POST": _start_execution},
        "/executions/{id:int}/finish": {"POST": _finish_execution},
        "/state": {"GET": _state},
    }
    routes = [
        Route(path, _endpoint(engine, action), methods=[method])
        for path, actions in table.items()
        for method, action in actions.items()
    ]
    return Starlette(routes=routes)


def _endpoint(engine: Engine, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        raw = await request.body()
        try:
            body = orjson.loads(raw) if raw else None
            result = await run_in_threadpool(action, engine, request, body)
        except ApiError as error:
            return _json({"error": error.message}, error.status)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)
        return Response(status_code=204) if result is None else _json(result, 200)

    return serve


def _json(value: Any, status: int) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def _requests(engine: Engine, request: Request, body: Any) -> Any:
    return engine.log.since(int(request.query_params.get("after", "0")))


def _forget_requests(engine: Engine, request: Request, body: Any) -> Any:
    engine.log.clear()


def _faults(engine: Engine, request: Request, body: Any) -> Any:
    return engine.faults.shown()


def _set_faults(engine: Engine, request: Request, body: Any) -> Any:
    engine.faults.replace(body)
    return engine.faults.shown()


def _clear_faults(engine: Engine, request: Request, body: Any) -> Any:
    engine.faults.replace([])


def _switches(engine: Engine, request: Request, body: Any) -> Any:
    return engine.switches.as_dict()


def _set_switches(engine: Engine, request: Request, body: Any) -> Any:
    engine.set_switches(dict(body))
    return engine.switches.as_dict()


def _clock(engine: Engine, request: Request, body: Any) -> Any:
    return {"now": engine.clock.now()}


def _advance(engine: Engine, request: Request, body: Any) -> Any:
    engine.clock.advance(float(body["advance_seconds"]))
    return {"now": engine.clock.now()}


def _users(engine: Engine, request: Request, body: Any) -> Any:
    return engine.auth.states()


def _put_user(engine: Engine, request: Request, body: Any) -> Any:
    engine.users.put(str(body["username"]), str(body["password"]), bool(body.get("is_admin", False)))
    return {"username": body["username"], "is_admin": bool(body.get("is_admin", False))}


def _accounts(engine: Engine, request: Request, body: Any) -> Any:
    return engine.accounts.all()


def _set_account(engine: Engine, request: Request, body: Any) -> Any:
    engine.accounts.set(str(body["address"]), str(body["user"]), str(body["secret"]))
    return engine.accounts.all()


def _forget_accounts(engine: Engine, request: Request, body: Any) -> Any:
    engine.accounts.forget()


def _executions(engine: Engine, request: Request, body: Any) -> Any:
    return engine.executions.all()


def _start_execution(engine: Engine, request: Request, body: Any) -> Any:
    """A job is run as told, whether or not its connectors can be reached; there need be no such job."""
    duration, number = body.get("duration"), int(body["job_id"])
    with engine.model.lock:
        job = find_job(engine.model, number)
        asked = Plan(number) if job is None else plan(engine.model, job, None, None, {})
    return engine.executions.submit(asked, None if duration is None else float(duration), checked=False)


def _finish_execution(engine: Engine, request: Request, body: Any) -> Any:
    return engine.executions.finish(request.path_params["id"], (body or {}).get("status", "SUCCEEDED"))


def _state(engine: Engine, request: Request, body: Any) -> Any:
    """What the engine holds, for comparing it with itself and with others: hashes by kind and name."""
    model = engine.model
    with model.lock:
        counts = Counter(obj.type or obj.kind for obj in model.objects)
        named = sorted((obj.type, obj.name, model.hashes.revision_hash(obj.key)) for obj in model.objects if obj.type)
        return {
            "release": engine.release.text,
            "profile": engine.store.meta("profile"),
            "objects": dict(sorted(counts.items())),
            "global_hash": model.hashes.global_hash(),
            "fingerprint": hashlib.sha256(orjson.dumps(named)).hexdigest(),
            "tasks": dict(Counter(task["status"] for task in engine.tasks.all())),
        }
