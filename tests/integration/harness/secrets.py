# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of a test session, and the search for them."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote


class Secrets:
    """Everything that no output may show. ``analyst`` is the password of users who may not do much."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self.analyst = self.new("analyst")

    def new(self, kind: str) -> str:
        """Make a secret that cannot occur by chance."""
        value = f"{kind}-{secrets.token_hex(8)}"
        self.add(value)
        return value

    def add(self, value: str) -> None:
        """Look for this one too."""
        assert len(value) >= 8, "a short text would be found everywhere"
        self._values.add(value)

    def found_in(self, text: str) -> list[str]:
        """The secrets that a text shows, plainly or in a usual coding."""
        return sorted(
            value
            for value in self._values
            if any(form in text for form in (value, quote(value, safe=""), _base64(value)))
        )

    def assert_absent(self, text: str, where: str) -> None:
        """Fail when a text shows a secret; the failure names its kind alone."""
        kinds = [value.split("-")[0] for value in self.found_in(text)]
        assert not kinds, f"{where} shows secrets: {', '.join(kinds)}"


def _base64(value: str) -> str:
    """The part of the coded value that does not depend on what follows it."""
    coded = base64.b64encode(value.encode()).decode()
    return coded.rstrip("=")[:-1] if len(value) % 3 else coded
