# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a condition."""

from __future__ import annotations

import time
import typing as t

_DEADLINE = 60.0


def wait_until(condition: t.Callable[[], bool], what: str) -> None:
    """Poll until a condition holds; fail the test at the deadline."""
    ends = time.monotonic() + _DEADLINE
    while not condition():
        assert time.monotonic() < ends, f"waited {_DEADLINE:g} s in vain for {what}"
        time.sleep(0.02)
