# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's documented workflows for a job and for an environment, by hand and by modules.

The commands are those of the documentation. Replaced is what every reader replaces: addresses,
the path of the certificate and of the document, numbers, and what an earlier command has answered.
One of the two documents has lost the addresses, of which all others are the same.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest
from harness.holdings import Holdings, differences
from harness.keeper import CONNECTOR, JOB, Keeper
from harness.lab import Engine, Lab
from harness.playbook import Ansible, Run
from harness.reader import Reader
from harness.tasks import HERE, INVENTORY, at, play, task

Row = dict[str, t.Any]
TOKEN = "dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a"
EXPORT_REFERENCE = "EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24="
IMPORT_REFERENCE = "IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24="
LOGIN = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' -d '{ "username": "user123", "password": "pw123" }' 'https://a.example.com/masking/api/login'"""  # noqa: E501 - as printed
IDENTIFIER = """curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/syncable-objects?object_type=MASKING_JOB'"""  # noqa: E501 - as printed
EXPORT_JOB = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[ { "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" } ]' 'https://a.example.com/masking/api/export'"""  # noqa: E501 - as printed
EXPORT_ENVIRONMENT = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[ { "objectIdentifier": { "id": 3 }, "objectType": "ENVIRONMENT" } ]' 'https://a.example.com/masking/api/export'"""  # noqa: E501 - as printed
IMPORT = """curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d @/path/to/export.json 'https://b.example.com/masking/api/import?force_overwrite=false&environment_id=1'"""  # noqa: E501 - as printed
DOWNLOAD = """curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/file-downloads/EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24='"""  # noqa: E501 - as printed
IMPORT_ASYNC = """curl -X POST --cacert /path/to/cert --header 'Content-Type: multipart/form-data' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -F file=@export.json 'https://b.example.com/masking/api/import-async?force_overwrite=true'"""  # noqa: E501 - as printed
STATUS = """curl -X GET --cacert /path/to/cert --header 'Accept: application/octet-stream' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/file-downloads/IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24='"""  # noqa: E501 - as printed
DEV, PAYROLL, COPY = "Shop Dev", "Payroll Test", "Payroll Prod Copy"
METHODS = ("sync", "async")


class Pair(t.NamedTuple):
    """An engine with environments, and one with the same global objects and no environments but an empty one."""

    source: Engine
    target: Engine
    qa: int


def start(lab: Lab, release: str, admin: tuple[str, str] | None = None) -> Pair:
    source = lab.start(f"dev-{release}", "environments", release=release, admin=admin)
    target = lab.start(f"qa-{release}", "demo", release=release, admin=admin)
    target.person.create_environment("QA")
    return Pair(source, target, Keeper(target).environment("QA"))


class Commands:
    """A reader of the documentation who is logged in to both engines."""

    def __init__(self, pair: Pair, folder: Path) -> None:
        self.pair = pair
        self._reader = Reader(pair.source, pair.target, folder)
        self._reader.replace["/path/to/export.json"] = "export.json"
        self._document = folder / "export.json"
        self._tokens = [
            self._reader.json(LOGIN.replace("a.example.com", f"{letter}.example.com"))["Authorization"]
            for letter in "ab"
        ]

    def on_source(self, command: str) -> t.Any:
        self._reader.replace[TOKEN] = self._tokens[0]
        return self._reader.json(command)

    def on_target(self, command: str) -> t.Any:
        self._reader.replace[TOKEN] = self._tokens[1]
        return self._reader.json(command)

    def export(self, command: str, background: bool = False) -> Row:
        """Export and keep the document in a file; returns its metadata."""
        if background:
            self._reader.replace[EXPORT_REFERENCE] = self.on_source(
                command.replace("/api/export", "/api/export-async")
            )["reference"]
            document = self._reader.types_until_ready(DOWNLOAD)
        else:
            document = self.on_source(command)
        self._document.write_text(json.dumps(document))
        assert document.keys() == {"exportResponseMetadata", "blob", "signature", "publicKey"}, document
        return t.cast("Row", document["exportResponseMetadata"])

    def import_(self, environment: int, source_environment: int | None = None, background: bool = False) -> t.Any:
        """Import the document; returns what the engine says."""
        more = f"environment_id={environment}" + (
            f"&source_environment_id={source_environment}" if source_environment else ""
        )
        if not background:
            return self.on_target(IMPORT.replace("environment_id=1", more))
        begun = self.on_target(IMPORT_ASYNC.replace("force_overwrite=true", f"force_overwrite=true&{more}"))
        self._reader.replace[IMPORT_REFERENCE] = begun["reference"]
        return self._reader.types_until_ready(STATUS)


def assert_success(statuses: list[Row], exported: list[Row]) -> None:
    """Fail unless every exported object was imported, as an import of these objects tells it."""
    for status in statuses:
        assert status.keys() == {"objectIdentifier", "importedObjectIdentifier", "objectType", "importStatus"}
        assert status["importStatus"] == "SUCCESS"
    told, sent = (
        sorted((row["objectType"], str(row["objectIdentifier"])) for row in rows) for rows in (statuses, exported)
    )
    assert told == sent


