# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module, one by one, and through both front doors: inside Ansible's process, and as an ordinary module.

The second door gets some of the tasks of the first, and engines that hold the same: its results
must be the same.
"""

from __future__ import annotations

import dataclasses
import json
import re
import stat
import typing as t
from pathlib import Path

import pytest
from harness.compare import missing_on
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Result, Run
from harness.tasks import HERE, INVENTORY, at, between, play, task

Row = dict[str, t.Any]
OTHER_DOORS: dict[str, tuple[Row, tuple[str, ...]]] = {
    # Tasks with an environment of their own run as ordinary modules.
    "environment": (
        {"environment": {"DOOR": "module"}},
        (
            "log in",
            "info",
            "log out",
            "list some",
            "list under the other name",
            "export, check",
            "export",
            "export again",
            "export while waiting",
            "import, check",
            "import",
            "import what differs, not forced",
            "import what differs, forced",
            "sync, check",
            "sync",
        ),
    ),
    "background": (
        {"async": 60, "poll": 1},
        (
            "info of its own",
            "list some",
            "export",
            "export while waiting",
            "import",
            "import what differs, forced",
            "sync",
        ),
    ),
}
LOOK: Row = {"check_mode": True, "diff": True}
SELECTED: Row = {"object_types": ["USER_ALGORITHM", "DOMAIN"], "names": ["Supplier*", "SUPPLIER_*"]}
# Every engine has it, with a key of its own.
BUILT_IN = "dlpx-core:FirstName"


# What Ansible adds to the result of a task in the background.
_OF_THE_JOB = (
    "ansible_job_id",
    "finished",
    "results_file",
    "started",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
)


@dataclasses.dataclass
class Story:
    """One door's run, its engines and its files."""

    run: Run
    source: Engine
    target: Engine
    folder: Path

    def result(self, name: str) -> Result:
        """The result of a task."""
        return self.run.result(HERE, name)

    def data(self, name: str) -> Row:
        """The same of a task that went well."""
        result = self.result(name)
        assert not result.failed, result.data["msg"]
        return result.data


def tasks(source: Engine, target: Engine, folder: Path, secrets: dict[str, str]) -> list[Row]:
    """The tasks, in their order."""
    dest, zipped, synchronous = (str(folder / name) for name in ("bundle.json", "bundle.zip", "sync.json"))
    export = at(source, dest=dest, passphrase=secrets["first"], **SELECTED)
    load = at(target, src=dest, passphrase=secrets["other"])
    session = {"url": source.url, "ca_path": str(source.ca_path), "token": "{{ session.token }}"}
    plain = {"object_types": ["DOMAIN"], "names": ["SUPPLIER_EMAIL"]}
    return [
        task("log in", "masking_login", source.options(), register="session"),
        task("info", "masking_engine_info", {**session, "activity": True}),
        task("list by token", "masking_syncable_objects", {**session, "object_types": ["JDBC_DRIVER"]}),
        task("log out", "masking_logout", session),
        task("info of its own", "masking_engine_info", at(source)),
        task("list all", "masking_syncable_objects", at(source, summary_only=True)),
        task("list some", "masking_syncable_objects", at(source, exclude=["*_EMAIL"], **SELECTED)),
        task("list under the other name", "masking_syncable_objects_info", at(source, syncable=False)),
        task("export, check", "masking_export", export, **LOOK),
        {"name": "look for the bundle", "ansible.builtin.stat": {"path": dest}},
        task("export", "masking_export", export, diff=True),
        task("export again", "masking_export", export),
        task("export again, check", "masking_export", export, **LOOK),
        {"name": "tamper", "ansible.builtin.shell": f"printf ' ' >> '{dest}'"},
        task("export after tampering, check", "masking_export", export, **LOOK),
        task("export after tampering", "masking_export", export),
        task("export with another passphrase", "masking_export", {**export, "passphrase": secrets["other"]}),
        task("export as ZIP", "masking_export", at(source, dest=zipped, structure="ZIP", **plain)),
        task("export as ZIP again", "masking_export", at(source, dest=zipped, structure="ZIP", **plain)),
        task(
            "export while waiting",
            "masking_export",
            at(source, dest=synchronous, method="sync", objects=[{"type": "USER_ALGORITHM", "name": BUILT_IN}]),
        ),
        task("import, check", "masking_import", load, **LOOK),
        task("import", "masking_import", load, diff=True),
        task("import again", "masking_import", load),
        task("import again, check", "masking_import", load, **LOOK),
        task("import ZIP, nothing new", "masking_import", at(target, src=zipped)),
        task("import what differs, not forced", "masking_import", at(target, src=synchronous)),
        task("import what differs, sync, not forced", "masking_import", at(target, src=synchronous, method="sync")),
        task(
            "import what differs, forced",
            "masking_import",
            at(target, src=synchronous, method="sync", force_overwrite=True, environment="shop-dev"),
        ),
        task("sync, check", "masking_sync", between(source, target), **LOOK),
        task("sync", "masking_sync", between(source, target), diff=True),
        task("sync again", "masking_sync", between(source, target)),
        task("sync again, check", "masking_sync", between(source, target), **LOOK),
    ]


