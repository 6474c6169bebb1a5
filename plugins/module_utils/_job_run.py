# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job run on the least busy of some engines, from finding it to its counts. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    DeadlineError,
    JobFailedError,
    JobRunningError,
    MaskingError,
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._executions import (
    Execution,
    Executions,
)
from ansible_collections.maskops.delphix.plugins.module_utils._jobs import (
    Job,
    Tenancy,
    find_job,
    run_fields,
)
from ansible_collections.maskops.delphix.plugins.module_utils._run import Run

# In one message; the result holds all.
_NAMED_EVENTS = 3
_UNMASKED = "UNMASKED_DATA"


@dataclasses.dataclass(frozen=True)
class JobRequest:
    """A job and how to run it. ``if_running``: fail, wait (join the run) or skip.

    ``accept_warning``: a run that ended with a warning is a success.
    """

    environment: str
    name: str
    type: str | None = None
    wait: bool = True
    if_running: str = "fail"
    cancel_on_timeout: bool = False
    accept_warning: bool = False
    tenancy: Tenancy = dataclasses.field(default_factory=Tenancy)


class Offer(t.NamedTuple):
    """An engine that has the job.

    ``fields`` are those of the request to run it beside the job. ``active``: number of runs of
    any jobs there; ``running``: whether one of them is this job on the same target.
    """

    engine: Engine
    job: Job
    fields: Row
    active: int = 0
    running: bool = False


def run_job(engines: t.Sequence[Engine], request: JobRequest, run: Run, tell: t.Callable[[str], None]) -> Row:
    """Run the job on one of the engines and return module result keys.

    ``tell`` shows progress. Raises NotFoundError when no engine has the job, JobRunningError,
    JobFailedError, DeadlineError when it still runs then, AnswerLostError, ApiError.
    """
    offers, considered = _offers(engines, request, run)
    offer = _chosen(offers, request, considered)
    engine, job = offer.engine, offer.job
    executions = Executions(engine, job.id, job.label)
    result: Row = {
        "changed": False,
        "job": job.to_result(),
        "engine": {"name": engine.name, "release": str(engine.release)},
        "considered": considered,
    }
    run.partial = result
    known = executions.all()
    running = [execution for execution in known if execution.active and execution.same_target(offer.fields)]
    if running and request.if_running == "fail":
        numbers = ", ".join(f"execution {execution.id} ({execution.words})" for execution in running)
        raise JobRunningError(
            f"{job.label} is running already: {numbers}",
            engine=engine.name,
            subject=job.label,
            hint="Set 'if_running' to 'wait' to join it, or to 'skip' to leave it alone.",
        )
    if running:
        execution = max(running, key=lambda one: one.id)
        if request.if_running == "skip" or run.check_mode:
            return {**result, **_shown(execution)}
    else:
        if run.check_mode:
            return {**result, "changed": True}
        execution = executions.start(offer.fields, known, run.warn)
        result["changed"] = True
    result.update(_shown(execution))
    if not request.wait:
        return result
    execution = _wait(executions, execution, job, request, result, run, tell)
    return _ended(executions, execution, job, request, result, run)


def _offers(engines: t.Sequence[Engine], request: JobRequest, run: Run) -> tuple[list[Offer], list[Row]]:
    """Engines that have the job, and what was found of each. An engine that cannot be asked is warned about."""
    if len(engines) == 1:
        return [_offer(engines[0], request)], []
    offers, considered = [], []
    for engine in engines:
        row: Row = {"engine": engine.name, "active": None, "skipped": None}
        considered.append(row)
        try:
            offer = _counted(_offer(engine, request))
        except (AmbiguousError, OptionError):
            raise
        except NotFoundError as error:
            row["skipped"] = error.message
        except MaskingError as error:
            row["skipped"] = error.message
            run.warn(f"left out: {error}")
        else:
            row["active"] = offer.active
            offers.append(offer)
    return offers, considered


def _offer(engine: Engine, request: JobRequest) -> Offer:
    job = find_job(engine, request.environment, request.name, request.type)
    return Offer(engine, job, run_fields(engine, job, request.tenancy))


