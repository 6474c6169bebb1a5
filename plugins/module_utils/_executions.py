# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of jobs on an engine: start one, wait for it, tell what it did. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    MaskingError,
    NotFoundError,
    UnexpectedAnswerError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import refusal

_ACTIVE = frozenset({"RUNNING", "QUEUED", "WAITING"})
# WARNING is not in the vendor's lists; a client knows it on releases after 21.
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "WARNING"})
_FIRST_POLL = 0.5
_LONGEST_POLL = 15.0
# Seconds that an engine may be out of reach while a job runs: jobs take hours, networks have gaps.
_PATIENCE = 300.0
_LOOK_AGAIN_AFTER = (0.0, 0.5, 1.0, 2.0, 4.0)
# Seconds that a cancellation may take when the deadline is over already.
_CANCEL_GRACE = 10.0
_COMPONENT = {
    "name": "componentName",
    "status": "status",
    "rows_masked": "rowsMasked",
    "rows_total": "rowsTotal",
    "bytes_processed": "bytesProcessed",
    "bytes_total": "bytesTotal",
    "non_conforming": "nonConformingDataCount",
    "start": "startTime",
    "end": "endTime",
}
_EVENT = {
    "type": "eventType",
    "severity": "severity",
    "cause": "cause",
    "number": "count",
    "time": "timeStamp",
    "object": "maskedObjectName",
    "parent": "maskedObjectParentName",
    "algorithm": "algorithmName",
    "exception": "exceptionType",
    "detail": "exceptionDetail",
}


