# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception that becomes an answer of the engine API."""

from __future__ import annotations

from typing import Any

from masking_simulator.texts import TEXTS


class ApiError(Exception):
    """An error answer: HTTP status and either the usual error object or a given body."""

    def __init__(self, status: int, message: str, body: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.body = {"errorMessage": message} if body is None else body


def refuse(status: int, text: str, **values: object) -> ApiError:
    """The error whose message is the text named `text` in texts.py, filled with `values`."""
    return ApiError(status, TEXTS[text].wording.format(**values))
