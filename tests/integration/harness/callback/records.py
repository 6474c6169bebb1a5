# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every task result as a line of JSON, as callbacks get it: without what no_log hides."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: records
type: aggregate
short_description: Task results as lines of JSON
description:
  - Writes to the file that the environment variable RECORDS_FILE names.
"""


class CallbackModule(CallbackBase):
    """One line per result: host, task, action, status, result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "records"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, status: str, result: t.Any) -> None:
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "action": result._task.action,
            "status": status,
            "result": result._result,
        }
        with open(os.environ["RECORDS_FILE"], "a", encoding="utf-8") as stream:  # noqa: PTH123 - one plain append
            stream.write(json.dumps(line, default=_text) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task went well."""
        self._write("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task failed, ignored or not."""
        self._write("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """A task was skipped."""
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """A host could not be reached."""
        self._write("unreachable", result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """The recap."""
        recap = {host: stats.summarize(host) for host in stats.processed}
        line = {"status": "recap", "result": recap, "custom": stats.custom}
        with open(os.environ["RECORDS_FILE"], "a", encoding="utf-8") as stream:  # noqa: PTH123 - as above
            stream.write(json.dumps(line, default=_text) + "\n")


def _text(value: t.Any) -> str:
    """Warnings and errors are objects since core 2.19."""
    event = getattr(value, "event", None)
    return str(getattr(event, "msg", value))
