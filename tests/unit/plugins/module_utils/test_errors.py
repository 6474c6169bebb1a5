# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors say where, what and what to do, in words and for machines."""

from __future__ import annotations

import inspect

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils import _errors
from ansible_collections.maskops.delphix.plugins.module_utils._errors import MaskingError

ALL = [error for _name, error in inspect.getmembers(_errors, inspect.isclass) if issubclass(error, MaskingError)]


def test_an_error_in_words() -> None:
    error = MaskingError("it broke", engine="https://e", subject="DOMAIN D", detail="because", hint="Mend it.")
    assert str(error) == "engine https://e: it broke (DOMAIN D): because. Mend it."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (MaskingError("it broke"), "it broke"),
        (MaskingError("DOMAIN D broke", subject="DOMAIN D"), "DOMAIN D broke"),
        (MaskingError("it broke", detail="because.", hint="Mend it."), "it broke: because. Mend it."),
        (MaskingError("it broke", hint="Mend it."), "it broke. Mend it."),
    ],
)
def test_parts_that_are_not_there(error: MaskingError, text: str) -> None:
    assert str(error) == text


def test_an_error_for_machines() -> None:
    error = MaskingError(
        "it broke",
        engine="https://e",
        subject="DOMAIN D",
        http_status=409,
        detail="because",
        hint="Mend it.",
        objects=[{"type": "DOMAIN"}],
    )
    assert error.to_result() == {
        "msg": str(error),
        "error": {
            "code": "error",
            "engine": "https://e",
            "object": "DOMAIN D",
            "http_status": 409,
            "engine_message": "because",
            "hint": "Mend it.",
            "objects": [{"type": "DOMAIN"}],
        },
    }
    assert MaskingError("it broke").to_result() == {"msg": "it broke", "error": {"code": "error"}}


def test_every_kind_of_error_has_its_own_code() -> None:
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)
    assert all(code.isidentifier() and code.islower() for code in codes)
