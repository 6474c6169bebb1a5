# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of all layers. Private to this collection.

Every error names the engine, says what happened and what to do, and carries a stable
machine-readable part: ``error.code`` never changes its meaning between releases.
"""

from __future__ import annotations

import typing as t


class MaskingError(Exception):
    """Base of every error that a user can meet.

    ``message`` says what happened, ``hint`` what to do, ``engine`` is the engine's URL,
    ``subject`` the object, file or option concerned, ``detail`` the engine's own words.
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        engine: str | None = None,
        subject: str | None = None,
        http_status: int | None = None,
        detail: str | None = None,
        hint: str | None = None,
        objects: list[dict[str, t.Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.engine = engine
        self.subject = subject
        self.http_status = http_status
        self.detail = detail
        self.hint = hint
        self.objects = objects

    def __str__(self) -> str:
        text = f"engine {self.engine}: {self.message}" if self.engine else self.message
        if self.subject and self.subject not in self.message:
            text += f" ({self.subject})"
        if self.detail:
            text += f": {self.detail}"
        if self.hint:
            text = f"{text.rstrip('.')}. {self.hint}"
        return text

    def to_result(self) -> dict[str, t.Any]:
        """The error as result keys: ``msg`` and ``error`` (code, engine, object, ...)."""
        error = {
            "code": self.code,
            "engine": self.engine,
            "object": self.subject,
            "http_status": self.http_status,
            "engine_message": self.detail,
            "hint": self.hint,
            "objects": self.objects,
        }
        return {"msg": str(self), "error": {name: value for name, value in error.items() if value is not None}}


class OptionError(MaskingError):
    """An option has a value that cannot work."""

    code = "invalid_option"


class FileError(MaskingError):
    """A file on the machine that runs the module cannot be read or written."""

    code = "file_error"


class UnreachableError(MaskingError):
    """No connection could be made: nothing reached the engine."""

    code = "unreachable"


class TlsError(MaskingError):
    """The engine's certificate was not accepted, or it speaks no TLS there."""

    code = "tls_failed"


class AnswerLostError(MaskingError):
    """The request may have reached the engine, but its answer did not come back."""

    code = "answer_lost"


class DeadlineError(MaskingError):
    """The time allowed for the whole task is over."""

    code = "deadline_exceeded"


class UnexpectedAnswerError(MaskingError):
    """What answered does not speak the engine's API."""

    code = "unexpected_answer"


class ApiError(MaskingError):
    """The engine refused a request."""

    code = "refused"


class AuthenticationError(ApiError):
    """Login refused, or a token that is no longer valid."""

    code = "authentication_failed"


class NotPermittedError(ApiError):
    """Logged in, but this user may not do it. Sync needs an administrator."""

    code = "not_permitted"


class NotFoundError(MaskingError):
    """An object, environment or file that was named does not exist."""

    code = "not_found"


class AmbiguousError(MaskingError):
    """A name stands for more than one object."""

    code = "ambiguous"


class InUseError(MaskingError):
    """What was to be removed holds or serves something else."""

    code = "in_use"


class ListUnstableError(MaskingError):
    """A list changed each time while its pages were read."""

    code = "list_unstable"


class WriteGuardError(MaskingError):
    """A write was attempted where only reading is allowed: a defect of this collection."""

    code = "write_in_read_only"


class BundleError(MaskingError):
    """A bundle is not an export document, or is damaged."""

    code = "bundle_damaged"


class TaskFailedError(MaskingError):
    """A background task of the engine ended without success."""

    code = "task_failed"


class ImportFailedError(MaskingError):
    """The engine refused an import or rolled it back; the target is as it was."""

    code = "import_failed"


class ConnectorError(MaskingError):
    """Connectors have no working credential, or were not found."""

    code = "connector_failed"


class JobRunningError(MaskingError):
    """The job that was to be started is running already."""

    code = "job_running"


class JobFailedError(MaskingError):
    """A job ended without success."""

    code = "job_failed"


class EngineBusyError(MaskingError):
    """The engine stayed busy until the deadline."""

    code = "engine_busy"


class VersionError(MaskingError):
    """The source is newer than the target."""

    code = "source_newer"
