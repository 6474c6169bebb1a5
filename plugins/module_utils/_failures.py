# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures of connections in words that say what to do. Private to this collection."""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    MaskingError,
    OptionError,
    TlsError,
    UnreachableError,
)

# The transport reports a library that is missing.
with contextlib.suppress(ImportError):
    from requests import exceptions as failures
    from urllib3 import exceptions as low_level

# Stands in front of the text in errors of urllib3, as a repr or in words.
_CONNECTION_REPR = re.compile(r"^<?[\w.]*HTTPS?Connection\w*\(.*?\)(?: at 0x[0-9a-f]+>)?: ")


def explain(error: Exception, what: str, engine: str) -> MaskingError:
    """The error for a failure of the library during a request, ``what``, to an engine."""
    about: dict[str, t.Any] = {"engine": engine}
    reason = _innermost(error)
    # An end of data inside TLS is a broken connection like any other: the request may have arrived.
    if isinstance(error, failures.SSLError) and "EOF" not in reason:
        if "WRONG_VERSION_NUMBER" in reason or "UNKNOWN_PROTOCOL" in reason:
            hint = "Nothing speaks TLS at this port. Check scheme and port of 'url'."
        elif "CERTIFICATE_VERIFY_FAILED" in reason or "doesn't match" in reason:
            hint = "Name the CA of the engine's certificate with 'ca_path', and the engine as its certificate does."
        else:
            hint = "Check 'ca_path' and 'client_cert', and the engine's TLS settings."
        return TlsError(f"the TLS connection failed: {reason}", hint=hint, **about)
    if isinstance(error, (failures.InvalidURL, failures.MissingSchema, failures.InvalidSchema, failures.InvalidHeader)):
        return OptionError(f"cannot be called: {reason}", **about)
    if isinstance(error, failures.ProxyError):
        return UnreachableError(
            f"the proxy failed: {reason}", hint="Check 'proxy' and the proxy variables of the environment.", **about
        )
    if isinstance(error, failures.ConnectTimeout) or _never_sent(error):
        return UnreachableError(
            f"cannot be reached: {reason}",
            hint="Check 'url', name resolution, firewall and that the engine runs.",
            **about,
        )
    if isinstance(error, (failures.ReadTimeout, low_level.ReadTimeoutError)):
        return AnswerLostError(
            f"no answer to {what} within the read timeout", hint="Raise 'read_timeout' for slow engines.", **about
        )
    hint = "Check scheme and port of 'url', and what stands between here and the engine."
    return AnswerLostError(f"the connection broke during {what}: {reason}", hint=hint, **about)


def _innermost(error: BaseException) -> str:
    """The most telling text of a chain of library errors, on one line."""
    current: t.Any = error
    while True:
        inner = getattr(current, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in getattr(current, "args", ()) if isinstance(arg, BaseException)), None)
        if inner is None or inner is current:
            break
        current = inner
    return _CONNECTION_REPR.sub("", " ".join(str(current).split()))


def _never_sent(error: BaseException) -> bool:
    inner: t.Any = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    return isinstance(reason, (low_level.NewConnectionError, low_level.ConnectTimeoutError))