def tell(ansible: Ansible, lab: Lab, folder: Path, keywords: Row, names: tuple[str, ...] = ()) -> Story:
    """Run the tasks of these names, or all, on new engines."""
    folder.mkdir()
    source, target = lab.start(data="demo"), lab.start(seed=9)
    target.person.create_environment("shop-dev")
    secrets = {name: lab.secrets.new("passphrase") for name in ("first", "other")}
    if names:
        # Nothing is exported anew with another passphrase then.
        secrets["other"] = secrets["first"]
    made = [row for row in tasks(source, target, folder, secrets) if not names or row["name"] in names]
    return Story(ansible.run(play(*({**row, **keywords} for row in made)), INVENTORY), source, target, folder)


@pytest.fixture(scope="module")
def story(ansible: Ansible, shared_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """All tasks inside Ansible's process."""
    return tell(ansible, shared_lab, tmp_path_factory.mktemp("action") / "bundles", {})


def normalised(story: Story, result: Result) -> Row:
    """A result without what may differ between two runs: addresses, paths, hashes, numbers of tasks, times."""
    kept = {key: value for key, value in result.data.items() if not key.startswith("_ansible")}
    for key in ("invocation", "exception", "size", *_OF_THE_JOB):
        kept.pop(key, None)
    if "stats" in kept:
        kept["stats"] = {"retries": kept["stats"]["retries"]}
    text = json.dumps(kept, sort_keys=True)
    for name, value in (("SOURCE", story.source.url), ("TARGET", story.target.url), ("FOLDER", str(story.folder))):
        text = text.replace(value, name)
    for pattern, name in ((r"\b[0-9a-f]{40}\b", "HASH"), (r"task \d+", "task N"), (r"\b[0-9a-f-]{36}\b", "UUID")):
        text = re.sub(pattern, name, text)
    return t.cast("Row", json.loads(text))


@pytest.mark.parametrize("door", OTHER_DOORS)
def test_the_other_door_gives_the_same_results(
    ansible: Ansible, shared_lab: Lab, story: Story, tmp_path: Path, door: str
) -> None:
    keywords, names = OTHER_DOORS[door]
    other = tell(ansible, shared_lab, tmp_path / "bundles", keywords, names)
    assert "AnsiballZ_masking_" in other.run.output
    assert "AnsiballZ_masking_" not in story.run.output
    assert [result.task for result in other.run.results] == list(names)
    for name in names:
        ours, theirs = story.result(name), other.result(name)
        assert ours.status == theirs.status, theirs.data.get("msg")
        assert normalised(story, ours) == normalised(other, theirs), name
    assert missing_on(other.target, other.source) == set()


def test_login_keeps_its_result_to_itself(story: Story) -> None:
    shown = story.result("log in").data
    assert "token" not in shown
    assert "censored" in shown


def test_engine_info(story: Story) -> None:
    info = story.data("info")
    assert info["engine"]["release"] == "2025.2.0.0"
    assert info["engine"]["concurrent_sync"] is True
    assert info["activity"] == []


def test_a_token_saves_logins(story: Story) -> None:
    listed = story.data("list by token")
    assert listed["stats"]["requests"] <= 3
    assert {row["name"] for row in listed["objects"]} >= {"Oracle", "Snowflake"}


def test_listing(story: Story) -> None:
    known = story.source.person.hashes()
    summary = story.data("list all")["summary"]
    assert summary == {kind: sum(key[0] == kind for key in known) for kind in {key[0] for key in known}}
    assert "objects" not in story.data("list all")
    some = story.data("list some")["objects"]
    assert {(row["type"], row["name"]): row["revision_hash"] for row in some} == {
        key: value
        for key, value in known.items()
        if key[0] in SELECTED["object_types"] and key[1].lower().startswith("supplier") and "_EMAIL" not in key[1]
    }
    assert len(some) > 10


def test_the_other_name_of_the_list(story: Story) -> None:
    rows = {row["name"]: row["reason"] for row in story.data("list under the other name")["objects"]}
    assert "BadgeMapping" in rows["BadgeMapping"]
    assert not any(row["syncable"] for row in story.data("list under the other name")["objects"])


def test_export_in_check_mode_writes_nothing(story: Story) -> None:
    looked = story.data("export, check")
    assert looked["changed"] is True
    assert looked["diff"]["before"] == ""
    assert "USER_ALGORITHM SupplierEmail: " in looked["diff"]["after"]
    assert story.data("look for the bundle")["stat"]["exists"] is False


def test_export_is_done_once(story: Story) -> None:
    names = ("export", "export again", "export again, check", "export as ZIP", "export as ZIP again")
    assert [story.data(name)["changed"] for name in names] == [True, False, False, True, False]
    assert story.data("export")["requested"] == len(
        [key for key in story.source.person.hashes("USER_ALGORITHM", "DOMAIN") if key[1].lower().startswith("supplier")]
    )


@pytest.mark.parametrize(
    "name", ["export after tampering, check", "export after tampering", "export with another passphrase"]
)
def test_export_is_done_again_when_the_file_is_another(story: Story, name: str) -> None:
    assert story.data(name)["changed"] is True


def test_bundles_are_whole_and_private(story: Story) -> None:
    files = sorted(path.name for path in story.folder.iterdir())
    bundles = ["bundle.json", "bundle.zip", "sync.json"]
    assert files == sorted([*bundles, *(f"{name}.manifest.json" for name in bundles)])
    assert {stat.S_IMODE(path.stat().st_mode) for path in story.folder.iterdir()} == {0o600}
    document = json.loads((story.folder / "bundle.json").read_text())
    assert document.keys() == {"exportResponseMetadata", "blob", "signature", "publicKey"}
    assert (story.folder / "bundle.zip").read_bytes().startswith(b"PK")


def test_import_in_check_mode_sends_nothing(story: Story) -> None:
    looked = story.data("import, check")
    assert looked["changed"] is True
    assert "objects" not in looked
    assert "DOMAIN SUPPLIER_EMAIL: " in looked["diff"]["after"]
    assert "DOMAIN SUPPLIER_EMAIL: " not in looked["diff"]["before"]


def test_import_is_done_once(story: Story) -> None:
    names = ("import", "import again", "import again, check", "import ZIP, nothing new")
    assert [story.data(name)["changed"] for name in names] == [True, False, False, False]
    done = story.data("import")
    assert {row["status"] for row in done["objects"]} == {"SUCCESS"}
    assert all("imported_identifier" in row for row in done["objects"])
    assert {"SupplierEmail", "SUPPLIER_EMAIL"} <= {row["name"] for row in done["moved"]}
    assert done["diff"] == story.data("import, check")["diff"]
    assert story.data("import again")["moved"] == []


def test_import_is_refused_where_it_would_overwrite(story: Story) -> None:
    for name in ("import what differs, not forced", "import what differs, sync, not forced"):
        result = story.result(name)
        assert result.failed, name
        error = result.data["error"]
        assert error["code"] == "import_failed"
        assert {row["status"] for row in error["objects"]} >= {"FAILED"}
        assert all({"type", "identifier", "status"} <= row.keys() for row in error["objects"])
        assert result.data["changed"] is False


def test_import_forced_changes_what_differs(story: Story) -> None:
    forced = story.data("import what differs, forced")
    assert forced["changed"] is True
    assert BUILT_IN in {row["name"] for row in forced["moved"]}
    assert {row["status"] for row in forced["objects"]} == {"SUCCESS"}


def test_sync_four_times(story: Story) -> None:
    names = ("sync, check", "sync", "sync again", "sync again, check")
    assert [story.data(name)["changed"] for name in names] == [True, True, False, False]
    assert ["diff" in story.data(name) for name in names] == [True, True, False, False]
    assert "applied" not in story.data("sync, check")
    assert missing_on(story.target, story.source) == set()
