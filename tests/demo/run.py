# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated engines on loopback, and the collection at work on them.

``run.py demo`` syncs a second engine with the first: first the global objects, then an environment
with its jobs, each in check mode, for real, and again. It fails unless each run did what it should.
``run.py engines`` keeps three engines running to play with.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.engines import (
    ADMIN,
    SimulatedEngine,
    ansible_environment,
    inventory,
    start_engine,
    stopping,
)

PORT = 8443
RELEASE = "2025.2.0.0"
# Address, data and seed. Engines of different seeds have different keys, as real ones have.
ENGINES = {
    "dev": ("127.0.0.2", "environments", 1),
    "qa": ("127.0.0.3", "empty", 2),
    "prod": ("127.0.0.4", "empty", 3),
}
# What the examples of the guides call passwords of connectors. New simulated connectors take any.
PASSWORDS = {f"vault_{name}_password": "Connector-12" for name in ("crm", "orders", "exports")}
# Settings of Ansible that make the report easy to read.
READABLE = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"}
SHOP = """\
environment_sync_source: dev
environment_sync_environments: [Shop Dev]
environment_sync_environment_map:
  Shop Dev: Shop QA
environment_sync_create_environments: true
environment_sync_credentials:
  - environment: Shop QA
    name: crm db
    password: "{{ vault_crm_password }}"
  - environment: Shop QA
    name: orders db
    password: "{{ vault_orders_password }}"
"""


class Step(t.NamedTuple):
    """A playbook run of the demo, and whether it has to report a change."""

    title: str
    playbook: str
    options: tuple[str, ...]
    changes: bool


def steps(folder: Path) -> list[Step]:
    """What the demo shows."""
    globally = ("-e", "global_sync_source=dev")
    shop = ("-e", f"@{folder / 'shop.yml'}")
    return [
        Step("1. Which global objects would change? (check mode)", "sync_global", (*globally, "--check"), True),
        Step("2. Sync them.", "sync_global", globally, True),
        Step("3. The same again: nothing is left to change.", "sync_global", globally, False),
        Step(
            "4. An environment with its jobs: what would change? (check mode, with diff)",
            "sync_environments",
            (*shop, "--check", "--diff"),
            True,
        ),
        Step("5. Sync it, and give its connectors working passwords.", "sync_environments", shop, True),
        Step("6. The same again: nothing is left to change.", "sync_environments", shop, False),
    ]


def start(folder: Path, port: int, names: t.Iterable[str]) -> list[SimulatedEngine]:
    """Start engines of one release, the first of them full."""
    started: list[SimulatedEngine] = []
    try:
        for name in names:
            host, data, seed = ENGINES[name]
            started.append(start_engine(name, folder, host=host, port=port, release=RELEASE, data=data, seed=seed))
    except BaseException:
        for engine in started:
            engine.stop()
        raise
    return started


def write_inventory(folder: Path, source: SimulatedEngine, targets: list[SimulatedEngine]) -> Path:
    """Write the inventory; JSON is YAML too."""
    path = folder / "engines.yml"
    hosts = inventory(source, targets)
    hosts["masking_engines"]["vars"].update(PASSWORDS)
    path.write_text(json.dumps(hosts, indent=2) + "\n")
    return path


def demo() -> int:
    """Show the runs. Returns the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="masking-demo-"))
    started = time.monotonic()
    try:
        source, target = engines = start(folder, 0, ("dev", "qa"))
        with stopping(*engines):
            path = write_inventory(folder, source, [target])
            (folder / "shop.yml").write_text(SHOP)
            print(f"Two engines of release {RELEASE}: dev at {source.url} (full) and qa at {target.url} (empty)")
            for step in steps(folder):
                print(f"\n=== {step.title}\n", flush=True)
                if step.playbook == "sync_environments" and "--check" in step.options:
                    print(f"shop.yml:\n\n{textwrap.indent(SHOP, '    ')}", flush=True)
                if not _run(step, path):
                    return 1
    finally:
        shutil.rmtree(folder)
    print(f"\nDone in {time.monotonic() - started:.0f} s. The engines are stopped.")
    return 0


def _run(step: Step, hosts: Path) -> bool:
    """Run a playbook in the open. Whether it went well and changed something exactly if it should."""
    ansible = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [ansible, f"maskops.delphix.{step.playbook}", "--inventory", str(hosts), *step.options]
    print("$ ansible-playbook", *command[1:], "\n", flush=True)
    process = subprocess.Popen(command, env=ansible_environment(READABLE), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    changed = None
    for line in process.stdout:
        print(line, end="", flush=True)
        found = re.match(r"qa\s*:.*changed=(\d+)", line)
        changed = int(found.group(1)) if found else changed
    if process.wait() != 0:
        print(f"The playbook failed with status {process.returncode}.")
        return False
    if changed is None or bool(changed) != step.changes:
        wanted = "a change" if step.changes else "no change"
        print(f"The playbook was to report {wanted} on qa, but reported {changed}.")
        return False
    return True


def engines() -> int:
    """Keep the engines running until interrupted."""
    folder = Path(tempfile.mkdtemp(prefix="masking-engines-"))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        source, *targets = started = start(folder, PORT, ENGINES)
        with stopping(*started):
            path = write_inventory(folder, source, targets)
            rows = "\n".join(
                f"  {engine.name:<5} {engine.url}  {ENGINES[engine.name][1]:<13} control interface {engine.control_url}"
                for engine in started
            )
            print(
                f"""\
Three engines of release {RELEASE} are running:

{rows}

  user {ADMIN[0]}, password {ADMIN[1]}
  CA certificate  {source.ca_path}
  inventory       {path}

In another shell:

  source .venv/bin/activate
  export ANSIBLE_COLLECTIONS_PATH=.ansible/collections DEMO_PASSWORD={ADMIN[1]}
  ansible-playbook maskops.delphix.sync_global -i {path} -e global_sync_source=dev --check --diff
  ansible-playbook maskops.delphix.sync_engine -i {path} -e engine_sync_source=dev --check
  curl --cacert {source.ca_path} -H 'Content-Type: application/json' \\
    -d '{json.dumps({"username": ADMIN[0], "password": ADMIN[1]})}' {source.url}/masking/api/login

Ctrl-C stops them and removes their data.""",
                flush=True,
            )
            stop.wait()
    finally:
        shutil.rmtree(folder)
    return 0


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description="Simulated engines to look at and to play with.")
    parser.add_argument("what", choices=["demo", "engines"])
    return {"demo": demo, "engines": engines}[parser.parse_args().what]()


if __name__ == "__main__":
    sys.exit(main())
