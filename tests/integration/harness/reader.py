# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who follows the vendor's documentation command by command."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
import typing as t
from pathlib import Path

from harness.lab import Engine

_DEADLINE = 30.0


class Reader:
    """Somebody who follows the documentation in a shell."""

    def __init__(self, source: Engine, target: Engine, folder: Path) -> None:
        self._folder = folder
        self._certificate = str(source.ca_path)
        self.replace = {
            "https://a.example.com": source.url,
            "https://b.example.com": target.url,
            "/path/to/cert": self._certificate,
        }

    def types(self, command: str) -> str:
        """Run a command with the replacements made; returns what it prints."""
        for printed, real in self.replace.items():
            command = command.replace(printed, real)
        arguments = shlex.split(command)
        # One command names no certificate: the reader's system knows it.
        environment = {**os.environ, "CURL_CA_BUNDLE": self._certificate, "NO_PROXY": "*"}
        options = [arguments[0], "--silent", "--show-error", *arguments[1:]]
        done = subprocess.run(
            options, cwd=self._folder, env=environment, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def json(self, command: str) -> t.Any:
        """The same for a command that prints JSON."""
        return json.loads(self.types(command))

    def types_until_ready(self, command: str) -> t.Any:
        """Repeat a download until the background task has made the document."""
        ends = time.monotonic() + _DEADLINE
        while True:
            answer = self.json(command)
            if not (isinstance(answer, dict) and "errorMessage" in answer):
                return answer
            assert time.monotonic() < ends, answer
            time.sleep(0.05)
