# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of all unit tests, and what makes the collection importable.

ansible-test prepares the imports itself. Plain pytest finds the collection where the checkout lies
in ``ansible_collections/maskops/delphix``, or through ANSIBLE_COLLECTIONS_PATH.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible.utils.collection_loader import AnsibleCollectionConfig
from hypothesis import settings

if AnsibleCollectionConfig.collection_finder is None:
    # Only here: ansible-test hides all of Ansible but module_utils from tests of modules.
    from ansible.plugins.loader import init_plugin_loader

    _TOP = Path(__file__).parents[4]
    init_plugin_loader([str(_TOP.parent)] if _TOP.name == "ansible_collections" else None)

from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock
from ansible_collections.maskops.delphix.tests.unit.support.conversation import Conversation
from ansible_collections.maskops.delphix.tests.unit.support.runner import AnsibleRunner, Runner

# The same examples in every run, and no time limit for one: machines of a CI stall.
settings.register_profile("unit", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the user or machine reaches a test, and no test the user's home."""
    for name in list(os.environ):
        if name.startswith("DELPHIX_MASKING_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def clock() -> FakeClock:
    """Time that passes only when somebody sleeps."""
    return FakeClock()


@pytest.fixture
def conversation(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Conversation]:
    """What engines are expected to be asked; every session of ``requests`` takes part."""
    script = Conversation()
    script.take_over(monkeypatch)
    yield script
    script.check_finished()


@pytest.fixture
def run_module(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, tmp_path: Path) -> Runner:
    """Runs a module's code."""
    return Runner(monkeypatch, clock, str(tmp_path / "run"))


@pytest.fixture
def run_as_ansible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> AnsibleRunner:
    """Runs a module as Ansible does."""
    return AnsibleRunner(monkeypatch, capsys, str(tmp_path))
