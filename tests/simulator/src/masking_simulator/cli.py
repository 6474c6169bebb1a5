# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The console command."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import sys
from pathlib import Path

from masking_simulator.data.profiles import check_profile
from masking_simulator.engine import Config, open_engine
from masking_simulator.releases import parse_release
from masking_simulator.server import Listen, serve
from masking_simulator.switches import Switches


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _serve(options)
    except sqlite3.Error as error:
        message = f"{options.state}: {error}"
    except (ValueError, OSError) as error:
        message = str(error)
    print(f"masking-simulator: {message}", file=sys.stderr)
    return 2


def _serve(options: argparse.Namespace) -> int:
    user, separator, password = options.admin.partition(":")
    if not separator or not user or not password:
        raise ValueError("--admin reads USER:PASSWORD")
    for name, port in (("--port", options.port), ("--control-port", options.control_port)):
        if port is not None and not 0 <= port <= 65535:
            raise ValueError(f"{name} reads a number from 0 to 65535")
    check_profile(options.data)
    switches = dict(_pair(text) for text in options.set)
    Switches(switches)
    config = Config(
        state=options.state,
        release=parse_release(options.release),
        place=f"{options.host}:{options.port}:{options.state.resolve()}",
        profile=options.data,
        seed=options.seed,
        admin=(user, password),
        switches=switches,
    )
    rules = json.loads(options.faults.read_text(encoding="utf-8")) if options.faults else []
    tls = None if options.plain_http else options.tls_dir or options.state / "tls"
    control = None
    if options.control_port is not None:
        control = Listen(options.control_host or options.host, options.control_port)
    engine = open_engine(config)
    try:
        engine.faults.replace(rules)
        asyncio.run(serve(engine, Listen(options.host, options.port), tls, control))
    finally:
        engine.close()
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError("--set reads SWITCH=VALUE")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="masking-simulator", description="A simulated masking engine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("serve", help="run one engine until SIGTERM")
    run.add_argument("--host", required=True, help="address to listen on, such as 127.0.0.2")
    run.add_argument("--port", required=True, type=int, help="port to listen on; 0 picks a free one")
    run.add_argument("--state", required=True, type=Path, help="folder of the engine's state, made if absent")
    run.add_argument("--release", required=True, help="engine release, such as 6.0.17.0 or 2025.2.0.0")
    run.add_argument(
        "--data",
        default="empty",
        metavar="PROFILE",
        help="what a new engine holds: empty, demo, environments, estate[:...] or scale:..., see README.md",
    )
    run.add_argument("--seed", type=int, default=1, help="seed of the data")
    run.add_argument("--admin", default="admin:Admin-12", metavar="USER:PASSWORD")
    transport = run.add_mutually_exclusive_group()
    transport.add_argument("--tls-dir", type=Path, help="folder with the CA ca.pem, made if absent, shared by engines")
    transport.add_argument("--plain-http", action="store_true", help="serve HTTP instead of HTTPS")
    run.add_argument("--faults", type=Path, metavar="FILE", help="JSON file with fault rules")
    run.add_argument("--control-port", type=int, metavar="P", help="port of the control interface; 0 picks a free one")
    run.add_argument("--control-host", metavar="H", help="address of the control interface; default: --host")
    run.add_argument("--set", action="append", default=[], metavar="SWITCH=VALUE", help="set a switch; repeatable")
    return parser
