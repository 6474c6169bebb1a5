# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What schemathesis loads: a token for every operation, so that logging out ends nobody else's session."""

from __future__ import annotations

import os
from typing import Any

import requests
import schemathesis


@schemathesis.auth(cache_by_key=lambda case, context: case.operation.label)
class Token:
    """Logs in once for each operation."""

    def get(self, case: Any, context: Any) -> str:
        with requests.Session() as session:
            session.trust_env = False
            login = {"username": "admin", "password": "Admin-12"}
            answer = session.post(os.environ["SIMULATOR_API"] + "/login", json=login, timeout=30)
        return str(answer.json()["Authorization"])

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": data}
