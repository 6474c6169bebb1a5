# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listing, export and import."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.errors import ApiError, refuse
from masking_simulator.sync import exporting, importing
from masking_simulator.sync.gate import Operation
from masking_simulator.sync.tasks import Finish, Work, document_path, new_reference

#: the switch with the status of a busy engine, for the endpoints that answer with the result itself
_BUSY = "synchronous_concurrency_status"


@handles("syncableObjects_list")
def list_objects(call: Call) -> Answer:
    with call.engine.model.lock:
        return page(call, call.engine.listing.rows(call.query["object_type"], _shows_revision_id(call)))


@handles("syncableObjects_environment")
def list_environment(call: Call) -> Answer:
    number = call.path["environmentId"]
    engine = call.engine
    with engine.model.lock:
        environment = engine.model.objects.by_id("environment", number)
        if environment is None:
            raise refuse(404, "not_found", kind="environment", identifier=number)
        row = engine.listing.row(environment, _shows_revision_id(call))
    return Answer(raw=b'{"_pageInfo":{"numberOnPage":1,"total":1},"responseList":[' + row + b"]}")


@handles("export")
def export(call: Call) -> Answer:
    engine = call.engine
    leave = engine.gate.enter("export", _BUSY)
    try:
        _wait_for_export(call)
        prepared = exporting.prepare(engine, call.body, call.host, _shows_revision_id(call))
        path = Path(tempfile.mkdtemp(dir=engine.store.documents, prefix="export-")) / "document.json"
        exporting.write(engine, prepared, path, call.passphrase)
    finally:
        leave()
    return Answer(file=path, delete_file=True, status=engine.switches.integer("post_success_status"))


@handles("exportAsync")
def export_async(call: Call) -> Answer:
    engine = call.engine
    structure = call.query["structure"] or engine.switches.text("structure_default")
    zipped = structure == "ZIP" and call.api >= 42
    prepared = exporting.prepare(engine, call.body, call.host, _shows_revision_id(call))
    reference, _ = new_reference("EXPORT", "zip" if zipped else "json")

    def work(finish: Finish) -> None:
        exporting.write(engine, prepared, document_path(engine.store, reference), call.passphrase, zipped)

    return _start(call, Job("EXPORT", "export", reference, work), waits=False)


@handles("exportAsync_purge")
def purge_exports(call: Call) -> Answer:
    call.engine.tasks.purge("EXPORT")
    return Answer(status=call.engine.switches.integer("purge_status"))


@handles("import")
def import_(call: Call) -> Answer:
    engine = call.engine
    options = _options(call)
    importing.check_environments(engine, options)
    assert call.upload is not None
    leave = engine.gate.enter("import", _BUSY)
    try:
        with engine.import_lock:
            return call.created(importing.run_import(engine, call.upload, options))
    finally:
        leave()


@handles("importAsync")
def import_async(call: Call) -> Answer:
    engine = call.engine
    options = _options(call)
    importing.check_environments(engine, options)
    assert call.upload is not None
    folder = Path(tempfile.mkdtemp(dir=engine.store.documents, prefix="upload-"))
    document = folder / "document"
    shutil.move(call.upload, document)
    reference, _ = new_reference("IMPORT")
    report = document_path(engine.store, reference)

    def check() -> None:
        if engine.switches.text("refuse_import") == "submit":
            try:
                with engine.import_lock:
                    importing.try_import(engine, document, options)
            except ApiError as error:
                raise ApiError(error.status, error.message) from None  # documented without list of statuses

    def work(finish: Finish) -> None:
        def committing(results: list[importing.Result]) -> None:
            _write(report, results)
            finish()

        with engine.import_lock:
            importing.run_import(engine, document, options, committing)

    def failed(error: ApiError) -> None:
        if engine.switches.text("failed_import_document") == "kept":
            _write(report, error.body)

    def tidy() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    return _start(call, Job("IMPORT", "import", reference, work, check, failed, tidy), waits=True)


@handles("importAsync_purge")
def purge_imports(call: Call) -> Answer:
    call.engine.tasks.purge("IMPORT")
    return Answer(status=call.engine.switches.integer("purge_status"))


def _shows_revision_id(call: Call) -> bool:
    return call.api >= 42


def _wait_for_export(call: Call) -> None:
    """Take the time of a slow_task fault, cut off at the limit of synchronous exports."""
    slow = call.fault("slow_task")
    if slow is None:
        return
    limit = call.engine.switches.number("export_limit_seconds")
    stopped = call.engine.stopping.wait(min(slow["seconds"], limit))
    if not stopped and slow["seconds"] >= limit:
        raise refuse(call.engine.switches.integer("export_limit_status"), "export_too_long", seconds=int(limit))


def _options(call: Call) -> importing.Options:
    query = call.query
    return importing.Options(
        query["force_overwrite"],
        query["environment_id"],
        query["source_environment_id"],
        call.passphrase,
        call.user_name,
    )


@dataclass(frozen=True)
class Job:
    """An asynchronous export or import.

    check: raises what refuses it at once, after the engine was found free. failed: told why the
    task fails. tidy: called when the job is over or was refused, perhaps twice.
    """

    operation: str
    gate: Operation
    reference: str
    work: Work
    check: Callable[[], None] = lambda: None
    failed: Callable[[ApiError], None] = lambda error: None
    tidy: Callable[[], None] = lambda: None


def _start(call: Call, job: Job, waits: bool) -> Answer:
    """Begin the task of a job, or raise what refuses it."""
    engine = call.engine
    slow = call.fault("slow_task")
    refusal = refuse(500, "unexpected") if call.fault("fail_task") is not None else None
    leave: Finish = lambda: None  # noqa: E731

    def after() -> None:
        leave()
        job.tidy()

    try:
        try:
            leave = engine.gate.enter(job.gate)
        except ApiError as busy:
            if engine.switches.text("concurrency_refusal") == "submit":
                raise
            refusal = busy
        else:
            job.check()
    except BaseException:
        after()
        raise

    def work(finish: Finish) -> None:
        try:
            if refusal is not None:
                raise refusal
            job.work(finish)
        except ApiError as error:
            job.failed(error)
            raise

    task = engine.tasks.start(
        job.operation,
        work,
        reference=job.reference,
        waits=waits,
        seconds=slow["seconds"] if slow else 0.0,
        after=after,
    )
    return call.created(task)


def _write(path: Path, value: Any) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(orjson.dumps(value))
    part.rename(path)
