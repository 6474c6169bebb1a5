# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an environment is for (documented): masking and profile jobs, or tokenization and re-identification jobs."""

from __future__ import annotations

from masking_simulator.model.objects import Obj

_JOBS = {
    "MASK": frozenset({"masking_job", "profile_job"}),
    "TOKENIZE": frozenset({"tokenization_job", "reidentification_job"}),
}


def fits_purpose(job: str, environment: Obj) -> bool:
    """Whether a kind of job may be in an environment."""
    return job in _JOBS[environment.body.get("purpose", "MASK")]
