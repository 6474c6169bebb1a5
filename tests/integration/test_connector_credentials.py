# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of connectors: what works is left alone, what does not is set once its test succeeds."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Run
from harness.shop import Shop
from harness.tasks import HERE, INVENTORY, at, play, task

Row = dict[str, t.Any]
MODULE = "masking_connector_credentials"
QA, OTHER = "QA", "Kundendaten Köln 顧客"
LOOK: Row = {"check_mode": True, "diff": True}
DOORS = {"in Ansible's process": {}, "as a module": {"environment": {"DOOR": "module"}}}


@dataclasses.dataclass
class Scene:
    """An engine with connectors, and the credentials that the tasks give."""

    engine: Engine
    shop: Shop
    good: str
    stale: str
    wrong: str
    connectors: list[Row]

    def run(self, ansible: Ansible, *tasks: Row) -> Run:
        """The tasks in one play."""
        return ansible.run(play(*tasks), INVENTORY)

    def credentials(self, name: str, connectors: list[Row], keywords: Row | None = None, **options: t.Any) -> Row:
        """A task."""
        return task(name, MODULE, at(self.engine, connectors=connectors, **options), **(keywords or {}))


def wish(name: str, environment: str = QA, **more: t.Any) -> Row:
    return {"environment": environment, "name": name, **more}


def build(lab: Lab, release: str = "2025.2.0.0") -> Scene:
    """Connectors of all families in every state of their credentials."""
    engine = lab.start(release=release)
    shop = Shop(engine)
    good, stale, wrong = (lab.secrets.new(kind) for kind in ("good", "stale", "wrong"))
    qa, other = shop.environment(QA), shop.environment(OTHER)
    shop.database(qa, "new one")
    shop.database(qa, "works", good)
    shop.database(qa, "stale", stale)
    shop.database(other, "stale", stale, host="elsewhere", username="old user")
    shop.files(qa, "share", password=stale)
    shop.files(qa, "keyed", sshKey="old_key")
    shop.data_set(qa, "vsam")
    for host in ("new one", "works", "stale", "elsewhere", "share", "vsam"):
        shop.true_secret(host, good)
    shop.true_secret("keyed", "new_key_of_qa")
    connectors = [
        wish("new one", password=good),
        # One that works is not overwritten, whatever is given.
        wish("works", password=wrong),
        wish("stale", type="database", password=good),
        wish("stale", OTHER, username="MASKER", password=good),
        wish("share", type="file", password=good),
        wish("keyed", ssh_key="new_key_of_qa"),
        wish("vsam", type="mainframe_dataset", password=good),
    ]
    return Scene(engine, shop, good, stale, wrong, connectors)


@pytest.mark.parametrize(("release", "door"), list(zip(("2025.2.0.0", "6.0.1.0"), DOORS, strict=True)))
def test_credentials_are_set_once(ansible: Ansible, lab: Lab, door: str, release: str) -> None:
    scene = build(lab, release)
    hashes = scene.engine.person.hashes("DATABASE_CONNECTOR", "FILE_CONNECTOR", "DATASET_CONNECTOR")
    keywords = DOORS[door]
    run = scene.run(
        ansible,
        scene.credentials("check", scene.connectors, {**LOOK, **keywords}),
        scene.credentials("set", scene.connectors, {"diff": True, **keywords}),
        scene.credentials("again", scene.connectors, keywords),
        scene.credentials("check again", scene.connectors, {**LOOK, **keywords}),
        scene.credentials("test only", [wish(row["name"], row["environment"]) for row in scene.connectors[:2]]),
    )
    assert not [result.data["msg"] for result in run.results if result.failed]
    looked, done, again, after, only = (
        run.result(HERE, name).data for name in ("check", "set", "again", "check again", "test only")
    )
    assert (looked["changed"], done["changed"], again["changed"], after["changed"]) == (False, True, False, False)
    assert {row["action"] for row in looked["connectors"]} == {"unknown"}
    assert all(row["would_test"] for row in looked["connectors"])
    assert "check mode" in looked["warnings"][0]
    actions = [row["action"] for row in done["connectors"]]
    assert actions == ["set", "unchanged", "set", "set", "set", "set", "set"]
    assert {row["tested"] for row in done["connectors"]} == {"ok"}
    assert f"database connector stale in {OTHER}" in done["diff"]["after"]
    assert "works" not in done["diff"]["after"]
    assert {row["action"] for row in again["connectors"]} == {"unchanged"}
    assert [row["tested"] for row in only["connectors"]] == ["ok", "ok"]
    # The user of one was changed, which a revision covers; a credential is no part of it.
    now = scene.engine.person.hashes("DATABASE_CONNECTOR", "FILE_CONNECTOR", "DATASET_CONNECTOR")
    assert len([key for key in now if now[key] != hashes[key]]) == 1
    door_taken = "AnsiballZ_masking_" in run.output
    assert door_taken is (door == "as a module")


