# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving bundles out of and into an engine. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import (
    Engine,
    Row,
    Task,
    failed_task,
    statuses_in,
)
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    Bundle,
    FileUpload,
    identity,
    read_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    BundleError,
    DeadlineError,
    EngineBusyError,
    ImportFailedError,
    MaskingError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._files import replacing
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    refusal,
)
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    concurrent_sync,
)

_DOWNLOAD_TRIES = 2
# Reported by the engine with a refused object; a long list helps nobody in one message.
_NAMED_FAILURES = 5


@dataclasses.dataclass(frozen=True)
class TransferOptions:
    """How bundles travel. ``background``: by the async endpoints, which are not cut off after 3 minutes."""

    passphrase: str | None = dataclasses.field(default=None, repr=False)
    background: bool = True
    structure: str | None = None


def transfer_options(params: t.Mapping[str, t.Any]) -> TransferOptions:
    """From module parameters."""
    return TransferOptions(params["passphrase"] or None, params["method"] == "async", params.get("structure"))


# Export


def export_bundle(engine: Engine, objects: t.Sequence[Row], path: str, options: TransferOptions) -> Bundle:
    """Export objects (``{objectIdentifier, objectType}``) to a file of mode 0600.

    The file appears only when the bundle is whole and holds what was asked for. Raises
    ApiError, TaskFailedError, BundleError, FileError.
    """
    with replacing(path) as stream:
        if options.background:
            task = _start_export(engine, objects, options)
            task = engine.wait_for(task)
            if task.status != "SUCCEEDED" or not task.reference:
                raise failed_task(engine.name, task, "the export failed")
            bundle = _download(engine, task.reference, stream)
        else:
            _when_idle(engine, "the export", lambda: engine.export(objects, stream, passphrase=options.passphrase))
            bundle = _checked(stream)
        _check_content(bundle, objects, engine.name)
    return dataclasses.replace(bundle, path=path)


def _start_export(engine: Engine, objects: t.Sequence[Row], options: TransferOptions) -> Task:
    return _when_idle(
        engine,
        "the export",
        lambda: engine.export_async(objects, passphrase=options.passphrase, structure=options.structure),
    )


T = t.TypeVar("T")


def _when_idle(engine: Engine, what: str, send: t.Callable[[], T]) -> T:
    """Call ``send``; when it is refused because the engine is busy, wait and call it again."""
    while True:
        try:
            return send()
        except ApiError as error:
            if error.http_status in (401, 403) or not _wait_if_busy(engine, what, error):
                raise


def _wait_if_busy(engine: Engine, what: str, refused: MaskingError) -> bool:
    """After a refusal, wait for what runs on the engine. Whether there was anything to wait for.

    How an engine that works exclusively words that it is busy is not documented, so it is
    known by what runs; others say conflict. Raises EngineBusyError with the refusal in it.
    """
    if refused.http_status != 409 and concurrent_sync(engine.release):
        return False
    try:
        return engine.wait_until_idle(what)
    except EngineBusyError as busy:
        busy.detail = f"it was refused before: {refused.detail or refused.message}"
        raise


def _download(engine: Engine, reference: str, stream: t.IO[bytes]) -> Bundle:
    """Fetch a bundle; once more when it arrives damaged."""
    tries = 0
    while True:
        tries += 1
        engine.download(reference, stream)
        try:
            return _checked(stream)
        except BundleError:
            if tries == _DOWNLOAD_TRIES:
                raise


def _checked(stream: t.IO[bytes]) -> Bundle:
    stream.flush()
    return read_bundle(str(stream.name))


def _check_content(bundle: Bundle, objects: t.Sequence[Row], engine: str) -> None:
    if bundle.requested is None:
        return
    asked, got = ({identity(row) for row in rows} for rows in (objects, bundle.requested))
    if not asked <= got:
        names = ", ".join(f"{kind} {identifier}" for kind, identifier in sorted(asked - got))
        raise BundleError("the bundle does not hold all that was asked for", engine=engine, subject=names)


# Import


@dataclasses.dataclass(frozen=True)
class ImportGoal:
    """Where and how a bundle is imported."""

    force_overwrite: bool
    environment_id: int | None = None
    source_environment_id: int | None = None

    @property
    def params(self) -> Row:
        """As query parameters."""
        params: Row = {"force_overwrite": "true" if self.force_overwrite else "false"}
        if self.environment_id is not None:
            params["environment_id"] = self.environment_id
        if self.source_environment_id is not None:
            params["source_environment_id"] = self.source_environment_id
        return params


def import_bundle(engine: Engine, path: str, goal: ImportGoal, options: TransferOptions) -> list[Row] | None:
    """Import a bundle and return the engine's status of every object.

    None when the engine keeps no statuses, so that only hashes can tell. Engines before
    release 20 refuse an import while another export, import or job runs: that is waited
    for. Raises ImportFailedError when the engine refused or rolled back, AnswerLostError
    when nobody knows (the import is never sent twice), EngineBusyError at the deadline.
    """
    what = "the import"
    exclusive = not concurrent_sync(engine.release)
    if exclusive:
        engine.wait_until_idle(what)
    again = True
    while True:
        statuses, problem = _try_import(engine, path, goal, options)
        if problem is None:
            return statuses
        # A refused or failed import has changed nothing, so it may be sent again once
        # what was in its way has ended; once even if that ended before we looked.
        waited = statuses is None and _wait_if_busy(engine, what, problem)
        if not waited and not (again and problem.http_status == 409 and statuses is None):
            raise problem
        again = waited


