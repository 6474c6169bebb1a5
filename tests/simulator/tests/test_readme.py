# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's tables say what the code does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from masking_simulator.faults import ACTIONS, Faults
from masking_simulator.switches import SWITCHES, Switches
from masking_simulator.texts import TEXTS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_switch_table(switch):
    values = ", ".join(f"`{choice}`" for choice in switch.choices) or "a number"
    assert f"| `{switch.name}` | `{switch.default}` | {values} | {switch.meaning} |\n" in README


def test_switch_table_has_nothing_else():
    rows = README.split("## Switches")[1].split("##")[0].count("\n| `")
    assert rows == len(SWITCHES)


@pytest.mark.parametrize("kind", ACTIONS)
def test_fault_table(kind):
    options = ", ".join(f"`{name}` ({json.dumps(value)})" for name, value in ACTIONS[kind].items()) or "none"
    assert f"| `{kind}` | {options} | " in README


def test_fault_example_is_good():
    example = README.split("```json\n")[1].split("```")[0]
    Faults().replace(json.loads(example))


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_defaults_are_allowed_values(switch):
    assert Switches({switch.name: str(switch.default)}).as_dict()[switch.name] == switch.default


def test_texts_say_where_they_come_from():
    assert {text.source for text in TEXTS.values()} == {"vendor-client", "invented"}
