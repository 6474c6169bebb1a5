# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names an engine accepts (documented naming rules of 6.0 on)."""

from __future__ import annotations

_REFUSED = frozenset("[]{}()~!@#$%^*\"'?:;,/\\`+=<>|")


def name_problem(name: str, prefix: bool = False) -> str | None:
    """What is wrong with a name, or None. With `prefix` a plug-in prefix and its colon may stand in front."""
    if prefix and name.count(":") == 1:
        name = name.replace(":", "-", 1)
    if not name:
        return "it is empty"
    if name != name.strip():
        return "it begins or ends with a blank"
    bad = sorted(_REFUSED.intersection(name))
    if bad:
        return "it holds " + " ".join(bad)
    if any(ord(character) < 32 for character in name):
        return "it holds a control character"
    return None
