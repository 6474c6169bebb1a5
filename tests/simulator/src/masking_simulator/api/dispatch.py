# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an HTTP request to a handler of the engine API and back."""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from masking_simulator.api import (  # noqa: F401  (register handlers)
    algorithms,
    connections,
    environments,
    executions,
    objects,
    parts,
    session,
    special,
    sync,
    tasks,
    users,
)
from masking_simulator.api.call import HANDLERS, SAFE_HOST, Answer, Call
from masking_simulator.auth import User
from masking_simulator.contract import Operation
from masking_simulator.engine import Engine
from masking_simulator.errors import ApiError, refuse

_COPY = 1024 * 1024
_JSON = "application/json"

Endpoint = Callable[[Request], Awaitable[Response]]

objects.register()
parts.register()
#: name of the multipart part with the file, where it is not `file`
_FILE_PARTS = {"fileFormats_create": "fileFormat", "datasetFormats_create": "mainframeDatasetFormat"}


def endpoint(engine: Engine, operation: Operation) -> Endpoint:
    """The Starlette endpoint of an operation."""
    handler = HANDLERS[operation.id]

    async def serve(request: Request) -> Response:
        work: Path | None = None
        try:
            if request.scope["api"] < operation.since:
                raise refuse(404, "no_such_path")  # a pinned version without it
            user, token = _authenticate(engine, operation, request)
            path = _path_parameters(operation, request)
            query = _query_parameters(operation, request)
            call = Call(
                engine,
                operation,
                path,
                query,
                None,
                user,
                token,
                request.scope["api"],
                _host(request),
                passphrase=request.headers.get("passphrase"),
                faults=request.scope.get("faults", []),
            )
            if operation.media == "multipart/form-data" or operation.id == "import":
                work = Path(tempfile.mkdtemp(dir=engine.store.documents, prefix="request-"))
            await _read_body(request, call, work)
            return _response(await run_in_threadpool(handler, call))
        except ApiError as error:
            return json_response(error.body, error.status)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            traceback.print_exc()
            return json_response(refuse(500, "unexpected").body, 500)
        finally:
            if work is not None:
                shutil.rmtree(work, ignore_errors=True)

    return serve


def json_response(body: Any, status: int, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, headers, media_type=_JSON)


def _authenticate(engine: Engine, operation: Operation, request: Request) -> tuple[User | None, str]:
    token = request.headers.get("authorization", "")
    if operation.role == "none":
        return None, token
    if operation.id == "systemInformation" and engine.switches.text("system_information_auth") == "none":
        return None, token
    user = engine.auth.user_of(token)
    request.scope["outer"]["user"] = user  # for the request log
    if operation.role == "administrator" and not user.is_admin:
        raise refuse(_forbidden_status(engine, operation), "not_administrator")
    return user, token


def _forbidden_status(engine: Engine, operation: Operation) -> int:
    chosen = engine.switches.text("forbidden_status")
    if chosen == "by_release":
        # documented: 403 on objects from 5.1.42 on, while the sync endpoints still have 401 there
        return 403 if engine.release.api >= 42 and operation.tag != "sync" else 401
    return int(chosen)


def _path_parameters(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return operation.parameters_in("path", request.path_params, request.scope["api"])
    except ApiError as error:
        raise ApiError(404, error.message) from None


def _query_parameters(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return operation.parameters_in("query", dict(request.query_params), request.scope["api"])
    except ApiError as error:
        raise _fitting(operation, error) from None


async def _read_body(request: Request, call: Call, work: Path | None) -> None:
    operation = call.operation
    if operation.media == "multipart/form-data":
        assert work is not None
        await _read_form(request, call, work)
    elif operation.id == "import":
        assert work is not None
        call.upload = work / "document"
        with call.upload.open("wb") as out:
            async for chunk in request.stream():
                out.write(chunk)
    elif operation.media == _JSON:
        raw = await request.body()
        if raw or operation.body_required:
            try:
                _check_json(call, raw)
            except ApiError as error:
                raise _fitting(operation, error) from None


def _check_json(call: Call, raw: bytes) -> None:
    try:
        call.body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise refuse(400, "bad_json") from None
    call.operation.check_body(call.body)


def _fitting(operation: Operation, error: ApiError) -> ApiError:
    """A malformed request, with a status that the operation documents."""
    if "400" in operation.statuses:
        return error
    return refuse(401, "login_malformed") if operation.id == "login" else ApiError(409, error.message)


async def _read_form(request: Request, call: Call, work: Path) -> None:
    part = _FILE_PARTS.get(call.operation.id, "file")
    try:
        async with request.form() as form:
            file = form.get(part)
            if not isinstance(file, UploadFile):
                raise refuse(400, "file_part_missing")
            call.filename = file.filename or ""
            call.form = {name: value for name, value in form.items() if isinstance(value, str)}
            call.upload = work / "document"
            with call.upload.open("wb") as out:
                while chunk := await file.read(_COPY):
                    out.write(chunk)
    except (HTTPException, MultiPartException):
        raise _fitting(call.operation, refuse(400, "file_part_missing")) from None
    except ApiError as error:
        raise _fitting(call.operation, error) from None


def _response(answer: Answer) -> Response:
    if answer.file is not None:
        return _file_response(answer, answer.file)
    if answer.raw is not None:
        return Response(answer.raw, answer.status, media_type=_JSON)
    if answer.body is None:
        return Response(status_code=answer.status)
    return json_response(answer.body, answer.status)


def _file_response(answer: Answer, path: Path) -> Response:
    """The whole file: nothing tells of ranges or time stamps on a real engine."""
    source = path.open("rb")
    size = os.fstat(source.fileno()).st_size
    if answer.delete_file:
        shutil.rmtree(path.parent, ignore_errors=True)  # what is open can still be read
    media = _JSON if answer.delete_file else "application/octet-stream"
    return StreamingResponse(_chunks(source), answer.status, {"Content-Length": str(size)}, media)


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while chunk := source.read(_COPY):
            yield chunk


def _host(request: Request) -> str:
    name = request.headers.get("host", "")
    return name.rsplit(":", 1)[0] if SAFE_HOST.fullmatch(name) and not name.endswith("]") else name[:255]
