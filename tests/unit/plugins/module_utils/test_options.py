# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options: what they are called, where they come from, where they go."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.maskops.delphix.plugins.module_utils import _transport
from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    connection_spec,
    hidden_secrets,
    open_engine,
    selection_spec,
    source_spec,
    transfer_spec,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation

SPEC = {**connection_spec(), **source_spec(), **transfer_spec()}
LOGIN = {"url": "https://engine.example.com", "token": "t"}


def checked(arguments: dict[str, t.Any]) -> dict[str, t.Any]:
    """Parameters as modules get them."""
    result = ArgumentSpecValidator(SPEC).validate(arguments)
    assert not result.error_messages
    return {**dict.fromkeys(SPEC), **result.validated_parameters}


def opened(**arguments: t.Any) -> Engine:
    return open_engine(checked({**LOGIN, **arguments}), read_only=True, warn=print)


def test_the_options_of_every_module() -> None:
    assert set(connection_spec()) == {
        "url",
        "api_version",
        "username",
        "password",
        "token",
        "validate_certs",
        "ca_path",
        "client_cert",
        "client_key",
        "proxy",
        "connect_timeout",
        "read_timeout",
        "deadline",
        "retries",
        "page_size",
    }


def test_the_source_has_what_an_engine_has_of_its_own() -> None:
    per_engine = set(connection_spec()) - {"connect_timeout", "read_timeout", "deadline", "retries", "page_size"}
    assert set(source_spec()) == {f"source_{name}" for name in per_engine}
    for name, spec in source_spec().items():
        plain = connection_spec()[name.removeprefix("source_")]
        assert {key: value for key, value in spec.items() if key != "fallback"} == {
            key: value for key, value in plain.items() if key != "fallback"
        }


def test_what_is_secret_and_nothing_else() -> None:
    secret = {name for name, spec in SPEC.items() if spec.get("no_log")}
    assert secret == {"password", "token", "passphrase", "source_password", "source_token"}
    # Said of the others too: Ansible warns of names that look secret.
    assert all("no_log" in spec for name, spec in {**connection_spec(), **source_spec()}.items())


@pytest.mark.parametrize("name", sorted({*connection_spec(), *source_spec(), "passphrase"}))
def test_every_option_has_its_variable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    values = {"int": ("7", 7), "float": ("7.5", 7.5), "bool": ("no", False)}
    text, value = values.get(SPEC[name]["type"], ("/some/text", "/some/text"))
    monkeypatch.setenv(f"DELPHIX_MASKING_{name.upper()}", text)
    assert checked({})[name] == value


def test_an_option_wins_over_its_variable_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked({})["retries"] == 4
    monkeypatch.setenv("DELPHIX_MASKING_RETRIES", "1")
    assert checked({})["retries"] == 1
    assert checked({"retries": 0})["retries"] == 0


@pytest.mark.parametrize(("name", "value"), [("url", None), ("token", None), ("retries", 4), ("validate_certs", True)])
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str, value: t.Any) -> None:
    monkeypatch.setenv(f"DELPHIX_MASKING_{name.upper()}", "")
    assert checked({})[name] == value


def test_the_variables_of_an_engine_are_not_those_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELPHIX_MASKING_PASSWORD", "of the target")
    assert checked({})["source_password"] is None


def test_defaults() -> None:
    found = {name: spec["default"] for name, spec in SPEC.items() if "default" in spec}
    assert found == {
        "validate_certs": True,
        "source_validate_certs": True,
        "connect_timeout": 10.0,
        "read_timeout": 60.0,
        "deadline": 3600.0,
        "retries": 4,
        "method": "async",
    }


def test_selection_options() -> None:
    assert set(selection_spec()) == {"object_types", "names", "exclude", "environments"}
    assert "default" not in selection_spec()["object_types"]
    assert selection_spec(["GLOBAL_OBJECT"])["object_types"]["default"] == ["GLOBAL_OBJECT"]


