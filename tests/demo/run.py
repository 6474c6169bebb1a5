# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two simulated engines on loopback, and the collection at work on them.

``run.py demo`` syncs the second engine with the first: in check mode, for real, and again,
and fails unless each run did what it should. ``run.py engines`` keeps the engines running.
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
import threading
import time
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

SOURCE_ADDRESS, TARGET_ADDRESS = "127.0.0.2", "127.0.0.3"
PORT = 8443
RELEASE = "2025.2.0.0"


def start(folder: Path, port: int) -> tuple[SimulatedEngine, SimulatedEngine]:
    """Start a full source and an empty target of one release."""
    source = start_engine("dev", folder, host=SOURCE_ADDRESS, port=port, release=RELEASE, data="demo")
    try:
        target = start_engine("qa", folder, host=TARGET_ADDRESS, port=port, release=RELEASE, data="empty", seed=2)
    except BaseException:
        source.stop()
        raise
    return source, target


def write_inventory(folder: Path, source: SimulatedEngine, target: SimulatedEngine) -> Path:
    """Write the inventory; JSON is YAML too."""
    path = folder / "engines.yml"
    path.write_text(json.dumps(inventory(source, [target]), indent=2) + "\n")
    return path


def playbook(path: Path, *options: str) -> list[str]:
    """The command that syncs the global objects."""
    ansible = str(Path(sys.executable).with_name("ansible-playbook"))
    return [ansible, "maskops.delphix.sync_global", "--inventory", str(path), "-e", "global_sync_source=dev", *options]


def demo() -> int:
    """Show the three runs. Returns the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="masking-demo-"))
    started = time.monotonic()
    try:
        source, target = start(folder, 0)
        with stopping(source, target):
            path = write_inventory(folder, source, target)
            print(f"Two engines of release {RELEASE}: dev at {source.url} (full) and qa at {target.url} (empty)")
            runs = (
                ("1. What would change? (check mode, with diff)", ["--check", "--diff"], True),
                ("2. Sync.", [], True),
                ("3. The same again: nothing is left to change.", [], False),
            )
            for title, options, changes in runs:
                print(f"\n=== {title}\n", flush=True)
                if not _run(playbook(path, *options), changes):
                    return 1
    finally:
        shutil.rmtree(folder)
    print(f"\nDone in {time.monotonic() - started:.0f} s. The engines are stopped.")
    return 0


def _run(command: list[str], changes: bool) -> bool:
    """Run a playbook in the open. Whether it went well and changed something exactly if it should."""
    print("$ ansible-playbook", *command[1:], "\n", flush=True)
    process = subprocess.Popen(command, env=ansible_environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    changed = None
    for line in process.stdout:
        print(line, end="", flush=True)
        found = re.match(r"qa\s*:.*changed=(\d+)", line)
        changed = int(found.group(1)) if found else changed
    if process.wait() != 0:
        print(f"The playbook failed with status {process.returncode}.")
        return False
    if changed is None or bool(changed) != changes:
        print(f"The playbook was to report {'a change' if changes else 'no change'} on qa, but reported {changed}.")
        return False
    return True


def engines() -> int:
    """Keep the engines running until interrupted."""
    folder = Path(tempfile.mkdtemp(prefix="masking-engines-"))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        source, target = start(folder, PORT)
        with stopping(source, target):
            path = write_inventory(folder, source, target)
            print(
                f"""\
Two engines of release {RELEASE} are running:

  dev  {source.url}  full     control interface {source.control_url}
  qa   {target.url}  empty    control interface {target.control_url}

  user {ADMIN[0]}, password {ADMIN[1]}
  CA certificate  {source.ca_path}
  inventory       {path}

In another shell:

  source .venv/bin/activate
  export ANSIBLE_COLLECTIONS_PATH=.ansible/collections DEMO_PASSWORD={ADMIN[1]}
  ansible-playbook maskops.delphix.sync_global -i {path} -e global_sync_source=dev --check --diff
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
