# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: how an engine is told to misbehave.

A rule is a JSON object: `match` says which requests, `action` what happens to them.

    {"match": {"method": "POST", "path": "^/export-async$", "after": 0, "times": 1},
     "action": {"kind": "status", "status": 503, "retry_after": 1}}

method and path (a regular expression, searched in the path after the base path) are optional;
`after` lets that many matching requests pass first, `times` ends the rule after so many hits
(0: never).
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: kind of action -> its options and their defaults
ACTIONS: dict[str, dict[str, Any]] = {
    "latency": {"milliseconds": 1000},
    "reset": {},
    "status": {"status": 503, "retry_after": None, "html": False},
    "html": {"status": 200},
    "expire_token": {},
    "lost_answer": {},
    "truncate": {"fraction": 0.5},
    "corrupt": {"bytes": 16},
    "slow_task": {"seconds": 5.0},
    "fail_task": {},
    "restart": {"when": "before"},
}


def _number(low: float, high: float = math.inf, whole: bool = False) -> Callable[[Any], bool]:
    """Whether a value is a number between two others, both included."""
    kinds = int if whole else (int, float)
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high


#: what the value of an option, or of a part of match, must be
_GOOD: dict[str, Callable[[Any], bool]] = {
    "latency.milliseconds": _number(0),
    "status.status": _number(400, 599, whole=True),
    "status.retry_after": lambda value: value is None or _number(0, whole=True)(value),
    "status.html": lambda value: isinstance(value, bool),
    "html.status": _number(200, 599, whole=True),
    "truncate.fraction": _number(0, 1),
    "corrupt.bytes": _number(1, whole=True),
    "slow_task.seconds": _number(0),
    "restart.when": lambda value: value in ("before", "after"),
    "match.method": lambda value: value is None or isinstance(value, str),
    "match.path": lambda value: isinstance(value, str),
    "match.after": _number(0, whole=True),
    "match.times": _number(0, whole=True),
}
_MATCH = {"method", "path", "after", "times"}


@dataclass
class Rule:
    """One fault with its counters."""

    number: int
    method: str | None
    path: re.Pattern[str]
    after: int
    times: int
    kind: str
    options: dict[str, Any]
    seen: int = 0
    hits: int = 0
    source: dict[str, Any] = field(default_factory=dict)

    def takes(self, method: str, path: str) -> bool:
        """Count a request and say whether the fault happens to it."""
        if self.method not in (None, method) or not self.path.search(path):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times and self.hits >= self.times):
            return False
        self.hits += 1
        return True


class Faults:
    """The rules of one engine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def replace(self, rules: Any) -> None:
        """Set all rules anew; raises ValueError when one is malformed."""
        if not isinstance(rules, list):
            raise ValueError("faults are a list of rules")
        made = [_rule(number, rule) for number, rule in enumerate(rules, 1)]
        with self._lock:
            self._rules = made

    def shown(self) -> list[dict[str, Any]]:
        """The rules with how often each matched and hit."""
        with self._lock:
            return [{**rule.source, "seen": rule.seen, "hits": rule.hits} for rule in self._rules]

    def taking(self, method: str, path: str) -> list[Rule]:
        """The faults that happen to a request."""
        with self._lock:
            return [rule for rule in self._rules if rule.takes(method, path)]


def _rule(number: int, source: Any) -> Rule:
    if not isinstance(source, dict) or not isinstance(source.get("action"), dict):
        raise ValueError(f"rule {number}: an object with 'action' is needed")
    match = source.get("match", {})
    if not isinstance(match, dict):
        raise ValueError(f"rule {number}: match must be an object")
    unknown = set(match) - _MATCH
    if unknown:
        raise ValueError(f"rule {number}: unknown in match: {', '.join(sorted(unknown))}")
    action = dict(source["action"])
    kind = action.pop("kind", None)
    if not isinstance(kind, str) or kind not in ACTIONS:
        raise ValueError(f"rule {number}: kind must be one of {', '.join(ACTIONS)}")
    unknown = set(action) - set(ACTIONS[kind])
    if unknown:
        raise ValueError(f"rule {number}: unknown for {kind}: {', '.join(sorted(unknown))}")
    for place, values in (("match", match), (kind, action)):
        for name, value in values.items():
            if not _GOOD[f"{place}.{name}"](value):
                raise ValueError(f"rule {number}: {place} cannot have {name} {value!r}")
    try:
        pattern = re.compile(match.get("path", ""))
    except re.error as error:
        raise ValueError(f"rule {number}: {error}") from None
    method = match.get("method")
    return Rule(
        number,
        method.upper() if method else None,
        pattern,
        match.get("after", 0),
        match.get("times", 0),
        kind,
        {**ACTIONS[kind], **action},
        source=source,
    )
