# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time for tests."""

from __future__ import annotations

import typing as t


class FakeClock:
    """Takes the place of the transport's clock: sleeping only moves the hands.

    ``slept`` holds every pause in seconds. ``wakers`` are called with the new time after each.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.wakers: list[t.Callable[[float], object]] = []

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        if seconds < 0:
            raise AssertionError(f"slept for {seconds} s")
        self.slept.append(seconds)
        self.now += seconds
        for waker in self.wakers:
            waker(self.now)