def test_check_mode_sends_nothing_but_reads(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    before = scene.engine.state()
    scene.run(
        ansible,
        scene.credentials("check", scene.connectors, LOOK),
        scene.credentials("check always", scene.connectors, LOOK, update_password="always"),
    )
    assert scene.engine.writes() == []
    assert scene.engine.state() == before


def test_what_does_not_work_is_told_and_the_rest_is_done(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    connectors = [
        wish("works"),
        wish("stale", password=scene.wrong),
        wish("missing", password=scene.good),
        wish("new one", "no such place", password=scene.good),
        wish("stale", OTHER),
        wish("share", password=scene.good),
    ]
    run = scene.run(ansible, scene.credentials("set", connectors))
    result = run.result(HERE, "set")
    assert result.failed
    assert result.data["changed"] is True
    assert [row["action"] for row in result.data["connectors"]] == [
        "unchanged",
        "failed",
        "failed",
        "failed",
        "failed",
        "set",
    ]
    message = result.data["msg"]
    assert scene.engine.url in message
    assert "4 of 6" in message
    for text in ("stale in QA", "missing", "no such place", f"stale in {OTHER}", "Connection Failed"):
        assert text in message
    # The stored one is as it was.
    puts = [request.path for request in scene.engine.writes() if request.method == "PUT"]
    assert len(puts) == 1
    assert puts[0].startswith("/file-connectors/")


def test_a_password_that_was_changed_at_the_database(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    newer = lab.secrets.new("newer")
    given = [wish("works", password=newer)]
    task_now = scene.credentials("set", given)
    assert scene.run(ansible, task_now).result(HERE, "set").data["connectors"][0]["action"] == "unchanged"
    scene.shop.true_secret("works", newer)
    assert scene.run(ansible, task_now).result(HERE, "set").data["connectors"][0]["action"] == "set"
    scene.shop.true_secret("works", "changed behind everybody's back")
    failed = scene.run(ansible, task_now).result(HERE, "set")
    assert failed.failed
    assert failed.data["changed"] is False


def test_always_and_without_tests(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    run = scene.run(
        ansible,
        scene.credentials("always", [wish("works", password=scene.good)], update_password="always"),
        scene.credentials("always, wrong", [wish("works", password=scene.wrong)], update_password="always"),
        scene.credentials("untested", [wish("new one", password=scene.wrong)], save_untested=True),
        scene.credentials("not tested", [wish("new one", password=scene.good)], update_password="always", test=False),
        scene.credentials("look", [wish("works"), wish("new one")]),
    )
    changed = [run.result(HERE, name).data["changed"] for name in ("always", "always, wrong", "untested", "not tested")]
    assert changed == [True, False, True, True]
    assert run.result(HERE, "always, wrong").failed
    assert "Connection Failed" in run.result(HERE, "untested").data["warnings"][0]
    assert not run.result(HERE, "look").failed


@pytest.mark.parametrize("release", ["2025.2.0.0", "20.0.0.0"])
def test_a_credential_path_of_a_vault(ansible: Ansible, lab: Lab, release: str) -> None:
    engine = lab.start(data="demo", release=release)
    shop = Shop(engine)
    number = shop.database(shop.environment(QA), "vaulted", lab.secrets.new("stale"))
    shop.true_secret("vaulted", lab.secrets.new("known to the vault alone"))
    given = [wish("vaulted", credential_path="warehouse")]
    tasks = [task(name, MODULE, at(engine, connectors=given, update_password="always")) for name in ("set", "again")]
    tasks.append(task("unknown", MODULE, at(engine, connectors=[wish("vaulted", credential_path="nowhere")])))
    run = ansible.run(play(*tasks), INVENTORY)
    assert not run.result(HERE, "set").failed, run.result(HERE, "set").data["msg"]
    # Other than a password it can be seen, so that even always is done once.
    assert [run.result(HERE, name).data["changed"] for name in ("set", "again")] == [True, False]
    assert "nowhere" in run.result(HERE, "unknown").data["msg"]
    shown = engine.person.call("GET", f"/database-connectors/{number}").json()
    assert shown["passwordVaultAuth"] is True


def test_many_connectors_cost_few_lists(ansible: Ansible, lab: Lab) -> None:
    engine = lab.start(data="environments")
    names = {
        row["environmentId"]: row["environmentName"]
        for row in engine.person.call("GET", "/environments").json()["responseList"]
    }
    given = [
        wish(row["connectorName"], names[row["environmentId"]], type=kind.replace("-", "_"))
        for kind in ("database", "file", "mainframe-dataset")
        for row in engine.person.call("GET", f"/{kind}-connectors").json()["responseList"]
    ]
    assert len(given) > 8
    result = ansible.run(play(task("test", MODULE, at(engine, connectors=given))), INVENTORY).result(HERE, "test")
    tested = {(row["environment"], row["name"], row["type"]): row["tested"] for row in result.data["connectors"]}
    assert len(tested) == len(given)
    assert set(tested.values()) == {"ok"}, tested
    assert result.data["changed"] is False
    reads = [request.path for request in engine.requests() if request.method == "GET"]
    assert sorted(reads) == [
        "/database-connectors",
        "/environments",
        "/file-connectors",
        "/mainframe-dataset-connectors",
        "/system-information",
    ]


def test_a_lost_answer_to_saving(ansible: Ansible, lab: Lab) -> None:
    scene = build(lab)
    lost = {"match": {"method": "PUT", "path": "^/database-connectors/", "times": 1}, "action": {"kind": "lost_answer"}}
    scene.engine.faults(lost)
    result = scene.run(ansible, scene.credentials("set", [wish("stale", password=scene.good)])).result(HERE, "set")
    assert not result.failed
    assert result.data["changed"] is True
    assert "was lost" in result.data["warnings"][0]
    assert len([one for one in scene.engine.writes() if one.method == "PUT" and "connectors" in one.path]) == 1
