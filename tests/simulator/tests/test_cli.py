# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The console command: options, TLS, addresses and ports."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
import threading
import time

import pytest
import requests
from cryptography import x509
from simulator_support import GLOBAL, domain, until


def run(*options):
    command = [sys.executable, "-m", "masking_simulator", "serve", "--host", "127.0.0.1", "--port", "0", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    "options",
    [
        ["--release", "1.0"],
        ["--release", "2025.2", "--data", "nothing"],
        ["--release", "2025.2", "--admin", "nobody"],
        ["--release", "2025.2", "--set", "nothing=1"],
        ["--release", "2025.2", "--set", "page_range_status=500"],
        ["--release", "2025.2", "--set", "token_seconds=-1"],
        ["--release", "2025.2", "--faults", "/no/such/file"],
        ["--release", "2025.2", "--set", "token_seconds"],
        ["--release", "2025.2", "--port", "99999"],
        ["--release", "2025.2", "--port", "-1"],
        ["--release", "2025.2", "--control-port", "70000"],
    ],
)
def test_bad_options_are_one_line(tmp_path, options):
    result = run("--state", str(tmp_path / "state"), *options)
    assert result.returncode == 2
    assert result.stderr.startswith("masking-simulator: ") and result.stderr.count("\n") == 1
    assert not (tmp_path / "state").exists()


def test_a_taken_port_is_one_line(process, tmp_path):
    port = process().url.rsplit(":", 1)[1]
    result = run("--state", str(tmp_path / "other"), "--release", "2025.2", "--plain-http", "--port", port)
    assert result.returncode == 2 and "cannot listen" in result.stderr and "Traceback" not in result.stderr


def test_one_port_for_engine_and_control_is_one_line(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    options = ("--release", "2025.2", "--plain-http", "--port", port, "--control-port", port)
    result = run("--state", str(tmp_path / "state"), *options)
    assert result.returncode == 2
    assert result.stderr.startswith("masking-simulator: cannot listen") and result.stderr.count("\n") == 1


def test_a_state_that_is_none_is_one_line(tmp_path):
    (tmp_path / "engine.sqlite").write_bytes(b"this is no database " * 100)
    result = run("--state", str(tmp_path), "--release", "2025.2", "--plain-http")
    assert result.returncode == 2
    assert str(tmp_path) in result.stderr and result.stderr.count("\n") == 1


def test_a_stop_does_not_wait_for_a_slow_export(process):
    engine = process(data="demo")
    api = engine.api()
    slow = {"match": {"path": "^/export$"}, "action": {"kind": "slow_task", "seconds": 60}}
    engine.tell("PUT", "/faults", [slow])
    asking = threading.Thread(target=lambda: api.export(domain("INVOICE_NO")))
    asking.start()
    until(lambda: engine.tell("GET", "/faults")[0]["hits"])
    begun = time.monotonic()
    assert engine.stop() == 0
    asking.join()
    assert time.monotonic() - begun < 20
    assert "Traceback" not in engine.process.stderr.read()


def test_engines_share_a_ca(process, tmp_path):
    tls = tmp_path / "tls"
    one = process(data="demo", host="127.0.0.2", tls_dir=tls)
    two = process(host="127.0.0.3", tls_dir=tls)
    assert one.url.startswith("https://127.0.0.2:") and two.url.startswith("https://127.0.0.3:")
    assert two.api().import_(one.api().document(GLOBAL)).ok
    for key in tls.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    names = x509.load_pem_x509_certificate((tls / "engine-127.0.0.2.pem").read_bytes()).extensions
    names = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    with requests.Session() as session, pytest.raises(requests.exceptions.SSLError):
        session.trust_env = False
        session.get(one.url, timeout=10)


def test_certificate_is_strictly_valid(process, tmp_path):
    engine = process(host="127.0.0.2", tls_dir=tmp_path / "tls")
    context = ssl.create_default_context(cafile=str(engine.ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    port = int(engine.url.rsplit(":", 1)[1])
    with (
        socket.create_connection(("127.0.0.2", port), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="127.0.0.2") as wrapped,
    ):
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")


def test_many_engines_may_start_at_once_in_one_tls_folder(process, tmp_path):
    commands = []
    for number in range(4):
        commands.append(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from masking_simulator.tls import prepare_tls;"
                "prepare_tls(Path(sys.argv[1]), sys.argv[2])",
                str(tmp_path / "tls"),
                f"127.0.1.{number}",
            ]
        )
    started = [subprocess.Popen(command) for command in commands]
    assert [child.wait(30) for child in started] == [0, 0, 0, 0]
    authority = x509.load_pem_x509_certificate((tmp_path / "tls" / "ca.pem").read_bytes())
    for number in range(4):
        certificate = x509.load_pem_x509_certificate((tmp_path / "tls" / f"engine-127.0.1.{number}.pem").read_bytes())
        certificate.verify_directly_issued_by(authority)


def test_another_administrator(process):
    engine = process("--admin", "chief:Chief-12:x")
    assert engine.api(("chief", "Chief-12:x")).get("/syncable-objects").ok
    good = {"username": "admin", "password": "Admin-12"}
    assert engine.api(user=None).post("/login", json=good).status_code == 401


def test_tls_is_the_default(tmp_path):
    command = [
        sys.executable,
        "-m",
        "masking_simulator",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--release",
        "2025.2",
        "--state",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline().startswith("ready https://127.0.0.1:")
        child.terminate()
        assert child.wait(30) == 0
    assert (tmp_path / "tls" / "ca.pem").exists()
