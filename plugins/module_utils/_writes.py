# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes that are sent once, whatever becomes of their answer. Private to this collection."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    MaskingError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import refusal

# An engine that lost the answer may still be at work.
_LOOK_AGAIN_AFTER = (0.0, 0.5, 1.0, 2.0)


def write_once(
    engine: Engine,
    method: str,
    path: str,
    body: Row | None,
    *,
    what: str,
    done: t.Callable[[], bool],
    subject: str | None = None,
    hint: str | None = None,
) -> Row | None:
    """Send one write and return the row in its answer, None when there is none.

    When the engine refuses or the answer is lost, ``done`` looks whether the engine is as the
    write would have left it: it reads anew each time. If so there is no row, and no error.
    ``what`` names the write in messages, ``hint`` says what to do about a refusal. Raises
    ApiError, AnswerLostError.
    """
    try:
        answer = engine.session.request(method, path, json_body=body)
    except AnswerLostError as lost:
        if _done_after_all(engine, lost, done, what):
            return None
        lost.subject = lost.subject or subject
        lost.hint = f"{what} was not sent again, and the engine does not show it. Run again when it is in order."
        raise
    if answer.ok:
        row = answer.json() if answer.body else None
        return row if isinstance(row, dict) else None
    refused = refusal(answer, what, hint=hint)
    refused.subject = subject
    if _done_anyway(done):
        return None
    raise refused


def _done_anyway(done: t.Callable[[], bool]) -> bool:
    """Whether somebody else was faster; the refusal is what to tell when the engine cannot be asked."""
    try:
        return done()
    except MaskingError:
        return False


def _done_after_all(engine: Engine, lost: AnswerLostError, done: t.Callable[[], bool], what: str) -> bool:
    try:
        for pause in _LOOK_AGAIN_AFTER:
            if pause:
                engine.session.transport.pause(pause, f"{what}, whose answer was lost")
            if done():
                return True
    except MaskingError as error:
        lost.detail = "; ".join(text for text in (lost.detail, f"then it could not be asked: {error}") if text)
    return False
