# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport against a real socket: what breaks there, and how it is told."""

from __future__ import annotations

import datetime as dt
import io
import ipaddress
import socket
import ssl
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AnswerLostError,
    DeadlineError,
    MaskingError,
    OptionError,
    TlsError,
    UnreachableError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Transport,
    TransportOptions,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.loopback import (
    Handler,
    Loopback,
    Request,
    hang_up,
    raw,
    reply,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Serve = t.Callable[..., Loopback]
CUT_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\nff\r\ncut"


@pytest.fixture
def serve() -> t.Iterator[Serve]:
    """Starts a server that answers with these handlers, one request each."""
    started: list[Loopback] = []

    def start(*handlers: Handler, tls: ssl.SSLContext | None = None) -> Loopback:
        started.append(Loopback(handlers, tls))
        return started[-1]

    yield start
    for server in started:
        server.close()


def transport(url: str, **options: t.Any) -> Transport:
    """Retries without waiting."""
    return Transport(url, TransportOptions(**{"retries": 1, "read_timeout": 5.0, **options}), clock=FakeClock())


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    sender = transport(url)
    with pytest.raises(UnreachableError, match="refused"):
        sender.request("POST", "/import")
    assert sender.stats.requests == 2


BREAKS = pytest.mark.parametrize(
    "breaks",
    [hang_up, reply(b"cut", length=400), raw(CUT_CHUNKS), raw(b"what is this?\r\n\r\n")],
    ids=["no answer", "cut body", "cut chunks", "no HTTP"],
)


@BREAKS
def test_reading_is_repeated_when_the_answer_breaks(serve: Serve, breaks: Handler) -> None:
    server = serve(breaks, reply(b'{"a": 1}'))
    assert transport(server.url).request("GET", "/thing").json() == {"a": 1}
    assert len(server.requests) == 2


@BREAKS
def test_writing_is_not_repeated_when_the_answer_breaks(serve: Serve, breaks: Handler) -> None:
    server = serve(breaks, reply())
    with pytest.raises(AnswerLostError, match="POST /import"):
        transport(server.url).request("POST", "/import")
    assert len(server.requests) == 1


@BREAKS
def test_a_broken_download_is_none(serve: Serve, breaks: Handler) -> None:
    server = serve(breaks)
    with pytest.raises(AnswerLostError):
        transport(server.url, retries=0).request("GET", "/file", into=io.BytesIO())


def test_silence_is_a_lost_answer(serve: Serve) -> None:
    def wait(_connection: socket.socket, _request: Request) -> None:
        server.finished.wait(5)

    server = serve(wait)
    with pytest.raises(AnswerLostError, match="read_timeout"):
        transport(server.url, read_timeout=0.2).request("POST", "/import")


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_in_drops_ends_at_the_deadline(serve: Serve, chunked: bool) -> None:
    def drip(connection: socket.socket, _request: Request) -> None:
        kind = "Transfer-Encoding: chunked" if chunked else "Content-Length: 100"
        connection.sendall(f"HTTP/1.1 200 OK\r\n{kind}\r\n\r\n".encode())
        for _drop in range(100):
            connection.sendall(b"1\r\nx\r\n" if chunked else b"x")
            if server.finished.wait(0.03):
                return

    server = serve(drip)
    started = time.monotonic()
    sender = Transport(server.url, TransportOptions(retries=0, deadline=0.4))
    with pytest.raises(DeadlineError):
        sender.request("GET", "/thing")
    assert time.monotonic() - started < 2


def test_a_body_streams_up_whole(serve: Serve, tmp_path: Path) -> None:
    class Numbers:
        """A body read in uneven pieces."""

        content_type = "application/x-numbers"
        data = b"".join(b"%07d\n" % number for number in range(50_000))

        def __len__(self) -> int:
            return len(self.data)

        def open(self) -> t.IO[bytes]:
            """A reader at the start."""
            path = tmp_path / "numbers"
            path.write_bytes(self.data)
            return path.open("rb")

    server = serve(reply())
    sender = transport(server.url)
    sender.request("POST", "/import", upload=Numbers(), params={"force_overwrite": "true"}, token="t")
    (request,) = server.requests
    assert request.body == Numbers.data
    assert request.target == "/import?force_overwrite=true"
    assert request.headers["content-type"] == "application/x-numbers"
    assert request.headers["authorization"] == "t"
    assert "transfer-encoding" not in request.headers
    assert sender.stats.bytes_sent == len(Numbers.data)


@pytest.mark.parametrize("token", ["hidden\nX-More: 1", "hidden\r", "hidd\u20acn"])
def test_a_token_that_cannot_be_sent_is_not_shown(serve: Serve, token: str) -> None:
    server = serve(reply())
    with pytest.raises(OptionError, match="token") as caught:
        transport(server.url).request("GET", "/thing", token=token)
    assert "hidd" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://:80", "http://a b"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(MaskingError) as caught:
        transport(url).request("GET", "/thing")
    assert isinstance(caught.value, (OptionError, UnreachableError))


def test_the_proxy_is_named_when_it_fails(serve: Serve) -> None:
    server = serve(reply(b"", status="503 Service Unavailable"))
    with pytest.raises(UnreachableError, match="proxy"):
        transport("https://engine.example.com", proxy=server.url, retries=0).request("POST", "/import")
    assert server.requests[0].method == "CONNECT"


def test_a_proxy_passes_on(serve: Serve) -> None:
    server = serve(reply(b"[]"))
    answer = transport("http://engine.example.com/api", proxy=server.url).request("GET", "/thing")
    assert answer.json() == []
    assert server.requests[0].target == "http://engine.example.com/api/thing"


def test_a_plain_port_is_told_from_a_bad_certificate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(TlsError, match="scheme and port"):
            transport(f"https://127.0.0.1:{listener.getsockname()[1]}").request("GET", "/thing")
        thread.join(5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 signed by itself, and a server's TLS settings with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "engine")])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "engine.pem", folder / "engine.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def test_an_unknown_certificate_is_refused(serve: Serve, certificate: tuple[Path, ssl.SSLContext]) -> None:
    server = serve(reply(), tls=certificate[1])
    with pytest.raises(TlsError, match="ca_path"):
        transport(server.url).request("POST", "/login", json_body={"password": "hidden"})
    assert not server.requests


def test_a_named_certificate_is_accepted(serve: Serve, certificate: tuple[Path, ssl.SSLContext]) -> None:
    server = serve(reply(b"[]"), tls=certificate[1])
    assert transport(server.url, ca_path=str(certificate[0])).request("GET", "/thing").json() == []


def test_checking_can_be_switched_off(
    serve: Serve, certificate: tuple[Path, ssl.SSLContext], recwarn: pytest.WarningsRecorder
) -> None:
    server = serve(reply(b"[]"), tls=certificate[1])
    assert transport(server.url, validate_certs=False).request("GET", "/thing").json() == []
    # The library complains about it on stderr; users asked for it.
    assert all("Unverified HTTPS" in str(entry.message) for entry in recwarn)


@pytest.mark.parametrize("option", ["ca_path", "client_cert"])
def test_a_file_without_certificate_is_named(
    serve: Serve, certificate: tuple[Path, ssl.SSLContext], tmp_path: Path, option: str
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no certificate")
    server = serve(reply(), tls=certificate[1])
    options = {"ca_path": str(certificate[0]), option: str(text)}
    with pytest.raises((OptionError, TlsError), match=option):
        transport(server.url, **options).request("GET", "/thing")
