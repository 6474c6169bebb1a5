# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the targets of one run share. Private to this collection.

Each target is a task of its own in a process of its own. In the exchange, a private folder,
the first of them that needs the source's catalog or a certain bundle makes it; the others
wait and use it. A failure is shared as well: twenty targets must not try a refused source
login twenty times. Locks belong to processes and vanish with them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import tempfile
import time
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import Catalog
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AuthenticationError,
    FileError,
    MaskingError,
    NotPermittedError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._files import write_text

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
# How long other targets take a failure for theirs, in seconds; None is as long as the run.
_FOR_THE_RUN = None
_IN_PASSING = 30.0
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5

Pause = t.Callable[[float, str], None]


class SharedError(MaskingError):
    """The failure of another target of this run on the same step of the source."""

    def __init__(self, text: str, error: dict[str, t.Any]) -> None:
        super().__init__(text, engine=None)
        self.code = error.get("code", MaskingError.code)
        self.http_status = error.get("http_status")
        self._error = error

    def to_result(self) -> dict[str, t.Any]:
        """The first target's error, unchanged."""
        return {"msg": self.message, "error": self._error}


class Exchange:
    """A folder shared by the processes of one run. ``pause`` sleeps within the deadline."""

    def __init__(self, folder: str, pause: Pause) -> None:
        self._folder = folder
        self._pause = pause
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise FileError(f"cannot make the exchange folder: {error.strerror}", subject=folder) from error

    def catalog(self, source: str, scope: str, make: t.Callable[[], Catalog]) -> Catalog:
        """The source's catalog: made once, read by all. ``scope`` tells what it covers."""
        made: list[Catalog] = []

        def to_json() -> t.Any:
            made.append(make())
            return made[0].to_json()

        data = self.value(f"catalog {scope}", source, to_json, f"the list of {source}")
        return made[0] if made else Catalog.from_json(data)

    def value(self, kind: str, source: str, make: t.Callable[[], t.Any], what: str) -> t.Any:
        """Something of the source that JSON can hold: made once, read by all. ``what`` names it to those who wait."""
        path = self._path("value", source, kind)
        made: list[t.Any] = []

        def write() -> None:
            made.append(make())
            write_text(path, json.dumps(made[0], separators=(",", ":")))

        self._once(path, write, what)
        if made:
            return made[0]
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)

    def bundle(self, source: str, content: str, make: t.Callable[[str], object]) -> str:
        """The path of the bundle with exactly this content, made once by ``make(path)``."""
        path = self._path("bundle", source, content)
        self._once(path, lambda: make(path), f"an export of {source}")
        return path

    def alone_on(self, source: str) -> t.ContextManager[None]:
        """A block in which no other target of this run exports from the source or purges it."""
        return self._locked(f"{self._path('source', source)}.lock", f"an export of {source}")

    def _path(self, kind: str, *parts: str) -> str:
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
        return os.path.join(self._folder, f"{kind}-{digest}.json")

    def _once(self, path: str, make: t.Callable[[], object], what: str) -> None:
        failed = f"{path}.failed"
        with self._locked(f"{path}.lock", what):
            if os.path.exists(path):
                return
            if _still_counts(failed):
                with open(failed, encoding="utf-8") as stream:
                    shared = json.load(stream)
                raise SharedError(shared["msg"], shared["error"])
            try:
                make()
            except MaskingError as error:
                kind = _FOR_THE_RUN if isinstance(error, (AuthenticationError, NotPermittedError)) else _IN_PASSING
                write_text(failed, json.dumps({**error.to_result(), "seconds": kind}))
                raise

    @contextlib.contextmanager
    def _locked(self, path: str, what: str) -> t.Iterator[None]:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FileError(f"cannot make a lock: {error.strerror}", subject=path) from error
        try:
            pause = _FIRST_PAUSE
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._pause(pause, f"{what} by another target of this run")
                    pause = min(pause * 1.5, _LONGEST_PAUSE)
            yield
        finally:
            os.close(handle)


def _still_counts(failed: str) -> bool:
    """Whether there is a failure to share: a refused login for the whole run, others for a while."""
    try:
        with open(failed, encoding="utf-8") as stream:
            seconds = json.load(stream)["seconds"]
        return seconds is None or time.time() - os.path.getmtime(failed) < float(seconds)
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def open_exchange(run_dir: str, name: str | None, pause: Pause) -> t.Iterator[Exchange]:
    """The exchange of this name in the run's private folder; without a name one that goes at the end.

    Raises OptionError for a name that is no plain file name.
    """
    if name and not _NAME.fullmatch(name):
        raise OptionError(f"'exchange' is {name!r}", hint="Use letters, digits, dots, dashes and underscores.")
    if name:
        yield Exchange(os.path.join(run_dir, f"exchange-{name}"), pause)
        return
    try:
        os.makedirs(run_dir, mode=0o700, exist_ok=True)
        private = tempfile.TemporaryDirectory(prefix="exchange-", dir=run_dir)
    except OSError as error:
        raise FileError(f"cannot make a temporary folder: {error.strerror}", subject=run_dir) from error
    with private as folder:
        yield Exchange(folder, pause)