@pytest.mark.parametrize("release", ["6.0.1.0", "21.0.0.0", "2025.2.0.0"])
def test_the_documented_commands_for_a_job(lab: Lab, tmp_path: Path, release: str) -> None:
    pair = start(lab, release, ("user123", "pw123"))
    commands, source = Commands(pair, tmp_path), Keeper(pair.source)
    job = source.number(JOB, DEV, "mask customers")
    listed = commands.on_source(IDENTIFIER)["responseList"]
    assert {"id": job} in [row["objectIdentifier"] for row in listed]
    for name, background in (("mask customers", False), ("mask orders", True)):
        job = source.number(JOB, DEV, name)
        metadata = commands.export(EXPORT_JOB.replace('"id": 4', f'"id": {job}'), background)
        assert [row["objectIdentifier"] for row in metadata["requestedObjectList"]] == [{"id": job}]
        exported = metadata["exportedObjectList"]
        assert {row["objectType"] for row in exported} == {
            JOB,
            "DATABASE_RULESET",
            CONNECTOR,
            "DOMAIN_REFERENCE",
            "ALGORITHM_REFERENCE",
        }
        for _time in range(2):  # as often as one likes: an engine that has it already says so, too
            assert_success(commands.import_(pair.qa, background=background), exported)
    target = Holdings(pair.target)
    assert len(target.objects) == 6
    for key, held in target.objects.items():
        assert held.hash == Holdings(pair.source).objects[key._replace(environment=DEV)].hash


@pytest.mark.parametrize("release", ["6.0.17.0", "2025.2.0.0"])
def test_the_documented_commands_for_an_environment(lab: Lab, tmp_path: Path, release: str) -> None:
    pair = start(lab, release, ("user123", "pw123"))
    commands, source = Commands(pair, tmp_path), Keeper(pair.source)
    number = source.environment(PAYROLL)
    metadata = commands.export(EXPORT_ENVIRONMENT.replace('"id": 3', f'"id": {number}'))
    types = [row["objectType"] for row in metadata["exportedObjectList"]]
    assert {"ENVIRONMENT", JOB, "DATASET_RULESET", "DATASET_CONNECTOR", "DATASET_FORMAT"} <= set(types)
    assert {"SOURCE_DATABASE_CONNECTOR", "SOURCE_FILE_CONNECTOR", "SOURCE_DATASET_CONNECTOR"} <= set(types)

    # "we would also need to create a source environment", and without one:
    assert "errorMessage" in commands.import_(pair.qa)
    assert Holdings(pair.target).objects == {}
    refused = commands.import_(pair.qa, pair.qa)
    assert refused == {"errorMessage": "Source environment cannot be the same as environment"}
    pair.target.person.create_environment("QA production")
    origin = Keeper(pair.target).environment("QA production")
    for _time in range(2):
        statuses = commands.import_(pair.qa, origin)
        assert_success(statuses, metadata["exportedObjectList"])
        (environment,) = [row for row in statuses if row["objectType"] == "ENVIRONMENT"]
        assert environment["objectIdentifier"] == {"id": number}
        assert environment["importedObjectIdentifier"] == {"id": pair.qa}
    ours, theirs = Holdings(pair.source), Holdings(pair.target)
    assert [
        problem for problem in differences(ours, theirs, {PAYROLL: "QA", COPY: "QA production"}) if "'QA'" in problem
    ] == []
    # "all source connectors will end up in the source environment"
    assert {key.name for key in theirs.objects if key.environment == "QA production"} == {
        source.name for job, source in ours.sources().items() if job.environment == PAYROLL
    }


def test_an_environment_that_uses_a_domain_which_is_not_in_sync(lab: Lab, tmp_path: Path) -> None:
    pair = start(lab, "2025.2.0.0", ("user123", "pw123"))
    commands = Commands(pair, tmp_path)
    pair.target.person.create_environment("QA production")
    pair.target.person.change_domain("EMPLOYEE_FULL_NAME", "BrokerLastName")
    number = Keeper(pair.source).environment(PAYROLL)
    commands.export(EXPORT_ENVIRONMENT.replace('"id": 3', f'"id": {number}'))
    statuses = commands.import_(pair.qa, Keeper(pair.target).environment("QA production"))
    failed = [row for row in statuses if row["importStatus"] == "FAILED"]
    assert [(row["objectType"], row["objectIdentifier"]) for row in failed] == [
        ("DOMAIN_REFERENCE", {"id": "EMPLOYEE_FULL_NAME"})
    ]
    assert Holdings(pair.target).objects == {}


@dataclasses.dataclass
class Story:
    """The workflows by modules, with one method for the job and the other for the environment."""

    run: Run
    source: Engine
    target: Engine
    #: what the steps of the second time have asked the engines for
    writes: list[str]

    def data(self, step: str) -> Row:
        """The result of a step that went well."""
        result = self.run.result(HERE, step)
        assert not result.failed, result.data["msg"]
        return result.data


