# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that has the simulator loaded and forks an engine for each message that it gets.

A message is a JSON object on the socket whose file descriptor is the first argument: the
arguments of the engine and its log. A descriptor for its standard output comes with it. The
answer is the process id.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import traceback

from masking_simulator import cli, contract


def main(channel: socket.socket) -> None:
    """Fork engines until the other side hangs up."""
    contract.operations()  # reads and compiles the contract, once for all engines
    # The ended ones are nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(channel, 65536, 1)
        if not message:
            return
        pid = os.fork()
        if not pid:
            channel.close()
            _become_engine(json.loads(message), descriptors[0])
        os.close(descriptors[0])
        channel.send(str(pid).encode())


def _become_engine(request: dict[str, object], output: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(str(request["log"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(log, 2)
    os.closerange(3, max(output, log) + 1)
    status = 1
    try:
        status = cli.main(list(map(str, request["arguments"])))  # type: ignore[call-overload]  # JSON: any object
    except BaseException:  # noqa: BLE001 - nothing may return into the loop of the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
