# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills a new engine with objects, the same again for the same seed and release."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from typing import TYPE_CHECKING, Any

from masking_simulator.model.algorithms import BY_NAME, built, references_in
from masking_simulator.model.objects import Content, Key, Obj
from masking_simulator.model.types import FULL_OF

if TYPE_CHECKING:
    from masking_simulator.engine import Engine

_SPACE = uuid.UUID("6f2f1d4e-6c0b-5a7e-9d55-2f6b4f0c1a11")


class Filler:
    """Collects objects and stores them at once.

    The numbers are given out in an order that depends on the engine, so that two engines
    filled alike agree in everything but their numbers.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.release = engine.release
        self.seed = engine.config.seed
        self._objects: list[Obj] = []

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
        """Add an engine-wide object; kinds that the release does not have are left out.

        Environments exist on every release, also where they cannot be synchronised yet.
        """
        if type_ is None:
            types = [item.name for item in FULL_OF.get(kind, ()) if item.on(self.release)]
            if kind in FULL_OF and not types and kind != "environment":
                return
            type_ = types[0] if types else ""
        origin = f"built-in {self.release.text}" if built_in else f"seed {self.seed}"
        revision = str(uuid.uuid5(_SPACE, f"{origin}/{kind}/{name}"))
        kept: Content | None = self.engine.store.put_content(content) if content is not None else None
        local = self.engine.new_local(kind, None if built_in else self.engine.config.admin[0])
        self._objects.append(Obj(Key(kind, None, name), 0, type_, revision, body, kept, local))

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

    def digest(self, *parts: object) -> str:
        """Hex digits that depend on the seed and the parts alone."""
        return hashlib.sha256(repr((self.seed, *parts)).encode()).hexdigest()

    def lookup_data(self, name: str, size: int) -> bytes:
        """Lookup values of `size` bytes: lines of text that compress no better than real ones."""
        source = random.Random(self.digest("lookup", name))
        return base64.encodebytes(source.randbytes(size * 3 // 4 + 3))[:size]

    def store(self) -> None:
        """Give out the numbers and store everything."""
        place = self.engine.config.place
        self._objects.sort(key=lambda obj: hashlib.md5(f"{place}{obj.key}".encode(), usedforsecurity=False).digest())
        model = self.engine.model
        numbered = [
            Obj(obj.key, model.next_id(obj.kind), obj.type, obj.revision, obj.body, obj.content, obj.local)
            for obj in self._objects
        ]
        model.load(numbered)
        self._objects.clear()
