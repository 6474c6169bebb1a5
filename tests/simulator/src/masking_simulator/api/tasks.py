# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks, their documents and uploaded files."""

from __future__ import annotations

import shutil
import uuid

from masking_simulator.api.call import Answer, Call, handles, page
from masking_simulator.errors import refuse
from masking_simulator.sync.tasks import document_path

UPLOAD_SCHEME = "delphix-file://upload/"


@handles("asyncTasks_list")
def list_tasks(call: Call) -> Answer:
    operation, status = call.query["operation"], call.query["status"]
    tasks = [
        task
        for task in call.engine.tasks.all()
        if operation in (None, task["operation"]) and status in (None, task["status"])
    ]
    return page(call, tasks)


@handles("asyncTasks_get")
def get_task(call: Call) -> Answer:
    number = call.path["asyncTaskId"]
    task = call.engine.tasks.get(number)
    if task is None:
        raise refuse(404, "not_found", kind="task", identifier=number)
    return Answer(task)


@handles("asyncTasks_cancel")
def cancel_task(call: Call) -> Answer:
    call.engine.tasks.cancel(call.path["asyncTaskId"])
    return Answer()


@handles("fileDownloads_get")
def download(call: Call) -> Answer:
    reference = call.path["fileDownloadId"]
    engine = call.engine
    path = document_path(engine.store, reference)
    task = engine.tasks.with_reference(reference)
    if task is not None and task["status"] in ("WAITING", "RUNNING"):
        raise refuse(engine.switches.integer("unfinished_download_status"), "download_not_ready", reference=reference)
    if task is None or not path.is_file():
        raise refuse(404, "no_such_download", reference=reference)
    return Answer(file=path, status=engine.switches.integer("download_status"))


@handles("fileUploads_list")
def list_uploads(call: Call) -> Answer:
    return page(call, list(call.engine.store.records("upload").values()))


@handles("fileUploads_create")
def upload(call: Call) -> Answer:
    assert call.upload is not None
    identifier = uuid.uuid4().hex
    record = {"fileReferenceId": UPLOAD_SCHEME + identifier, "filename": call.filename}
    shutil.move(call.upload, call.engine.store.documents / f"upload-{identifier}")
    call.engine.store.put_record("upload", identifier, record)
    return call.created(record)


@handles("fileUploads_purge")
def purge_uploads(call: Call) -> Answer:
    for identifier in call.engine.store.records("upload"):
        (call.engine.store.documents / f"upload-{identifier}").unlink(missing_ok=True)
        call.engine.store.delete_record("upload", identifier)
    return Answer()
