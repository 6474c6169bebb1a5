# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an environment is for: masking, or tokenization and re-identification (documented).

Profile jobs are in both: the vendor's page about jobs says so, though its API reference tells of
them for masking only.
"""

from __future__ import annotations

from masking_simulator.model.objects import Obj

_JOBS = {
    "MASK": frozenset({"masking_job", "profile_job"}),
    "TOKENIZE": frozenset({"profile_job", "tokenization_job", "reidentification_job"}),
}


def fits_purpose(job: str, environment: Obj) -> bool:
    """Whether a kind of job may be in an environment."""
    return job in _JOBS[environment.body.get("purpose", "MASK")]
