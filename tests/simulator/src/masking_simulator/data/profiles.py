# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data profiles by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masking_simulator.data.demo import fill_demo
from masking_simulator.data.empty import fill_empty
from masking_simulator.data.environments import add_people, fill_environments
from masking_simulator.data.estate import fill_estate, parse_estate
from masking_simulator.data.filler import Filler
from masking_simulator.data.scale import fill_scale, parse_scale

if TYPE_CHECKING:
    from masking_simulator.engine import Engine

_PLAIN = {"empty": fill_empty, "demo": fill_demo, "environments": fill_environments}


def check_profile(profile: str) -> None:
    """Raise ValueError when there is no such profile."""
    if profile in _PLAIN:
        return
    if profile.startswith("estate"):
        parse_estate(profile)
    elif profile.startswith("scale"):
        parse_scale(profile)
    else:
        raise ValueError(f"no data profile {profile!r}: use {', '.join(_PLAIN)}, estate, estate:... or scale:...")


def fill(engine: Engine) -> None:
    """Fill a new engine from its profile."""
    filler = Filler(engine)
    profile = engine.config.profile
    if profile in _PLAIN:
        _PLAIN[profile](filler)
    elif profile.startswith("estate"):
        fill_estate(filler, parse_estate(profile))
    else:
        fill_scale(filler, parse_scale(profile))
    filler.store()
    if profile == "environments":
        add_people(engine)
