# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any number of objects: `scale:ALGORITHMS:DOMAINS:ENVIRONMENTS:JOBS:LOOKUP_BYTES`."""

from __future__ import annotations

from dataclasses import dataclass

from masking_simulator.data.empty import fill_empty
from masking_simulator.data.filler import Filler

_FRAMEWORKS = ("Secure Lookup", "Segment Mapping", "Date Shift", "Min Max")


@dataclass(frozen=True)
class Scale:
    """How much to make, in addition to what a new engine holds. Every fourth algorithm is a lookup."""

    algorithms: int
    domains: int
    environments: int
    jobs: int
    lookup_bytes: int


def parse_scale(profile: str) -> Scale:
    """Read the profile text; raises ValueError."""
    parts = profile.split(":")
    if len(parts) != 6 or parts[0] != "scale" or not all(part.isdigit() for part in parts[1:]):
        raise ValueError("a scale profile reads scale:ALGORITHMS:DOMAINS:ENVIRONMENTS:JOBS:LOOKUP_BYTES")
    scale = Scale(*(int(part) for part in parts[1:]))
    if scale.domains and not scale.algorithms:
        raise ValueError("domains need at least one algorithm")
    return scale


def fill_scale(filler: Filler, scale: Scale) -> None:
    """Add the asked number of objects."""
    fill_empty(filler)
    names = []
    for number in range(1, scale.algorithms + 1):
        framework = _FRAMEWORKS[number % len(_FRAMEWORKS)]
        name = f"Scale{framework.replace(' ', '')}{number:06d}"
        names.append(name)
        filler.algorithm(name, framework, extension={"variant": number}, lookup_bytes=scale.lookup_bytes)
    for number in range(1, scale.domains + 1):
        algorithm = names[(number * 7) % len(names)]
        filler.add("domain", f"SCALE_DOMAIN_{number:06d}", {"defaultAlgorithmCode": algorithm})
    if scale.environments:
        filler.add("application", "Scale", {})
    for number in range(1, scale.environments + 1):
        filler.add(
            "environment",
            f"scale-{number:05d}",
            {"applicationId": "Scale", "purpose": "MASK", "isWorkflowEnabled": False},
        )
