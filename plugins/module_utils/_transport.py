# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP to one engine: TLS, timeouts, retries, streaming, write guard. Private to this collection."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import os
import random
import re
import time
import traceback
import typing as t
import warnings
from urllib.parse import urlsplit

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    ApiError,
    DeadlineError,
    FileError,
    MaskingError,
    OptionError,
    UnexpectedAnswerError,
    UnreachableError,
    WriteGuardError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._failures import explain

try:
    import requests
    from requests import exceptions as failures
    from urllib3 import exceptions as low_level

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

_CHUNK = 256 * 1024
_SMALL_CHUNK = 16 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TRANSIENT = frozenset({429, 502, 503, 504})
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_LONGEST_RETRY_AFTER = 60.0
_SECONDS = re.compile(r"[0-9]{1,9}")
USER_AGENT = "maskops.delphix (Ansible collection)"


class Retry(enum.Enum):
    """When a request may be sent again.

    ALWAYS: it changes nothing that matters if it arrives twice.
    UNSENT: only when it certainly never reached the engine, or the engine turned it away
    unread (429). NEVER: not even then.
    """

    ALWAYS = "always"
    UNSENT = "unsent"
    NEVER = "never"


class Clock:
    """Time, replaceable in tests."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclasses.dataclass(frozen=True)
class TransportOptions:
    """How to reach an engine. Times are seconds."""

    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    deadline: float = 3600.0
    retries: int = 4


@dataclasses.dataclass
class Stats:
    """What was sent and received; bytes are those of bodies."""

    requests: int = 0
    retries: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0

    def add(self, other: Stats) -> None:
        """Add the counters of another one."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def to_result(self) -> dict[str, int]:
        """As result keys."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Answer:
    """A complete answer of the engine. ``body`` is empty when it was streamed to a file."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    engine: str

    @property
    def ok(self) -> bool:
        """Any 2xx is success: vendor documents and engines differ about 200 and 201."""
        return 200 <= self.status < 300

    def json(self) -> t.Any:
        """The body as JSON. Raises UnexpectedAnswerError for anything else, as a proxy's page."""
        try:
            return json.loads(self.body)
        except ValueError:
            kind = self.headers.get("content-type", "no content type")
            raise UnexpectedAnswerError(
                f"the answer is not JSON but {kind}",
                engine=self.engine,
                http_status=self.status,
                hint="Check that the URL is a masking engine's and that no proxy or login page stands in between.",
            ) from None

    def error_text(self) -> str | None:
        """The engine's own words in an error body (``errorMessage`` or ``errors``), if any."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return None
        if not isinstance(body, dict):
            return None
        if isinstance(body.get("errorMessage"), str):
            return str(body["errorMessage"])
        if isinstance(body.get("errors"), list):
            return "; ".join(str(entry) for entry in body["errors"])
        return None


class Upload(t.Protocol):
    """A request body that can be sent more than once without being held in memory."""

    content_type: str

    def __len__(self) -> int:
        """Bytes."""

    def open(self) -> t.IO[bytes]:
        """A reader at the start of the body."""


def _chunks(response: t.Any) -> t.Iterator[bytes]:
    """The body as it arrives: an answer that trickles must not outlast the deadline inside one read."""
    if hasattr(response.raw, "read1"):
        read = functools.partial(response.raw.read1, _CHUNK, decode_content=True)
    elif "content-encoding" not in response.headers:
        # urllib3 before 2.1 has it one layer below.
        read = functools.partial(response.raw._fp.read1, _CHUNK)
    else:
        yield from response.iter_content(_SMALL_CHUNK)
        return
    while chunk := read():
        yield chunk


class _Authorization:
    """Sets the raw token, and keeps ``requests`` from taking a login out of .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: t.Any) -> t.Any:
        if self._token is not None:
            request.headers["Authorization"] = self._token
        return request


