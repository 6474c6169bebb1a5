# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS options, proxies, .netrc and headers: what a request takes with it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation, Seen


@pytest.fixture
def sent(conversation: Conversation) -> t.Callable[..., Seen]:
    """Sends one request with these transport options and returns it as it left."""

    def send(token: str | None = None, **options: t.Any) -> Seen:
        conversation.expect("GET", "/thing").answers(200)
        Transport(Conversation.base, TransportOptions(**options), clock=FakeClock()).request(
            "GET", "/thing", token=token
        )
        return conversation.seen[-1]

    return send


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text("a certificate")
    return str(path)


def test_certificates_are_checked_unless_told_otherwise(sent: t.Callable[..., Seen], ca_file: str) -> None:
    assert sent().verify is True
    assert sent(ca_path=ca_file).verify == ca_file
    assert sent(validate_certs=False).verify is False
    assert sent(validate_certs=False, ca_path=ca_file).verify is False


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_options_win_over_the_ca_bundle_of_the_environment(
    sent: t.Callable[..., Seen], monkeypatch: pytest.MonkeyPatch, ca_file: str, tmp_path: Path, variable: str
) -> None:
    other = tmp_path / "other.pem"
    other.write_text("another certificate")
    monkeypatch.setenv(variable, str(other))
    assert sent(ca_path=ca_file).verify == ca_file
    assert sent(validate_certs=False).verify is False
    assert sent().verify == str(other)


def test_an_empty_ca_file_counts_as_unset(sent: t.Callable[..., Seen], tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert sent(ca_path=str(empty)).verify is True
    assert sent(ca_path="").verify is True


def test_a_folder_of_cas_is_passed_on(sent: t.Callable[..., Seen], tmp_path: Path) -> None:
    assert sent(ca_path=str(tmp_path)).verify == str(tmp_path)


@pytest.mark.parametrize("name", ["ca_path", "client_cert", "client_key"])
def test_files_that_are_not_there_are_named_before_anything_is_sent(name: str, ca_file: str, tmp_path: Path) -> None:
    options = {"client_cert": ca_file, name: str(tmp_path / "missing.pem")}
    with pytest.raises(OptionError, match=name):
        Transport(Conversation.base, TransportOptions(**options))


def test_client_certificates(sent: t.Callable[..., Seen], ca_file: str) -> None:
    assert sent().cert is None
    assert sent(client_cert=ca_file).cert == ca_file
    assert sent(client_cert=ca_file, client_key=ca_file).cert == (ca_file, ca_file)
    with pytest.raises(OptionError, match="client_cert"):
        Transport(Conversation.base, TransportOptions(client_key=ca_file))


def test_the_proxy_option_wins_over_the_environment(
    sent: t.Callable[..., Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "https" not in sent().proxies
    monkeypatch.setenv("HTTPS_PROXY", "http://env.example.com:3128")
    assert sent().proxies["https"] == "http://env.example.com:3128"
    assert sent(proxy="http://opt.example.com:3128").proxies["https"] == "http://opt.example.com:3128"
    monkeypatch.setenv("NO_PROXY", "engine.example.com")
    assert sent(proxy="http://opt.example.com:3128").proxies["https"] == "http://opt.example.com:3128"


def test_a_login_in_netrc_is_never_used(
    sent: t.Callable[..., Seen], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine engine.example.com login somebody password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert "Authorization" not in sent().headers
    assert sent(token="abc").headers["Authorization"] == "abc"


def test_the_token_travels_raw(sent: t.Callable[..., Seen]) -> None:
    assert sent(token="dc2cff8b-e20d").headers["Authorization"] == "dc2cff8b-e20d"


def test_json_is_asked_for_and_sent(conversation: Conversation) -> None:
    conversation.expect(
        "POST",
        "/thing",
        query={"page_number": 1},
        json={"name": "Zo\u00eb"},
        headers={"Accept": "application/json", "Content-Type": "application/json", "passphrase": "p"},
    )
    Transport(Conversation.base, TransportOptions()).request(
        "POST", "/thing", params={"page_number": 1}, json_body={"name": "Zo\u00eb"}, headers={"passphrase": "p"}
    )