# Opening an engine


def test_options_reach_the_transport(
    conversation: Conversation, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    monkeypatch.setattr(_transport, "Clock", lambda: clock)
    pem = tmp_path / "any.pem"
    pem.write_text("a certificate")
    base = "https://engine.example.com/masking/api/v5.1.42"
    for _try in range(2):
        conversation.expect("GET", "/thing", base=base, token="t").answers(503)
    engine = opened(
        api_version="5.1.42",
        ca_path=str(pem),
        client_cert=str(pem),
        client_key=str(pem),
        proxy="http://proxy.example.com:3128",
        connect_timeout=3,
        read_timeout=4,
        deadline=500,
        retries=1,
    )
    assert engine.session.request("GET", "/thing").status == 503
    seen = conversation.seen[0]
    assert (seen.timeout, seen.verify, seen.cert) == ((3, 4), str(pem), (str(pem), str(pem)))
    assert seen.proxies["https"] == "http://proxy.example.com:3128"
    assert engine.name == "https://engine.example.com"
    assert engine.session.transport.read_only


def test_the_source_is_another_engine(conversation: Conversation) -> None:
    base = "https://source.example.com/masking/api"
    conversation.expect("GET", "/thing", base=base, token="of the source").answers(200)
    params = checked(
        {
            **LOGIN,
            "source_url": "https://source.example.com",
            "source_token": "of the source",
            "source_validate_certs": False,
        }
    )
    engine = open_engine(params, prefix="source_", read_only=False, warn=print)
    engine.session.request("GET", "/thing")
    assert conversation.seen[0].verify is False
    assert not engine.session.transport.read_only


def test_the_page_size_reaches_lists(conversation: Conversation) -> None:
    conversation.page("/domains", [], size=250)
    opened(page_size=250).list_all("/domains")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"url": None}, "'url'"),
        ({"url": ""}, "'url'"),
        ({"url": "engine.example.com"}, "'url'"),
        ({"token": None}, "'token'"),
        ({"token": None, "username": "admin"}, "'password'"),
        ({"connect_timeout": 0}, "'connect_timeout'"),
        ({"read_timeout": -1}, "'read_timeout'"),
        ({"deadline": 0}, "'deadline'"),
        ({"retries": -1}, "'retries'"),
        ({"page_size": 0}, "'page_size'"),
        ({"ca_path": "/nowhere/ca.pem"}, "'ca_path'"),
    ],
    ids=str,
)
def test_a_wrong_option_is_named(arguments: dict[str, t.Any], named: str) -> None:
    params = {**checked(LOGIN), **arguments}
    with pytest.raises(OptionError, match=named):
        open_engine(params, read_only=True, warn=print)


@pytest.mark.parametrize(
    ("arguments", "named"), [({"source_url": None}, "'source_url'"), ({"source_token": None}, "'source_token'")]
)
def test_a_wrong_option_of_the_source_is_named(arguments: dict[str, t.Any], named: str) -> None:
    source = {"source_url": "https://source.example.com", "source_token": "t"}
    params = {**checked({**LOGIN, **source}), **arguments}
    with pytest.raises(OptionError, match=named):
        open_engine(params, prefix="source_", read_only=True, warn=print)


@pytest.mark.parametrize(
    ("params", "secrets"),
    [
        ({}, set()),
        ({"proxy": None, "url": "https://engine.example.com"}, set()),
        ({"proxy": "http://me:hidden@proxy:3128"}, {"hidden"}),
        ({"url": "https://me:one@e", "source_proxy": "http://me:two@p"}, {"one", "two"}),
        ({"proxy": "http://[::1", "source_url": "https://me:three@e"}, {"three"}),
    ],
)
def test_secrets_inside_addresses(params: dict[str, t.Any], secrets: set[str]) -> None:
    assert hidden_secrets(params) == secrets