def _counted(offer: Offer) -> Offer:
    """The same with what runs on its engine."""
    active = offer.engine.active_executions()
    own = [Execution.read(row, offer.engine.name) for row in active if row.get("jobId") == offer.job.id]
    running = any(execution.same_target(offer.fields) for execution in own)
    return offer._replace(active=len(active), running=running)


def _chosen(offers: t.Sequence[Offer], request: JobRequest, considered: t.Sequence[Row]) -> Offer:
    """The offer to take: where the job runs already, else the least busy engine, the first of equals."""
    if not offers:
        reasons = "; ".join(f"{row['engine']}: {row['skipped']}" for row in considered)
        raise NotFoundError(
            f"no engine has a job named {request.name} in an environment {request.environment}",
            subject=request.name,
            detail=reasons,
        )
    return min(offers, key=lambda offer: (not offer.running, offer.active))


def _shown(execution: Execution) -> Row:
    return {"execution": execution.to_result(), "progress": execution.progress}


def _wait(
    executions: Executions,
    execution: Execution,
    job: Job,
    request: JobRequest,
    result: Row,
    run: Run,
    tell: t.Callable[[str], None],
) -> Execution:
    told: tuple[str, int | None] | None = None

    def seen(state: Execution) -> None:
        nonlocal told
        result.update(_shown(state))
        step = (state.status, None if state.progress is None else state.progress // 10)
        if step != told:
            told = step
            tell(f"engine {executions.engine.name}: {job.label}: {state.words}")

    try:
        return executions.wait(execution, seen, run.warn)
    except DeadlineError as error:
        error.subject = job.label
        if request.cancel_on_timeout:
            error.hint = _cancelled(executions, execution, result)
        else:
            error.hint = (
                f"It still runs there as execution {execution.id}: raise 'deadline', and join it by"
                " 'if_running' set to 'wait'."
            )
        raise


def _cancelled(executions: Executions, execution: Execution, result: Row) -> str:
    """Cancel a run that takes too long; what to say of it."""
    try:
        state = executions.cancel(execution)
    except MaskingError as error:
        return f"Execution {execution.id} still runs there, as it could not be cancelled: {error.message}."
    result.update(_shown(state))
    return f"Execution {execution.id} was cancelled."


def _ended(executions: Executions, execution: Execution, job: Job, request: JobRequest, result: Row, run: Run) -> Row:
    """The result of a run that has ended; raises JobFailedError when it is no success."""
    try:
        result["components"] = executions.components(execution)
        result["events"] = executions.events(execution)
    except MaskingError as error:
        run.warn(f"what execution {execution.id} did in detail could not be read: {error}")
    events = result.setdefault("events", [])
    result.setdefault("components", [])
    good = execution.status == "SUCCEEDED" or (execution.status == "WARNING" and request.accept_warning)
    if not good:
        raise JobFailedError(
            f"{job.label} ended as {execution.words} (execution {execution.id})",
            engine=executions.engine.name,
            subject=job.label,
            detail=_told(events),
            hint="The job's log on the engine tells more." if not events else None,
        )
    unmasked = [event for event in events if event["type"] == _UNMASKED]
    if execution.status == "WARNING" or unmasked:
        run.warn(
            f"engine {executions.engine.name}: {job.label} ended as {execution.status}, and the engine noted:"
            f" {_told(unmasked or events) or 'nothing'}"
        )
    return result


def _told(events: t.Sequence[Row]) -> str | None:
    """Events in words, None when there are none."""
    texts = []
    for event in events[:_NAMED_EVENTS]:
        where = ".".join(str(event[name]) for name in ("parent", "object") if event[name])
        words = [str(event[name]) for name in ("type", "cause") if event[name]]
        text = " ".join([*words, f"at {where}"] if where else words)
        texts.append(
            f"{text}: {event['detail'] or event['exception']}" if event["detail"] or event["exception"] else text
        )
    more = f" and {len(events) - _NAMED_EVENTS} more" if len(events) > _NAMED_EVENTS else ""
    return "; ".join(texts) + more if texts else None