class Transport:
    """Sends requests to one engine under one deadline.

    ``base_url`` is the engine's API root without trailing slash. With ``read_only`` every
    unsafe verb raises WriteGuardError unless the caller says that it changes no object
    (opening and closing a session). The deadline starts when the object is made.
    """

    def __init__(
        self,
        base_url: str,
        options: TransportOptions,
        *,
        read_only: bool = False,
        clock: Clock | None = None,
        warn: t.Callable[[str], None] | None = None,
    ) -> None:
        self.base_url = base_url
        self.engine = engine_name(base_url)
        self.stats = Stats()
        self.read_only = read_only
        self.clock = clock or Clock()
        self._options = options
        self._warn = warn or _silent
        self._ends = self.clock.monotonic() + options.deadline
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        if not options.validate_certs:
            # Who turned verification off need not be told at every request.
            warnings.simplefilter("ignore", low_level.InsecureRequestWarning)
        # Proxies other than the option's come from the environment, as everywhere in Ansible.
        self._per_call: dict[str, t.Any] = {
            "verify": _verify(options),
            "cert": _client_certificate(options),
            "proxies": {"http": options.proxy, "https": options.proxy} if options.proxy else None,
            "allow_redirects": False,
        }

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def remaining(self, waiting_for: str, ends: float | None = None) -> float:
        """Seconds left until the deadline, or ``ends``; raises DeadlineError naming what was waited for."""
        left = (self._ends if ends is None else ends) - self.clock.monotonic()
        if left <= 0:
            raise DeadlineError(
                f"the deadline of {self._options.deadline:g} s is over while waiting for {waiting_for}",
                engine=self.engine,
                hint="Raise 'deadline' when the engine needs more time.",
            )
        return left

    def pause(self, seconds: float, waiting_for: str) -> None:
        """Sleep, but not past the deadline; raises DeadlineError when it is over."""
        self.clock.sleep(min(seconds, self.remaining(waiting_for)))
        self.remaining(waiting_for)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        json_body: t.Any = None,
        upload: Upload | None = None,
        headers: t.Mapping[str, str] | None = None,
        token: str | None = None,
        retry: Retry | None = None,
        into: t.IO[bytes] | None = None,
        slow: bool = False,
        changes_objects: bool = True,
        grace: float = 0.0,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        ``into`` receives the body of a 2xx answer (from its start again on every try).
        ``slow`` lets the engine take until the deadline to begin its answer. ``grace`` are
        seconds that the request has even when the deadline is over. Raises
        UnreachableError, TlsError, AnswerLostError, DeadlineError, UnexpectedAnswerError.
        """
        safe = method in _SAFE_METHODS
        if self.read_only and not safe and changes_objects:
            raise WriteGuardError(
                f"{method} {path} was about to be sent in check mode or by a reading module", engine=self.engine
            )
        retry = retry or (Retry.ALWAYS if safe else Retry.UNSENT)
        what = f"{method} {path}"
        tries = 0
        while True:
            tries += 1
            try:
                answer = self._send(method, path, params, json_body, upload, headers, token, into, slow, grace)
            except (UnreachableError, AnswerLostError) as error:
                again = retry is Retry.ALWAYS or (retry is Retry.UNSENT and isinstance(error, UnreachableError))
                if not again or tries > self._options.retries:
                    raise
                self._before_retry(tries, what, str(error), None)
                continue
            if answer.status in _TRANSIENT:
                again = retry is Retry.ALWAYS or (retry is Retry.UNSENT and answer.status == 429)
                if again and tries <= self._options.retries:
                    self._before_retry(tries, what, f"HTTP {answer.status}", answer.headers.get("retry-after"))
                    continue
            if answer.status >= 500 and not safe and changes_objects and retry is not Retry.ALWAYS:
                raise AnswerLostError(
                    f"{what} was answered with HTTP {answer.status}, which does not tell whether it was carried out",
                    engine=self.engine,
                    http_status=answer.status,
                    detail=answer.error_text(),
                )
            return answer

    def _before_retry(self, tries: int, what: str, why: str, retry_after: str | None) -> None:
        pause = min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
        if retry_after and _SECONDS.fullmatch(retry_after.strip()):
            pause = min(float(retry_after), _LONGEST_RETRY_AFTER)
        self.stats.retries += 1
        self._warn(f"engine {self.engine}: {what} is sent again after {pause:.1f} s: {why}")
        self.pause(pause, f"the next try of {what}")

    def _send(
        self,
        method: str,
        path: str,
        params: t.Mapping[str, t.Any] | None,
        json_body: t.Any,
        upload: Upload | None,
        headers: t.Mapping[str, str] | None,
        token: str | None,
        into: t.IO[bytes] | None,
        slow: bool,
        grace: float,
    ) -> Answer:
        ends = max(self._ends, self.clock.monotonic() + grace) if grace else self._ends
        left = self.remaining(f"{method} {path}", ends)
        if token is not None and not (token.isascii() and token.isprintable()):
            raise OptionError("the token cannot be sent", engine=self.engine, hint="Check 'token' for line breaks.")
        sent: t.Any = None
        all_headers = {"Accept": "application/json", **(headers or {})}
        if upload is not None:
            sent = upload.open()
            all_headers["Content-Type"] = upload.content_type
            self.stats.bytes_sent += len(upload)
        elif json_body is not None:
            sent = json.dumps(json_body).encode()
            all_headers["Content-Type"] = "application/json"
            self.stats.bytes_sent += len(sent)
        self.stats.requests += 1
        read_timeout = left if slow else min(self._options.read_timeout, left)
        try:
            with self._session.request(
                method,
                self.base_url + path,
                params=params,
                data=sent,
                headers=all_headers,
                auth=_Authorization(token),
                timeout=(min(self._options.connect_timeout, left), read_timeout),
                stream=True,
                **self._per_call,
            ) as response:
                if 300 <= response.status_code < 400:
                    raise self._redirected(response)
                body = self._read(response, into if 200 <= response.status_code < 300 else None, ends)
                return Answer(response.status_code, response.headers, body, self.engine)
        except (failures.RequestException, low_level.HTTPError) as error:
            raise explain(error, f"{method} {path}", self.engine) from error
        except OSError as error:
            # Raised by the TLS layer for files that hold no certificate or key.
            raise OptionError(
                f"a TLS file cannot be used: {error}",
                engine=self.engine,
                hint="Check 'ca_path', 'client_cert' and 'client_key'.",
            ) from error
        finally:
            if upload is not None:
                sent.close()

    def _read(self, response: t.Any, into: t.IO[bytes] | None, ends: float) -> bytes:
        if into is not None:
            into.seek(0)
            into.truncate()
        parts: list[bytes] = []
        received = 0
        for chunk in _chunks(response):
            received += len(chunk)
            if into is None:
                parts.append(chunk)
            else:
                try:
                    into.write(chunk)
                except OSError as error:
                    raise FileError(f"cannot write the download: {error.strerror}", subject=str(into.name)) from error
            self.remaining("the rest of an answer", ends)
        self.stats.bytes_received += received
        expected = response.headers.get("content-length")
        if expected and expected.isdigit() and "content-encoding" not in response.headers and int(expected) != received:
            raise failures.ChunkedEncodingError(f"{received} of {expected} bytes")
        return b"".join(parts)

    def _redirected(self, response: t.Any) -> MaskingError:
        goal = urlsplit(response.headers.get("location", ""))
        where = f"{goal.scheme}://{goal.netloc}" if goal.netloc else "another path"
        return UnexpectedAnswerError(
            f"it redirects to {where}",
            engine=self.engine,
            http_status=response.status_code,
            hint="Give the final address as 'url': redirects are not followed, so that no login goes elsewhere.",
        )


def _verify(options: TransportOptions) -> bool | str:
    if not options.validate_certs:
        return False
    path = options.ca_path
    if not path:
        return True
    if not os.path.exists(path):
        raise OptionError(
            f"'ca_path' {path} does not exist", hint="Give a file or folder with CA certificates in PEM form."
        )
    # A credential type writes an empty file when its CA field is left blank.
    if os.path.isfile(path) and os.path.getsize(path) == 0:
        return True
    return path


def _client_certificate(options: TransportOptions) -> str | tuple[str, str] | None:
    for name, path in (("client_cert", options.client_cert), ("client_key", options.client_key)):
        if path and not os.path.isfile(path):
            raise OptionError(f"'{name}' {path} does not exist")
    if options.client_key and not options.client_cert:
        raise OptionError("'client_key' needs 'client_cert'")
    if options.client_cert and options.client_key:
        return (options.client_cert, options.client_key)
    return options.client_cert


def _silent(text: str) -> None:
    pass


def engine_name(base_url: str) -> str:
    """How messages and reports name an engine: scheme, host and port of its URL."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def refusal(answer: Answer, what: str, *, hint: str | None = None) -> ApiError:
    """An ApiError for an answer that is no success."""
    return ApiError(
        f"{what} was refused with HTTP {answer.status}",
        engine=answer.engine,
        http_status=answer.status,
        detail=answer.error_text(),
        hint=hint,
    )
