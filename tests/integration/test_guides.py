# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of guides, run as they are printed, one after the other.

A block that begins with ``# NAME.yml`` is saved as that file. Every command has to go well. One
with --check must change nothing, and when all have been run, none has anything left to do, but for
those that run jobs.
"""

from __future__ import annotations

import re
import shlex
import textwrap
import typing as t
from pathlib import Path

import pytest
from harness.collection import CHECKOUT
from harness.lab import Engine, Lab, inventory
from harness.playbook import Ansible

GUIDES = CHECKOUT / "docs" / "docsite" / "rst"
TARGETS = ("qa", "prod")
_BLOCK = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)


class Example(t.NamedTuple):
    """A command of a guide, and the files that the guide has shown before it."""

    command: str
    files: dict[str, str]

    @property
    def only_looks(self) -> bool:
        """Whether it is for looking ahead."""
        return "--check" in self.command

    @property
    def runs_a_job(self) -> bool:
        """Whether its playbook runs a job, which it does every time."""
        return "masking_job_run" in self.files.get(self.command.split()[1], "")


def examples(guide: str) -> list[Example]:
    """The commands of a guide that run a playbook, in their order."""
    files: dict[str, str] = {}
    found = []
    for _indent, language, block in _BLOCK.findall((GUIDES / guide).read_text(encoding="utf-8")):
        text = textwrap.dedent(block)
        name = re.match(r"# (\S+\.yml)\n", text)
        if language == "yaml" and name:
            files[name[1]] = text
        elif language == "console":
            lines = text.replace("\\\n", " ").splitlines()
            found += [
                Example(line.removeprefix("$ "), dict(files)) for line in lines if line.startswith("$ ansible-playbook")
            ]
    return found


def start(lab: Lab, targets: str) -> dict[str, Engine]:
    """A source with environments, and targets with this data."""
    return {"dev": lab.start("dev", "environments"), **{name: lab.start(name, targets) for name in TARGETS}}


def run(ansible: Ansible, engines: dict[str, Engine], example: Example, folder: Path) -> int:
    """Run a command and return how many tasks have changed something on a target."""
    for name, text in example.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    words = shlex.split(example.command)
    place = words.index("-i")
    playbook, rest = words[1], words[2:place] + words[place + 2 :]
    rest = [f"@{folder / word[1:]}" if word.startswith("@") else word for word in rest]
    secrets = {f"vault_{name}_password": "Example-12" for name in ("crm", "orders", "exports")}
    hosts = inventory(engines["dev"], [engines[name] for name in TARGETS], **secrets)
    done = ansible.run(playbook if playbook.startswith("maskops.") else str(folder / playbook), hosts, *rest)
    assert done.status == 0, f"{example.command}\n{done.output[-5000:]}"
    return sum(done.changed(name) for name in TARGETS if name in done.recap)


@pytest.mark.parametrize(
    ("guide", "targets", "commands"), [("guide_environments", "empty", 15), ("guide_bundles", "demo", 1)]
)
def test_examples(ansible: Ansible, lab: Lab, tmp_path: Path, guide: str, targets: str, commands: int) -> None:
    found = examples(f"{guide}.rst")
    assert len(found) == commands, "the examples are looked for in a way that misses some"
    engines = start(lab, targets)
    source = engines["dev"].state()
    for example in found:
        before = {name: engines[name].state() for name in TARGETS}
        run(ansible, engines, example, tmp_path)
        if example.only_looks:
            assert before == {name: engines[name].state() for name in TARGETS}, example.command
    assert engines["dev"].state() == source
    for example in found:
        if not (example.only_looks or example.runs_a_job):
            assert run(ansible, engines, example, tmp_path) == 0, example.command
