# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of connection options. Private to this collection.

Argument specs are made from it, and the documentation fragments are checked against it.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
from urllib.parse import unquote, urlsplit

from ansible.module_utils.common.parameters import env_fallback
from ansible_collections.maskops.delphix.plugins.module_utils._api import (
    Engine,
    api_root,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._session import (
    Credentials,
    Session,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Transport,
    TransportOptions,
)

Spec = dict[str, dict[str, t.Any]]


@dataclasses.dataclass(frozen=True)
class Option:
    """A connection option. ``per_engine`` ones exist again for the source as ``source_<name>``."""

    name: str
    type: str = "str"
    default: t.Any = None
    no_log: bool = False
    per_engine: bool = True

    def env(self, prefix: str = "") -> str:
        """The environment variable that stands in for the option."""
        return f"DELPHIX_MASKING_{prefix}{self.name}".upper()

    def spec(self, prefix: str = "") -> dict[str, t.Any]:
        """The option in an argument spec."""
        spec: dict[str, t.Any] = {
            "type": self.type,
            "fallback": (filled_env_fallback, [self.env(prefix)]),
            "no_log": self.no_log,
        }
        if self.default is not None:
            spec["default"] = self.default
        return spec


CONNECTION_OPTIONS: t.Final = (
    Option("url"),
    Option("api_version"),
    Option("username"),
    Option("password", no_log=True),
    Option("token", no_log=True),
    Option("validate_certs", "bool", True),
    Option("ca_path", "path"),
    Option("client_cert", "path"),
    Option("client_key", "path"),
    Option("proxy"),
    Option("connect_timeout", "float", 10.0, per_engine=False),
    Option("read_timeout", "float", 60.0, per_engine=False),
    Option("deadline", "float", 3600.0, per_engine=False),
    Option("retries", "int", 4, per_engine=False),
    Option("page_size", "int", per_engine=False),
)
SOURCE: t.Final = "source_"
_TRANSPORT = {field.name for field in dataclasses.fields(TransportOptions)}
_SMALLEST = {"connect_timeout": 0.001, "read_timeout": 0.001, "deadline": 0.001, "retries": 0, "page_size": 1}


def filled_env_fallback(*names: str) -> t.Any:
    """Like Ansible's own, but an empty variable counts as unset: credential types of AWX set those."""
    return env_fallback(*(name for name in names if os.environ.get(name)))


def connection_spec() -> Spec:
    """Argument spec of the options that all modules share."""
    return {option.name: option.spec() for option in CONNECTION_OPTIONS}


def source_spec() -> Spec:
    """Argument spec of the same options for the source engine."""
    return {SOURCE + option.name: option.spec(SOURCE) for option in CONNECTION_OPTIONS if option.per_engine}


def selection_spec(object_types: list[str] | None = None) -> Spec:
    """Argument spec of the options that select objects."""
    names: dict[str, t.Any] = {"type": "list", "elements": "str"}
    return {
        "object_types": {**names, "default": object_types} if object_types else names,
        "names": names,
        "exclude": names,
        "environments": names,
    }


def transfer_spec() -> Spec:
    """Argument spec of the options of exports and imports."""
    return {
        "passphrase": Option("passphrase", no_log=True).spec(),
        "method": {"type": "str", "choices": ["async", "sync"], "default": "async"},
    }


def open_engine(
    params: t.Mapping[str, t.Any],
    *,
    prefix: str = "",
    read_only: bool,
    warn: t.Callable[[str], None],
) -> Engine:
    """An engine from module parameters; nothing is sent before it is used.

    Raises OptionError naming the option that is missing or wrong.
    """
    for name, smallest in _SMALLEST.items():
        if params[name] is not None and params[name] < smallest:
            raise OptionError(f"'{name}' is {params[name]:g}, less than {smallest:g}")
    url = params[prefix + "url"]
    if not url:
        raise OptionError(
            f"'{prefix}url' is missing", hint="Give the engine's address, such as https://engine.example.com."
        )
    options = TransportOptions(
        **{
            option.name: params[prefix + option.name if option.per_engine else option.name]
            for option in CONNECTION_OPTIONS
            if option.name in _TRANSPORT
        }
    )
    transport = Transport(api_root(url, params[prefix + "api_version"]), options, read_only=read_only, warn=warn)
    credentials = Credentials(params[prefix + "username"], params[prefix + "password"], params[prefix + "token"])
    return Engine(Session(transport, credentials, warn=warn, prefix=prefix), page_size=params["page_size"])


def hidden_secrets(params: t.Mapping[str, t.Any]) -> set[str]:
    """Secrets inside options that are not secret as a whole: the login in a proxy's or engine's URL."""
    found = set()
    for name in ("url", "source_url", "proxy", "source_proxy"):
        try:
            password = urlsplit(params.get(name) or "").password
        except ValueError:
            continue
        if password:
            found |= {password, unquote(password)}
    return found
