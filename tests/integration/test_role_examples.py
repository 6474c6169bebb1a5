# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the READMEs of roles, run as they are printed: look ahead, for real, again."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from harness.collection import CHECKOUT
from harness.keeper import JOB, Keeper
from harness.lab import Engine, Lab, inventory
from harness.playbook import Ansible

Row = dict[str, t.Any]
ROLES = CHECKOUT / "roles"
TARGETS = ("qa", "prod")


def examples(role: str) -> list[str]:
    """The plays that a README shows."""
    text = (ROLES / role / "README.md").read_text(encoding="utf-8")
    return [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("- name:")]


ALL = {
    f"{role.name} {number}": example
    for role in sorted(ROLES.iterdir())
    for number, example in enumerate(examples(role.name), 1)
}


def here(example: str, source: Engine, folder: Path) -> list[Row]:
    """An example with the addresses of this laboratory."""
    text = example.replace("https://masking-dev.example.com", source.url)
    text = text.replace("/etc/ssl/certs/masking-ca.pem", str(source.ca_path))
    text = text.replace("/var/lib/masking/receipts", str(folder / "receipts"))
    assert "example.com" not in text
    return t.cast("list[Row]", yaml.safe_load(text))


def drift(target: Engine) -> None:
    """Something that each example finds to do, and nothing that blocks one: no ruleset uses that algorithm."""
    keeper, person = Keeper(target), target.person
    person.change_algorithm("CustomerRemarks", "edited here")
    keeper.save(JOB, "Shop Test", "mask customers", maxMemory=4096)
    keeper.mask("Shop Test", "customers", "CUSTOMERS", "NOTE", "CUSTOMER_FULL_NAME")
    (unused,) = [row for row in person.rows("/file-formats") if row["fileFormatName"] == "claims.xml"]
    person.call("DELETE", f"/file-formats/{unused['fileFormatId']}")
    # Databases take any password.
    target.simulator.control("DELETE", "/accounts")


def test_every_role_shows_examples() -> None:
    assert len(ALL) == 12
    assert {name.split()[0] for name in ALL} == {path.name for path in ROLES.iterdir()}


@pytest.mark.parametrize("name", ALL)
def test_an_example_works_as_printed(ansible: Ansible, lab: Lab, tmp_path: Path, name: str) -> None:
    source = lab.start("dev", "environments")
    targets = [lab.start(target, "environments") for target in TARGETS]
    for target in targets:
        drift(target)
    play = here(ALL[name], source, tmp_path)
    secrets = {"vault_dev_password": source.password, "vault_crm_password": "Example-12"}
    given = inventory(source, targets, **secrets)
    looked = ansible.run(play, given, "--check")
    assert looked.status == 0, looked.output[-3000:]
    assert [request for target in targets for request in target.writes()] == []
    done = ansible.run(play, given)
    assert done.status == 0, done.output[-3000:]
    assert all(done.changed(target) for target in TARGETS)
    again = ansible.run(play, given)
    assert again.status == 0, again.output[-3000:]
    assert not any(again.changed(target) for target in TARGETS)
