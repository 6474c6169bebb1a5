# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated engine: its state and the parts that work on it."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from masking_simulator import runs
from masking_simulator.auth import Auth
from masking_simulator.clock import Clock, api_time
from masking_simulator.connections import Accounts, Connections
from masking_simulator.executions import Executions
from masking_simulator.faults import Faults
from masking_simulator.model.kinds import KINDS
from masking_simulator.model.model import Model
from masking_simulator.releases import Release
from masking_simulator.requestlog import RequestLog
from masking_simulator.roles import Roles
from masking_simulator.store import Store
from masking_simulator.switches import Switches
from masking_simulator.sync.crypto import Signer
from masking_simulator.sync.gate import Gate
from masking_simulator.sync.listing import Listing
from masking_simulator.sync.tasks import Tasks
from masking_simulator.users import Users

_OFFSETS = 900
#: the first numbers of two seeds are so far apart; 20,000 seeds find room in 32 bits
_APART = 100_000
_SEEDS = 20_000


@dataclass
class Config:
    """How to make or reopen an engine.

    place: what tells this engine from others (its address and state folder); with the seed it
    decides the numbers that the engine gives to its objects.
    """

    state: Path
    release: Release
    place: str
    profile: str = "empty"
    seed: int = 1
    admin: tuple[str, str] = ("admin", "Admin-12")
    switches: dict[str, Any] = field(default_factory=dict)


class Engine:
    """Everything one engine knows. Made by open_engine()."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config = config
        self.release = config.release
        self.store = store
        self.clock = Clock()
        #: set when the process is told to stop: what waits for a time waits no longer
        self.stopping = threading.Event()
        self.switches = Switches(config.switches)
        if store.meta("id_offset") is None:
            store.set_meta("id_offset", str(_offset(config)))
        self.model = Model(store, config.release, self.switches)
        self.listing = Listing(self.model, config.place)
        first = int(store.meta("id_offset") or 0)
        self.roles = Roles(store, config.release, first)
        self.users = Users(store, first)
        self.auth = Auth(self.users, self.switches, self.clock)
        self.tasks = Tasks(store, self.switches, self.clock, first, self.stopping)
        self.accounts = Accounts(store)
        self.connections = Connections(self.accounts, self.switches)
        self.executions = Executions(
            store,
            self.clock,
            self.switches,
            config.release,
            first,
            limits=lambda: runs.limits(self.model, self.switches),
            problem=lambda used: runs.problem(self.model, self.connections, used),
        )
        self.gate = Gate(config.release, self.switches, self.executions)
        self.faults = Faults()
        self.log = RequestLog()
        self.import_lock = threading.Lock()
        pem = store.meta("signer")
        self.signer = Signer(pem.encode() if pem else None)
        if pem is None:
            store.set_meta("signer", self.signer.pem().decode())

    def new_local(self, kind: str, user: str | None = None) -> dict[str, Any]:
        """The engine's own marks on an object that is being made."""
        now = api_time(self.clock.now())
        marks = {
            "createdBy": user or "System",
            "createdTime": now,
            "uploadedBy": user or "System",
            "uploadDate": now,
            "status": "DISCONNECTED",
        }
        return {name: value for name, value in marks.items() if name in KINDS[kind].local}

    def set_switches(self, values: dict[str, Any]) -> None:
        """Set switches; raises ValueError and sets none when one of them is wrong."""
        Switches({**self.switches.as_dict(), **values})
        for name, value in values.items():
            self.switches.set(name, value)
        self.model.reset_hashes()

    def close(self) -> None:
        """End the tasks and write the state."""
        self.tasks.stop(5.0)
        self.executions.close()
        self.store.close()


def open_engine(config: Config) -> Engine:
    """Open the engine of a state folder; a new folder is filled from the data profile.

    Raises ValueError when the folder belongs to another release.
    """
    from masking_simulator.data.profiles import fill

    store = Store(config.state)
    known = store.meta("release")
    if known is not None and known != config.release.text:
        store.close()
        raise ValueError(f"{config.state} holds an engine of release {known}, not {config.release.text}")
    engine = Engine(config, store)
    if known is None:
        with store.transaction():
            fill(engine)
            store.set_meta("release", config.release.text)
            store.set_meta("profile", config.profile)
    else:
        store.tidy()
    engine.auth.ensure_admin(*config.admin)
    engine.listing.warm()
    return engine


def _offset(config: Config) -> int:
    """Before the first number of everything: near that of other engines of the seed, far from other seeds."""
    by_place = int.from_bytes(hashlib.sha256(config.place.encode()).digest()[:4], "big") % _OFFSETS
    return 1 + by_place + (config.seed - 1) % _SEEDS * _APART