def _try_import(
    engine: Engine, path: str, goal: ImportGoal, options: TransferOptions
) -> tuple[list[Row] | None, MaskingError | None]:
    """Statuses and, when the import did not succeed, the error."""
    upload = FileUpload(path, multipart=options.background)
    send = engine.import_async if options.background else engine.import_sync
    answer = send(upload, goal.params, passphrase=options.passphrase)
    if not answer.ok:
        statuses = statuses_in(answer)
        return statuses, _refused(engine, answer, statuses, path, options)
    if not options.background:
        statuses = statuses_in(answer)
        return statuses, _failures(engine, statuses)
    task = _wait_for_import(engine, Task.read(answer.json(), engine.name))
    statuses, words = _statuses_of(engine, task)
    if task.status != "SUCCEEDED":
        return statuses, _failures(engine, statuses) or _failed_import_task(engine, task, words, path, options)
    return statuses, _failures(engine, statuses)


def _wait_for_import(engine: Engine, task: Task) -> Task:
    """The ended task. Raises AnswerLostError when nobody can tell any more what became of it."""
    try:
        return engine.wait_for(task)
    except DeadlineError:
        raise
    except MaskingError as error:
        raise AnswerLostError(
            f"IMPORT task {task.id} was started, but cannot be read any more",
            engine=engine.name,
            detail=error.detail or error.message,
        ) from error


def _statuses_of(engine: Engine, task: Task) -> tuple[list[Row] | None, str | None]:
    """Statuses or words of an ended task; neither when they cannot be fetched, as hashes tell too."""
    try:
        return engine.import_statuses(task)
    except DeadlineError:
        raise
    except MaskingError:
        return None, None


def _refused(
    engine: Engine, answer: Answer, statuses: list[Row] | None, path: str, options: TransferOptions
) -> MaskingError:
    named = _failures(engine, statuses, http_status=answer.status)
    if named is not None:
        return named
    plain = refusal(answer, "the import")
    return _bundle_refused(engine, plain.message, plain.detail, path, options, http_status=answer.status)


def _failed_import_task(
    engine: Engine, task: Task, words: str | None, path: str, options: TransferOptions
) -> MaskingError:
    return _bundle_refused(engine, failed_task(engine.name, task, "the import failed").message, words, path, options)


def _bundle_refused(
    engine: Engine,
    message: str,
    words: str | None,
    path: str,
    options: TransferOptions,
    http_status: int | None = None,
) -> ImportFailedError:
    """The error for a bundle refused as a whole; guesses at the reason only when the engine gives none."""
    hint = "This import has changed nothing."
    if words is None:
        hint += " The engine gives no reason; its application log does. Check that the bundle was not edited"
        hint += " and that the passphrase is that of the export." if options.passphrase else " and needs no passphrase."
    return ImportFailedError(
        message, engine=engine.name, http_status=http_status, subject=path, detail=words, hint=hint
    )


def _failures(engine: Engine, statuses: list[Row] | None, http_status: int | None = None) -> ImportFailedError | None:
    """The error for statuses of which some are not SUCCESS; also a 2xx answer may hold such."""
    failed = [row for row in statuses or [] if row.get("importStatus") == "FAILED" or row.get("failureMessage")]
    if not failed:
        return None
    texts = [f"{describe(row)}: {row.get('failureMessage') or 'no reason given'}" for row in failed]
    more = f" and {len(texts) - _NAMED_FAILURES} more" if len(texts) > _NAMED_FAILURES else ""
    return ImportFailedError(
        "the import failed and was rolled back",
        engine=engine.name,
        http_status=http_status,
        subject=describe(failed[0]),
        detail="; ".join(texts[:_NAMED_FAILURES]) + more,
        hint="This import has changed nothing.",
        objects=[status_to_result(row) for row in statuses or []],
    )


def describe(row: Row) -> str:
    """An object of an engine's answer in words: its type and its identifier's value."""
    identifier = row.get("objectIdentifier")
    value = next(iter(identifier.values()), "?") if isinstance(identifier, dict) else "?"
    return f"{row.get('objectType')} {value}"


def status_to_result(row: Row) -> Row:
    """An import status as result keys."""
    result: Row = {
        "type": row.get("objectType"),
        "identifier": row.get("objectIdentifier"),
        "status": row.get("importStatus"),
    }
    for name, key in (("imported_identifier", "importedObjectIdentifier"), ("failure", "failureMessage")):
        if row.get(key) is not None:
            result[name] = row[key]
    return result


# Cleanup


def purge(engine: Engine, what: t.Literal["export", "import"], warn: t.Callable[[str], None]) -> bool:
    """Drop the engine's export or import documents, everybody's. Returns whether it was done.

    Not done, with a warning, while any sync task has not ended: it may need its document.
    """
    busy = engine.active_sync_tasks()
    if busy:
        names = ", ".join(f"{task.operation} task {task.id}" for task in busy)
        warn(f"engine {engine.name}: the {what} documents were left, as {names} is still running")
        return False
    engine.purge(what)
    return True


def arrived_after_all(engine: Engine, lost: AnswerLostError, arrived: t.Callable[[], bool]) -> bool:
    """Whether an import whose answer was lost has arrived after all.

    Waits for imports that run on the engine, then looks at hashes a few times: an import by
    /import is in no list of tasks. When the engine cannot be asked, ``lost`` tells why.
    """
    what = "an import whose answer was lost"
    try:
        for pause in (0.5, 1.0, 2.0, 4.0):
            engine.wait_until_idle(what, jobs=False)
            if arrived():
                return True
            engine.session.transport.pause(pause, what)
        return arrived()
    except MaskingError as error:
        lost.detail = "; ".join(text for text in (lost.detail, f"then it could not be asked: {error}") if text)
        return False
