# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A source and a target in memory, and syncs between them."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._exchange import Exchange
from ansible_collections.maskops.delphix.plugins.module_utils._mover import SyncOptions
from ansible_collections.maskops.delphix.plugins.module_utils._naming import Naming
from ansible_collections.maskops.delphix.plugins.module_utils._receipts import Receipts
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._sync import sync
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import TransferOptions
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import (
    SOURCE,
    TARGET,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.machine import Machine
from ansible_collections.maskops.delphix.tests.unit.support.memory import (
    Memory,
    Name,
    Thing,
)
from ansible_collections.maskops.delphix.tests.unit.support.run import FakeRun

DOMAIN: Name = ("DOMAIN", "D")
LOOKUP: Name = ("LOOKUP", "L")
SET: Name = ("PROFILE_SET", "P")
KEY: Name = ("KEY", "global")
THINGS = {LOOKUP: Thing("base"), DOMAIN: Thing("new", (LOOKUP,)), SET: Thing("set", (DOMAIN,))}
GLOBALS = SyncOptions(Selection.of(["GLOBAL_OBJECT"]), Policy(), TransferOptions())

M = t.TypeVar("M", bound=Machine)


@dataclasses.dataclass
class Fleet(t.Generic[M]):
    """A source, a target, and one folder for what is exchanged and remembered."""

    source: M
    target: M
    folder: Path
    runs: int = 0

    def sync(
        self,
        options: SyncOptions = GLOBALS,
        run: FakeRun | None = None,
        *,
        keep: bool = False,
        naming: Naming | None = None,
    ) -> Row:
        """One run; ``keep`` remembers receipts from run to run."""
        self.runs += 1
        exchange = Exchange(str(self.folder / f"run-{self.runs}"), self.target.transport.pause)
        receipts = Receipts(str(self.folder / "receipts") if keep else None, SOURCE, TARGET)
        return sync(self.source.engine, self.target.engine, options, exchange, receipts, run or FakeRun(), naming)

    def forget(self) -> None:
        """Count requests anew."""
        self.source.requests.clear()
        self.target.requests.clear()

    @property
    def writes(self) -> list[str]:
        """What was sent to either engine that is no reading."""
        return self.source.writes + self.target.writes


def across(clock: FakeClock, folder: Path) -> Fleet[Memory]:
    """A source with an empty target of a newer release."""
    return Fleet(Memory(SOURCE, clock, THINGS, release="6.0.17.0"), Memory(TARGET, clock, release="20.0.0.0"), folder)


def names(rows: list[Row]) -> list[str]:
    """Names of the objects in a result."""
    return [row["name"] for row in rows]