def steps_of(source: Engine, target: Engine, folder: Path, method: str, passphrase: str) -> dict[str, Row]:
    """The steps of both workflows by name."""
    other = METHODS[1 - METHODS.index(method)]
    job = {"dest": str(folder / "job.json"), "method": method, "passphrase": passphrase}
    whole = {"dest": str(folder / "environment.json"), "method": other, "passphrase": passphrase}

    def step(module: str, options: Row) -> Row:
        return {f"maskops.delphix.{module}": options}

    def taken(bundle: Row) -> Row:
        return {"src": bundle["dest"], "method": bundle["method"], "passphrase": passphrase}

    one = {"type": JOB, "name": "mask customers", "environment": DEV}
    every = {"type": "ENVIRONMENT", "name": PAYROLL}
    apps: Row = {"application": "QA", "create_application": True}
    into: Row = {"environment": PAYROLL, "source_environment": COPY}
    return {
        "export the job": step("masking_export", at(source, objects=[one], **job)),
        "make its environment": step("masking_environment", at(target, name="QA", **apps)),
        "import the job": step("masking_import", at(target, environment="QA", **taken(job))),
        "export the environment": step("masking_export", at(source, objects=[every], **whole)),
        "make the environment": step("masking_environment", at(target, name=PAYROLL, **apps)),
        "make the source environment": step("masking_environment", at(target, name=COPY, **apps)),
        "import the environment": step("masking_import", at(target, **into, **taken(whole))),
    }


STEPS = (
    "export the job",
    "make its environment",
    "import the job",
    "export the environment",
    "make the environment",
    "make the source environment",
    "import the environment",
)


@pytest.fixture(scope="module", params=METHODS)
def story(
    request: pytest.FixtureRequest, ansible: Ansible, shared_lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Story:
    source = shared_lab.start(f"dev-{request.param}", "environments")
    target = shared_lab.start(f"qa-{request.param}", "demo")
    passphrase = shared_lab.secrets.new("passphrase")
    steps = steps_of(source, target, tmp_path_factory.mktemp("bundles"), request.param, passphrase)
    first = [{"name": f"{name}, do", **step} for name, step in steps.items()]
    again = [{"name": f"{name}, again", **step} for name, step in steps.items()]
    look = [{"name": f"{name}, look again", **step, "check_mode": True} for name, step in steps.items()]
    run = ansible.run(play(*first), INVENTORY)
    assert run.status == 0, run.output[-3000:]
    source.forget()
    target.forget()
    more = ansible.run(play(*again, *look), INVENTORY)
    writes = [f"{request.method} {request.path}" for engine in (source, target) for request in engine.writes()]
    return Story(dataclasses.replace(run, results=run.results + more.results), source, target, writes)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_by_module_is_done_once(story: Story, step: str) -> None:
    assert [story.data(f"{step}, {time}")["changed"] for time in ("do", "again", "look again")] == [True, False, False]
    assert story.writes == []


def test_the_modules_bring_what_the_commands_bring(story: Story) -> None:
    ours, theirs = Holdings(story.source), Holdings(story.target)
    (job,) = [key for key in theirs.objects if key.environment == "QA" and key.type == JOB]
    assert theirs.hashes[job] == ours.hashes[job._replace(environment=DEV)]
    assert len([key for key in theirs.objects if key.environment == "QA"]) == 3
    assert [problem for problem in differences(ours, theirs) if f"'{PAYROLL}'" in problem] == []
    assert {key.environment for key in theirs.sources().values()} == {COPY}


def test_the_modules_say_what_has_moved(story: Story) -> None:
    theirs = Holdings(story.target)
    told = {
        (row["type"], row["environment"], row["name"], row["after"])
        for step in ("import the job", "import the environment")
        for row in story.data(f"{step}, do")["moved"]
        if "environment" in row
    }
    assert told == {(*key, value) for key, value in theirs.hashes.items()}
    assert {row["status"] for row in story.data("import the environment, do")["objects"]} == {"SUCCESS"}


def test_the_modules_say_which_environment_is_missing(ansible: Ansible, lab: Lab, tmp_path: Path) -> None:
    source, target = lab.start("dev", "environments"), lab.start("qa", "demo")
    target.person.create_environment("QA")
    bundle = str(tmp_path / "environment.json")
    chosen = [{"type": "ENVIRONMENT", "name": PAYROLL}]
    wrong: dict[str, tuple[Row, str, str]] = {
        "no environment": ({}, "import_failed", "environment_id"),
        "no source environment": ({"environment": "QA"}, "import_failed", "source_environment_id"),
        "one for both": ({"environment": "QA", "source_environment": "QA"}, "invalid_option", "target environment"),
        "no such environment": ({"environment": "Q"}, "not_found", "no environment named Q"),
    }
    state = target.state()
    tasks = [task("export", "masking_export", at(source, objects=chosen, dest=bundle))]
    for name, (options, _code, _text) in wrong.items():
        tasks.append(task(name, "masking_import", at(target, src=bundle, **options)))
    run = ansible.run(play(*tasks), INVENTORY)
    for name, (_options, code, text) in wrong.items():
        data = run.result(HERE, name).data
        assert data["error"]["code"] == code, data["msg"]
        assert text in data["msg"]
        assert data["changed"] is False
    assert target.state() == state
