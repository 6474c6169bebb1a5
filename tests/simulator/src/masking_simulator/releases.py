# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engine releases and the API version each of them brings."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RELEASE = re.compile(r"\d+(\.\d+){0,3}")
_PINNED = re.compile(r"v5\.(0|1)\.(\d{1,3})")


@dataclass(frozen=True)
class Release:
    """One engine release.

    `text` is the four-part release as the engine reports it, `numbers` the same for
    comparing, `api` the last part of its API version 5.1.N.
    """

    text: str
    numbers: tuple[int, int, int, int]
    api: int

    @property
    def concurrent_sync(self) -> bool:
        """Sync operations may run side by side from 20.0.0.0 on (documented)."""
        return self.numbers >= (20, 0, 0, 0)

    def knows(self, pinned: str) -> bool:
        """Whether `vX.Y.Z` is an API version of this engine: its own or an older one."""
        match = _PINNED.fullmatch(pinned)
        if match is None:
            return False
        generation, patch = int(match[1]), int(match[2])
        return patch <= self.api if generation == 1 else patch == 0


def parse_release(text: str) -> Release:
    """Read a release such as `6.0.17.0` or `2025.2`; missing parts are 0.

    API versions: 6.0.N is 5.1.N, 2025.N is 5.1.(40+N) and 2026.N is 5.1.(46+N) at the
    documented points; the releases between (M.0 is 5.1.(M+11)) are inferred.
    Raises ValueError for a release that has no known API version (older than 6.0).
    """
    if not _RELEASE.fullmatch(text):
        raise ValueError(f"not a release: {text!r}")
    parts = [int(part) for part in text.split(".")]
    major, minor, patch, build = (*parts, 0, 0, 0)[:4]
    if major == 6 and minor == 0 and patch <= 17:
        api = patch
    elif 7 <= major <= 29:
        api = major + 11
    elif major == 2025 and 1 <= minor <= 6:
        api = 40 + minor
    elif major >= 2026 and minor >= 1:
        api = 46 + 6 * (major - 2026) + minor
    else:
        raise ValueError(f"no API version is known for release {text!r} (use 6.0.0.0 to 6.0.17.0, 7 to 29, 2025.1 on)")
    return Release(f"{major}.{minor}.{patch}.{build}", (major, minor, patch, build), api)


def pinned_api(pinned: str) -> int:
    """The N of a pinned `v5.1.N`; `v5.0.N` counts as older than all of them."""
    match = _PINNED.fullmatch(pinned)
    if match is None:
        raise ValueError(pinned)
    return int(match[2]) if match[1] == "1" else -1
