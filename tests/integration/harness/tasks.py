# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules of the collection as tasks of one play on this machine."""

from __future__ import annotations

import typing as t

from harness.lab import Engine

Row = dict[str, t.Any]
HERE = "localhost"
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
# The machine that runs Ansible, named so that the implicit localhost is not used.
INVENTORY: Row = {"all": {"hosts": {HERE: LOCAL}}}


def task(name: str, module: str, options: t.Mapping[str, t.Any], **keywords: t.Any) -> Row:
    """A task with a module of the collection; a failure does not end the play."""
    return {"name": name, f"maskops.delphix.{module}": dict(options), "ignore_errors": True, **keywords}


def play(*tasks: Row, **keywords: t.Any) -> list[Row]:
    """A playbook with one play of these tasks."""
    return [{"hosts": HERE, "gather_facts": False, "tasks": list(tasks), **keywords}]


def between(source: Engine, target: Engine, **options: t.Any) -> Row:
    """Options of masking_sync; those with the value None are left out."""
    together = {**target.options(), **source.options("source_"), **options}
    return {name: value for name, value in together.items() if value is not None}


def at(engine: Engine, **options: t.Any) -> Row:
    """Options of a module for one engine; those with the value None are left out."""
    return {name: value for name, value in {**engine.options(), **options}.items() if value is not None}
