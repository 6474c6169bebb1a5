# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's clock, which the control interface can advance."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class Clock:
    """Wall clock plus an offset in seconds."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch as this engine sees them."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move this engine's time forward (or back, with a negative number)."""
        self._offset += seconds


def api_time(seconds: float) -> str:
    """A moment as the API prints it: `2018-06-15T20:36:35.483+0000` (documented sample)."""
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def document_time(seconds: float) -> str:
    """A moment as export documents print it: `Fri Jun 15 20:16:20 UTC 2018` (documented sample)."""
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    clock = moment.strftime("%H:%M:%S")
    return f"{days[moment.weekday()]} {months[moment.month - 1]} {moment.day:02d} {clock} UTC {moment.year}"
