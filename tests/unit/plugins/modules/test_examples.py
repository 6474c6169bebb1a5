# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Examples of modules: every task takes options that there are, with values that they take."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

PACKAGE = "ansible_collections.maskops.delphix.plugins.modules"
MODULES = sorted(
    path.stem for path in (Path(__file__).parents[4] / "plugins" / "modules").glob("*.py") if path.stem != "__init__"
)
# Keywords of tasks that examples use.
KEYWORDS = {"name", "register", "failed_when", "loop", "when", "no_log", "check_mode"}


def tasks(module: str) -> list[dict[str, t.Any]]:
    """Tasks of the examples that call the module itself."""
    examples = yaml.safe_load(importlib.import_module(f"{PACKAGE}.{module}").EXAMPLES)
    return [task for task in examples if f"maskops.delphix.{module}" in task]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_examples(module: str) -> None:
    assert tasks(module)


@pytest.mark.parametrize(("module", "task"), [(module, task) for module in MODULES for task in tasks(module)])
def test_example(module: str, task: dict[str, t.Any]) -> None:
    assert task.keys() <= KEYWORDS | {f"maskops.delphix.{module}"}, "an option stands beside its module"
    definition = importlib.import_module(f"{PACKAGE}.{module}").DEFINITION
    spec = definition.argument_spec
    options = task[f"maskops.delphix.{module}"] or {}
    assert options.keys() <= spec.keys()
    # What a template gives is known only when it is run, so it is left out where no text is wanted.
    given = {
        name: value
        for name, value in options.items()
        if not (isinstance(value, str) and "{{" in value and spec[name]["type"] not in ("str", "path"))
    }
    checked = ArgumentSpecValidator(spec, **definition.rules).validate(given)
    assert not checked.error_messages
