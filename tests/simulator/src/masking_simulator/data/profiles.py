# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data profiles by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masking_simulator.data.demo import fill_demo
from masking_simulator.data.empty import fill_empty
from masking_simulator.data.filler import Filler
from masking_simulator.data.scale import fill_scale, parse_scale

if TYPE_CHECKING:
    from masking_simulator.engine import Engine


def check_profile(profile: str) -> None:
    """Raise ValueError when there is no such profile."""
    if profile not in ("empty", "demo"):
        if not profile.startswith("scale"):
            raise ValueError(f"no data profile {profile!r}: use empty, demo or scale:...")
        parse_scale(profile)


def fill(engine: Engine) -> None:
    """Fill a new engine from its profile."""
    filler = Filler(engine)
    profile = engine.config.profile
    if profile == "empty":
        fill_empty(filler)
    elif profile == "demo":
        fill_demo(filler)
    else:
        fill_scale(filler, parse_scale(profile))
    filler.store()
