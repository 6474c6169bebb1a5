# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of a module for tests of the layers below the module base."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass
class FakeRun:
    """Keeps what it is told."""

    check_mode: bool = False
    diff_mode: bool = True
    partial: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    warnings: list[str] = dataclasses.field(default_factory=list)

    def warn(self, text: str) -> None:
        """Remember a warning."""
        self.warnings.append(text)
