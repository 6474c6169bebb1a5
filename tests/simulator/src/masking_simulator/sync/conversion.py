# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of older releases in the shape of newer ones.

From API 5.1.42 on classifiers stand where profile expressions stood (documented by the object
types of both). What an import makes of expressions is unknown; that they become classifiers
of the same name is invented.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from masking_simulator.model.types import BY_NAME
from masking_simulator.releases import Release
from masking_simulator.sync.document import Record


def converted(record: Record, release: Release) -> Record:
    """A record with classifiers for profile expressions, where a release has none of those."""
    if BY_NAME["PROFILE_EXPRESSION"].on(release):
        return record
    if record.type == "PROFILE_EXPRESSION":
        return replace(record, type="CLASSIFIER", body=_classifier(record.body))
    if record.type == "PROFILE_SET" and "profileExpressionIds" in record.body:
        body = dict(record.body)
        body["classifierIds"] = body.pop("profileExpressionIds")
        return replace(record, body=body)
    return record


def _classifier(expression: dict[str, Any]) -> dict[str, Any]:
    body = dict(expression)
    pattern = body.pop("regularExpression")
    place = "dataValues" if body.pop("dataLevelProfiling", False) else "fieldNames"
    return {**body, "frameworkName": "REGEX", "properties": {place: {"patterns": [pattern]}}}
