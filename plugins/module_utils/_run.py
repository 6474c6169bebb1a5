# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the layers below the module base know of the run they work for. Private to this collection."""

from __future__ import annotations

import typing as t


class Run(t.Protocol):
    """One run of a module, or of a script or test in its place.

    ``partial`` is merged into the result of a failure: what was true when it happened.
    """

    check_mode: bool
    diff_mode: bool
    partial: dict[str, t.Any]

    def warn(self, text: str) -> None:
        """Show a warning to the user."""
