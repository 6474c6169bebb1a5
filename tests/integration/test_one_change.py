# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One algorithm changed on the source: it alone moves, and only to targets that differ."""

from __future__ import annotations

import typing as t

import pytest
from harness.compare import missing_on
from harness.lab import Engine, Lab, inventory
from harness.playbook import Ansible

PLAYBOOK = "maskops.delphix.sync_global"
# No other algorithm depends on it; a domain, what detects it, and a profile set do.
CHANGED = "SupplierEmail"
# Only newer releases tell revision ids, which say whether an object differs by itself.
RELEASES = ("6.0.17.0", "2025.2.0.0")


def requested(source: Engine) -> list[str]:
    """The objects that the collection has asked the source to export."""
    bodies = [request.row["body"] for request in source.requests() if request.path == "/export-async"]
    return [next(iter(row["objectIdentifier"].values())) for body in bodies for row in body]


def moved(engine: Engine, before: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Type and new hash of objects whose hash is another one than before; GLOBAL_OBJECT always follows."""
    now = engine.person.hashes().items()
    return {(kind, value) for (kind, name), value in now if before[kind, name] != value and kind != "GLOBAL_OBJECT"}


class Trio(t.NamedTuple):
    """A source and two targets of one release that hold the same."""

    source: Engine
    first: Engine
    second: Engine


@pytest.fixture(scope="module", params=RELEASES)
def trio(request: pytest.FixtureRequest, shared_lab: Lab) -> Trio:
    names = (f"{name}-{request.param}" for name in ("dev", "first", "second"))
    return Trio(*(shared_lab.start(name, "demo", release=request.param) for name in names))


def test_only_the_changed_object_moves_and_only_where_it_differs(ansible: Ansible, trio: Trio) -> None:
    source, first, second = trio
    before = {engine: engine.person.hashes() for engine in trio}
    source.person.change_algorithm(CHANGED, "another description")
    expected = moved(source, before[source])

    run = ansible.run(PLAYBOOK, inventory(source, [first]))
    assert run.status == 0, run.output[-5000:]
    assert requested(source) == [CHANGED]
    assert moved(first, before[first]) == expected
    told = run.of(first.name).data["applied"]["updated"]
    assert {row["name"] for row in told} >= {CHANGED, "SUPPLIER_EMAIL", "Supplier data"}
    assert {(row["type"], row["after"]) for row in told} == expected

    for engine in trio:
        engine.forget()
    run = ansible.run(PLAYBOOK, inventory(source, [first, second]))
    assert (run.changed(first.name), run.changed(second.name)) == (0, 1)
    assert first.writes() == []
    assert requested(source) == [CHANGED]
    assert missing_on(second, source) == set()

    for engine in trio:
        engine.forget()
    run = ansible.run(PLAYBOOK, inventory(source, [first, second]))
    assert (run.changed(first.name), run.changed(second.name)) == (0, 0)
    assert [engine.writes() for engine in trio] == [[], [], []]


def test_an_algorithm_that_others_need_takes_no_unchanged_type_along(ansible: Ansible, trio: Trio) -> None:
    source, first, _second = trio
    before = source.person.hashes()
    source.forget()
    source.person.change_algorithm("BrokerLastName", "needed by the full name")
    run = ansible.run(PLAYBOOK, inventory(source, [first]))
    assert run.changed(first.name) == 1
    assert missing_on(first, source) == set()
    # Without revision ids an algorithm that needs the changed one cannot be told from a changed one.
    differing = {name for (_kind, name), value in source.person.hashes().items() if before.get((_kind, name)) != value}
    assert "BrokerLastName" in requested(source)
    assert set(requested(source)) <= differing & {"BrokerLastName", "BrokerFullName"}
    if source.release == "2025.2.0.0":
        assert requested(source) == ["BrokerLastName"]
    assert ansible.run(PLAYBOOK, inventory(source, [first])).changed(first.name) == 0