@dataclasses.dataclass(frozen=True)
class Execution:
    """One run of a job. Times are the engine's texts; a number that it does not know is None.

    ``target`` is the connector that a multi-tenant job was told.
    """

    id: int
    status: str
    rows_masked: int | None = None
    rows_total: int | None = None
    bytes_processed: int | None = None
    bytes_total: int | None = None
    submit: str | None = None
    start: str | None = None
    end: str | None = None
    target: int | None = None

    @classmethod
    def read(cls, row: t.Any, engine: str) -> Execution:
        """From the API's form. Raises UnexpectedAnswerError."""
        number, status = (row.get("executionId"), row.get("status")) if isinstance(row, dict) else (None, None)
        if not isinstance(number, int) or not isinstance(status, str):
            raise UnexpectedAnswerError("the answer is not an execution", engine=engine)
        return cls(
            number,
            status,
            *(_known(row.get(name)) for name in ("rowsMasked", "rowsTotal", "bytesProcessed", "bytesTotal")),
            *(row.get(name) for name in ("submitTime", "startTime", "endTime", "targetConnectorId")),
        )

    @property
    def active(self) -> bool:
        """Whether it has not ended; a status of a later release counts as ended when there is a time of the end."""
        return self.status in _ACTIVE or (self.status not in _ENDED and self.end is None)

    @property
    def progress(self) -> int | None:
        """Hundredths that are done, None as long as the engine counts."""
        for done, total in ((self.rows_masked, self.rows_total), (self.bytes_processed, self.bytes_total)):
            if total:
                return min(100, 100 * (done or 0) // total)
        return None

    @property
    def words(self) -> str:
        """Status and counts."""
        counts = []
        for what, done, total in (
            ("rows", self.rows_masked, self.rows_total),
            ("bytes", self.bytes_processed, self.bytes_total),
        ):
            if done is not None or total is not None:
                counts.append(f"{done or 0} of {'?' if total is None else total} {what}")
        return ", ".join([self.status, *counts])

    def same_target(self, fields: Row) -> bool:
        """Whether a request with these fields would work on the same data; yes when that cannot be told."""
        wanted = fields.get("targetConnectorId")
        return None in (wanted, self.target) or wanted == self.target

    def to_result(self) -> Row:
        """As result keys."""
        result = dataclasses.asdict(self)
        del result["target"]
        return result


class Executions:
    """Runs of one job on one engine."""

    def __init__(self, engine: Engine, job_id: int, label: str) -> None:
        """``label`` is how messages name the job."""
        self.engine = engine
        self._job_id = job_id
        self._label = label

    def all(self) -> list[Execution]:
        """Every run of the job that the engine remembers."""
        rows = self.engine.list_all("/executions", {"job_id": self._job_id})
        return [Execution.read(row, self.engine.name) for row in rows if row.get("jobId") == self._job_id]

    def start(self, fields: Row, known: t.Collection[Execution], warn: t.Callable[[str], None]) -> Execution:
        """Run the job. ``fields`` are those of the request beside the job, ``known`` its runs so far.

        Never sent twice: when the answer is lost or unreadable, a run that is not among the
        known ones is taken for this one. Raises ApiError, and AnswerLostError when there is no
        or more than one such run.
        """
        before = {one.id for one in known}
        try:
            answer = self.engine.session.request("POST", "/executions", json_body={"jobId": self._job_id, **fields})
            if answer.ok:
                return Execution.read(answer.json(), self.engine.name)
        except AnswerLostError as lost:
            return self._started_after_all(before, fields, lost, warn)
        except UnexpectedAnswerError as odd:
            unread = AnswerLostError(odd.message, engine=self.engine.name, http_status=odd.http_status)
            return self._started_after_all(before, fields, unread, warn)
        refused = refusal(answer, f"running {self._label}")
        refused.subject = self._label
        raise refused

    def get(self, execution_id: int) -> Execution:
        """One run. Raises NotFoundError when the engine no longer knows it."""
        answer = self.engine.session.request("GET", f"/executions/{execution_id}")
        if answer.status == 404:
            raise NotFoundError(
                f"execution {execution_id} of {self._label} is unknown",
                engine=self.engine.name,
                subject=self._label,
                http_status=404,
                detail=answer.error_text(),
            )
        if not answer.ok:
            raise refusal(answer, f"reading execution {execution_id}")
        return Execution.read(answer.json(), self.engine.name)

    def wait(
        self,
        execution: Execution,
        seen: t.Callable[[Execution], None],
        warn: t.Callable[[str], None],
    ) -> Execution:
        """Poll a run until it has ended; ``seen`` is told every state. Raises DeadlineError.

        An engine that is out of reach for a while does not end the waiting.
        """
        clock = self.engine.session.transport.clock
        pause = _FIRST_POLL
        reached = clock.monotonic()
        seen(execution)
        while execution.active:
            self.engine.session.transport.pause(pause, f"execution {execution.id} of {self._label} ({execution.words})")
            pause = min(pause * 1.5, _LONGEST_POLL)
            try:
                execution = self.get(execution.id)
            except MaskingError as error:
                if not _passing(error) or clock.monotonic() - reached > _PATIENCE:
                    raise
                warn(f"engine {self.engine.name}: could not be asked for a while during execution {execution.id}")
                continue
            reached = clock.monotonic()
            seen(execution)
        return execution

    def cancel(self, execution: Execution) -> Execution:
        """Ask the engine to cancel a run, also when the deadline is over. Raises MaskingError."""
        answer = self.engine.session.request("POST", f"/executions/{execution.id}/cancel", grace=_CANCEL_GRACE)
        if not answer.ok:
            raise refusal(answer, f"cancelling execution {execution.id}")
        return Execution.read(answer.json(), self.engine.name) if answer.body else execution

    def components(self, execution: Execution) -> list[Row]:
        """Counts per table or file, empty on engines that do not tell."""
        return self._details("/execution-components", execution, _COMPONENT)

    def events(self, execution: Execution) -> list[Row]:
        """What the engine noted during a run, such as data that it left unmasked; empty if it does not tell."""
        return self._details("/execution-events", execution, _EVENT)

    def _details(self, path: str, execution: Execution, fields: t.Mapping[str, str]) -> list[Row]:
        rows = self.engine.list_if_there(path, {"execution_id": execution.id}) or []
        shown = []
        for row in rows:
            # One that ignores the filter lists everybody's.
            if row.get("executionId", execution.id) == execution.id:
                values = {name: row.get(field) for name, field in fields.items()}
                shown.append({name: _known(value) for name, value in values.items()})
        return shown

    def _started_after_all(
        self, known: t.Collection[int], fields: Row, lost: AnswerLostError, warn: t.Callable[[str], None]
    ) -> Execution:
        lost.subject = self._label
        lost.hint = "It was not sent again, and the engine shows no new execution of the job."
        try:
            for pause in _LOOK_AGAIN_AFTER:
                if pause:
                    self.engine.session.transport.pause(pause, f"the start of {self._label}, whose answer was lost")
                new = [one for one in self.all() if one.id not in known and one.same_target(fields)]
                if len(new) == 1:
                    warn(
                        f"engine {self.engine.name}: the answer to the start of {self._label} was lost;"
                        f" execution {new[0].id}, which is new, is taken for it"
                    )
                    return new[0]
                if new:
                    numbers = " and ".join(str(one.id) for one in new)
                    lost.hint = (
                        f"It was not sent again. Executions {numbers} of the job are new: one of them may be it."
                    )
                    break
        except MaskingError as error:
            lost.detail = "; ".join(text for text in (lost.detail, f"then it could not be asked: {error}") if text)
            lost.hint = "It was not sent again. Whether the job was started is not known."
        raise lost


def _known(value: t.Any) -> t.Any:
    """A count, None while the engine is counting (documented: it shows -1 then)."""
    return None if value == -1 else value


def _passing(error: MaskingError) -> bool:
    """Whether an error may be over at the next try."""
    lost = isinstance(error, (UnreachableError, AnswerLostError))
    return lost or (isinstance(error, ApiError) and (error.http_status or 0) >= 500)
