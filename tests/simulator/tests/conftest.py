# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: engines made for one test and closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from simulator_support import Local, Process

Make = Callable[..., Any]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Make]:
    """Makes engines in this process: local(data=..., release=..., seed=..., SWITCH=...)."""
    made: list[Local] = []

    def make(data: str = "empty", release: str = "2025.2.0.0", seed: int = 1, name: str = "", **switches: Any) -> Local:
        state = tmp_path / (name or f"local{len(made)}")
        made.append(Local(state, release, data, seed, switches))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Make]:
    """Starts engines with the console command: process(*options, data=..., release=..., host=...)."""
    made: list[Process] = []

    def make(*options: str, name: str = "", **values: Any) -> Process:
        made.append(Process(tmp_path / (name or f"process{len(made)}"), *options, **values))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
