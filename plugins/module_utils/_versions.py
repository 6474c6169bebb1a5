# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between engine releases, in one place. Private to this collection."""

from __future__ import annotations

import functools
import re
import typing as t

_NUMBERS = re.compile(r"\s*v?(\d+(?:\.\d+)*)")


@functools.total_ordering
class Release:
    """An engine release such as ``6.0.17.0`` or ``2025.1.0.0``.

    Releases are numbered 5.x, 6.0.x, 7 to 29, then by year, so plain numeric order is
    their order in time. Text behind the number is ignored (clients have seen it).
    ``Release("")`` is unknown: it is equal to no known release and compares as newest, so
    that no behaviour is assumed that only old releases have.
    """

    __slots__ = ("numbers", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        found = _NUMBERS.match(text)
        numbers = [int(part) for part in found.group(1).split(".")] if found else []
        while len(numbers) > 1 and numbers[-1] == 0:
            numbers.pop()
        self.numbers = tuple(numbers)

    @property
    def known(self) -> bool:
        """Whether a number could be read."""
        return bool(self.numbers)

    def _order(self) -> tuple[bool, tuple[int, ...]]:
        return (not self.known, self.numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and self._order() == other._order()

    def __lt__(self, other: Release) -> bool:
        return self._order() < other._order()

    def __hash__(self) -> int:
        return hash(self.numbers)

    def __str__(self) -> str:
        return self.text or "unknown"

    def __repr__(self) -> str:
        return f"Release({self.text!r})"


_CONCURRENT_SYNC = Release("20.0.0.0")
_EXECUTION_STATUS_FILTER = Release("7.0.0.0")
_CREDENTIAL_PATHS = Release("2025.1.0.0")


def concurrent_sync(release: Release) -> bool:
    """Whether sync operations may run at the same time (documented from 20.0.0.0)."""
    return release >= _CONCURRENT_SYNC


def execution_status_filter(release: Release) -> bool:
    """Whether GET /executions takes ``execution_status`` (seen at API 5.1.18, not at 5.1.1)."""
    return release >= _EXECUTION_STATUS_FILTER


def credential_path_lists(release: Release) -> tuple[str, str]:
    """Where the credential paths of vaults may be listed, the likelier address first.

    ``/credentials`` is seen in clients of API 5.1.18. From 5.1.41 on the reference has credential
    paths in its place; their address is inferred, and when it changed is unknown.
    """
    names = ("/credential-paths", "/credentials")
    return names if release >= _CREDENTIAL_PATHS else (names[1], names[0])


def comparable(left: Release, right: Release) -> bool:
    """Whether revision hashes of two engines may be compared.

    Documented: only between engines of the same version. Two unknown releases are taken
    as different.
    """
    return left.known and left == right


def newer(left: Release, right: Release) -> bool:
    """Whether ``left`` is known to be newer than ``right``."""
    return left.known and right.known and left > right


def release_of(answer: t.Mapping[str, t.Any]) -> Release:
    """The release in an answer of GET /system-information; unknown when it has none."""
    version = answer.get("version")
    return Release(version if isinstance(version, str) else "")
