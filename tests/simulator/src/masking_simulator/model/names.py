# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names an engine accepts (documented naming rules of 6.0 on)."""

from __future__ import annotations

from masking_simulator.model.kinds import Kind

_REFUSED = frozenset("[]{}()~!@#$%^*\"'?:;,/\\`+=<>|")


def name_problem(kind: Kind, name: str) -> str | None:
    """What is wrong with the name of an object, or None. Algorithms may have a plug-in's prefix with its colon."""
    if kind.name == "algorithm" and name.count(":") == 1:
        name = name.replace(":", "-", 1)
    if not name:
        return "it is empty"
    if name != name.strip():
        return "it begins or ends with a blank"
    bad = [] if kind.any_name else sorted(_REFUSED.intersection(name))
    if bad:
        return "it holds " + " ".join(bad)
    if any(ord(character) < 32 for character in name):
        return "it holds a control character"
    return None
