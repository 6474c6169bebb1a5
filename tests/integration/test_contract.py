# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check that every lab makes of its requests at the end: it finds what breaks the contract."""

from __future__ import annotations

import typing as t

import pytest
from harness.contract import Contract, Document
from harness.lab import Lab, inventory
from harness.playbook import Ansible

Row = dict[str, t.Any]
JSON = {"authorization": "********", "content-type": "application/json"}
ONE_DOMAIN = [{"objectType": "DOMAIN", "objectIdentifier": {"id": "EMAIL"}}]
GOOD: dict[str, tuple[str, str, str, Row, t.Any]] = {
    "login": ("POST", "/login", "", {"content-type": "application/json"}, {"username": "a", "password": "********"}),
    "list": ("GET", "/syncable-objects", "object_type=DOMAIN&page_number=1&page_size=100", JSON, None),
    "export": ("POST", "/export-async", "", JSON, ONE_DOMAIN),
    "task": ("GET", "/async-tasks/7", "", JSON, None),
    "import": (
        "POST",
        "/import-async",
        "force_overwrite=true",
        {**JSON, "content-type": "multipart/form-data; boundary=x"},
        None,
    ),
}
BAD: dict[str, tuple[str, str, str, Row, t.Any]] = {
    "unknown path": ("GET", "/syncable-object", "", JSON, None),
    "unknown method": ("PATCH", "/syncable-objects", "", JSON, None),
    "unknown parameter": ("GET", "/syncable-objects", "name=EMAIL", JSON, None),
    "parameter of another type": ("GET", "/syncable-objects", "page_number=first", JSON, None),
    "switch that is a word": ("POST", "/import-async", "force_overwrite=perhaps", GOOD["import"][3], None),
    "missing parameter": ("POST", "/import-async", "", GOOD["import"][3], None),
    "no token": ("GET", "/syncable-objects", "", {}, None),
    "another content type": ("POST", "/export-async", "", {**JSON, "content-type": "text/plain"}, ONE_DOMAIN),
    "a body of another shape": ("POST", "/export-async", "", JSON, [{"objectType": "DOMAIN"}]),
    "a login without password": ("POST", "/login", "", {"content-type": "application/json"}, {"username": "a"}),
    "a body where none is": ("GET", "/syncable-objects", "", JSON, {"page": 1}),
}


@pytest.fixture(scope="module")
def document(shared_lab: Lab, contract: Contract) -> Document:
    return contract.document(shared_lab.start())


@pytest.mark.parametrize("name", GOOD)
def test_a_proper_request_passes(document: Document, name: str) -> None:
    method, path, query, headers, body = GOOD[name]
    assert document.problems(method, path, query, {"headers": headers, "body": body}) == []


@pytest.mark.parametrize("name", BAD)
def test_another_request_is_found(document: Document, name: str) -> None:
    method, path, query, headers, body = BAD[name]
    assert document.problems(method, path, query, {"headers": headers, "body": body})


def test_the_requests_of_a_run_are_checked(ansible: Ansible, lab: Lab, contract: Contract) -> None:
    source, target = lab.start("dev", "scale:4:2:0:0:0"), lab.start("qa")
    before = contract.checked
    assert ansible.run("maskops.delphix.sync_global", inventory(source, [target])).changed("qa") == 1
    assert contract.problems(target) == []
    assert contract.checked - before == len(target.requests())
    assert len(target.requests()) > 5
