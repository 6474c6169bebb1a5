# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills a new engine with objects, the same again for the same seed and release."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from masking_simulator.model.algorithms import BY_NAME, built, references_in
from masking_simulator.model.objects import SOURCE_ENVIRONMENT, Content, Key, Obj
from masking_simulator.model.types import FULL_OF, full_type

if TYPE_CHECKING:
    from masking_simulator.engine import Engine

#: kinds that exist on releases that cannot synchronise them, and from which API version 5.1.N on
_UNSYNCABLE_SINCE = {"environment": 0, "password_vault": 18, "credential_path": 18}
_NEVER = 10_000
_SPACE = uuid.UUID("6f2f1d4e-6c0b-5a7e-9d55-2f6b4f0c1a11")


@dataclass(frozen=True)
class _Draft:
    """An object without its number; environments by name, as they have no numbers yet either."""

    kind: str
    environment: str | None
    name: str
    type: str
    revision: str
    body: dict[str, Any]
    content: Content | None
    local: dict[str, Any]
    source: str | None = None


class Filler:
    """Collects objects and stores them at once.

    The numbers are given out in an order that depends on the engine, so that two engines
    filled alike agree in everything but their numbers.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.release = engine.release
        self.seed = engine.config.seed
        self._drafts: list[_Draft] = []
        self._algorithms: dict[str, str] = {}

    def add(
        self,
        kind: str,
        name: str,
        body: dict[str, Any],
        *,
        type_: str | None = None,
        content: bytes | None = None,
        built_in: bool = False,
    ) -> None:
        """Add an engine-wide object; kinds that the release does not have are left out."""
        if type_ is None:
            type_ = full_type(kind, self.release)
            if kind in FULL_OF and not type_ and self.release.api < _UNSYNCABLE_SINCE.get(kind, _NEVER):
                return
        origin = f"built-in {self.release.text}" if built_in else f"seed {self.seed}"
        revision = str(uuid.uuid5(_SPACE, f"{origin}/{kind}/{name}"))
        kept: Content | None = self.engine.store.put_content(content) if content is not None else None
        local = self.engine.new_local(kind, None if built_in else self.engine.config.admin[0])
        if kind == "domain":
            self._algorithms[name] = body["defaultAlgorithmCode"]
        self._drafts.append(_Draft(kind, None, name, type_, revision, body, kept, local))

    def add_in(
        self,
        environment: str,
        kind: str,
        name: str,
        body: dict[str, Any],
        *,
        password: str | None = None,
        source: str | None = None,
    ) -> None:
        """Add an object to an environment; kinds that the release does not have are left out.

        password: the one that a connector has stored. source: the environment of the connector
        from which an on-the-fly job reads.
        """
        type_ = full_type(kind, self.release)
        if not type_:
            return
        revision = str(uuid.uuid5(_SPACE, f"seed {self.seed}/{kind}/{environment}/{name}"))
        local = self.engine.new_local(kind, self.engine.config.admin[0])
        if password is not None:
            local["password"] = password
        self._drafts.append(_Draft(kind, environment, name, type_, revision, body, None, local, source))

    def algorithm(
        self,
        name: str,
        framework: str,
        *,
        extension: dict[str, Any] | None = None,
        profile_set: str | None = None,
        lookup_bytes: int = 0,
        built_in: bool = False,
    ) -> None:
        """Add an algorithm of a framework, or the classic one that did its job on older releases."""
        type_, body = built(self.release, BY_NAME[framework], name)
        body["algorithmExtension"] = extension or {}
        body["_algorithms"] = references_in(extension or {})
        body["_key"] = self.digest("key", name)[:32]
        if profile_set is not None:
            body["_profileSet"] = profile_set
        if built_in:
            body["_builtIn"] = True
        content = self.lookup_data(name, lookup_bytes) if lookup_bytes and BY_NAME[framework].lookup else None
        self.add("algorithm", name, body, type_=type_, content=content, built_in=built_in)

    def algorithm_of(self, domain: str) -> str:
        """The algorithm of a domain that was added before."""
        return self._algorithms[domain]

    def digest(self, *parts: object) -> str:
        """Hex digits that depend on the seed and the parts alone."""
        return hashlib.sha256(repr((self.seed, *parts)).encode()).hexdigest()

    def lookup_data(self, name: str, size: int) -> bytes:
        """Lookup values of `size` bytes: lines of text that compress no better than real ones."""
        source = random.Random(self.digest("lookup", name))
        return base64.encodebytes(source.randbytes(size * 3 // 4 + 3))[:size]

    def store(self) -> None:
        """Give out the numbers and store everything."""
        place, model = self.engine.config.place, self.engine.model
        drafts = sorted(
            self._drafts,
            key=lambda draft: hashlib.md5(
                f"{place}{draft.kind}/{draft.environment}/{draft.name}".encode(), usedforsecurity=False
            ).digest(),
        )
        numbers = {draft.name: model.next_id(draft.kind) for draft in drafts if draft.kind == "environment"}
        objects = []
        for draft in drafts:
            number = numbers[draft.name] if draft.kind == "environment" else model.next_id(draft.kind)
            environment = None if draft.environment is None else numbers[draft.environment]
            local = draft.local if draft.source is None else {**draft.local, SOURCE_ENVIRONMENT: numbers[draft.source]}
            key = Key(draft.kind, environment, draft.name)
            obj = Obj(key, number, draft.type, draft.revision, draft.body, draft.content, local)
            objects.append(model.settled(obj))
        model.load(objects)
        self._drafts.clear()
