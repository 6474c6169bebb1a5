# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all integration tests share: the installed collection, and engines that end with their tests."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

for _folder in (Path(__file__).parent, Path(__file__).parents[1]):
    sys.path.insert(0, str(_folder))

from harness.collection import install  # noqa: E402 - after the path is set
from harness.contract import Contract  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.nursery import Nursery  # noqa: E402
from harness.playbook import Ansible  # noqa: E402
from harness.secrets import Secrets  # noqa: E402


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the collection is installed."""
    return install(tmp_path_factory.mktemp("collection"))


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """Every secret of the session."""
    return Secrets()


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract that all requests are held against."""
    return Contract()


@pytest.fixture(scope="session")
def nursery() -> t.Iterator[Nursery]:
    """Starts engines."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def ansible(collections: Path, tmp_path_factory: pytest.TempPathFactory, secrets: Secrets) -> Ansible:
    """Runs playbooks."""
    return Ansible(collections, tmp_path_factory.mktemp("runs"), secrets)


@pytest.fixture(scope="module")
def shared_lab(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, secrets: Secrets, contract: Contract
) -> t.Iterator[Lab]:
    """Engines for all tests of a file."""
    lab = Lab(tmp_path_factory.mktemp("engines"), nursery, secrets, contract)
    yield lab
    lab.close()


@pytest.fixture
def lab(tmp_path: Path, nursery: Nursery, secrets: Secrets, contract: Contract) -> t.Iterator[Lab]:
    """Engines for one test."""
    lab = Lab(tmp_path / "engines", nursery, secrets, contract)
    yield lab
    lab.close()
