# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong is said clearly, and leaves the engines as they are.

All cases are tasks of one run. That no run shows a secret or a traceback is checked by the harness.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

import pytest
from harness.lab import Engine, Lab, inventory
from harness.playbook import Ansible, Run
from harness.secrets import Secrets
from harness.tasks import HERE, INVENTORY, at, between, play, task

Row = dict[str, t.Any]
CLOSED_PORT = "https://127.0.0.1:1"
NO_SUCH_HOST = "https://engine.invalid"


@dataclasses.dataclass
class Place:
    """The engines and files that the cases are about."""

    source: Engine
    target: Engine
    locked: Engine
    plain: Engine
    old: Engine
    gateway: Engine
    maze: Engine
    folder: Path
    secrets: Secrets
    other_ca: Path

    @property
    def engines(self) -> list[Engine]:
        """All engines."""
        return [self.source, self.target, self.locked, self.plain, self.old, self.gateway, self.maze]

    def bundle(self, name: str) -> str:
        """Path of a bundle."""
        return str(self.folder / f"{name}.json")


@dataclasses.dataclass(frozen=True)
class Case:
    """A task that has to fail with ``code`` and a message that holds all of ``says``.

    ``engine`` names the engine to blame, if one is.
    """

    module: str
    options: t.Callable[[Place], Row]
    code: str
    engine: t.Callable[[Place], str] | None = None
    says: tuple[str, ...] = ()


def sync(**options: t.Any) -> t.Callable[[Place], Row]:
    """masking_sync from the full to the empty engine, with some options changed."""
    return lambda place: between(place.source, place.target, **options)


def bundle(name: str, **options: t.Any) -> t.Callable[[Place], Row]:
    """masking_import of a bundle into the empty engine."""
    return lambda place: at(place.target, src=place.bundle(name), force_overwrite=True, **options)


def export(**options: t.Any) -> t.Callable[[Place], Row]:
    """masking_export from the full engine."""
    return lambda place: at(place.source, **{"dest": place.bundle("out"), "object_types": ["DOMAIN"], **options})


def source_url(place: Place) -> str:
    return place.source.url


def target_url(place: Place) -> str:
    return place.target.url


SYNC, IMPORT, EXPORT = "masking_sync", "masking_import", "masking_export"
CASES = {
    # who and where
    "wrong password": Case(
        SYNC,
        lambda place: between(place.source, place.locked, password=place.secrets.new("wrong")),
        "authentication_failed",
        lambda place: place.locked.url,
        ("login of user admin", "lock"),
    ),
    "wrong token": Case(
        SYNC,
        lambda place: between(place.source, place.target, password=None, token=place.secrets.new("token")),
        "authentication_failed",
        target_url,
        ("token",),
    ),
    "no administrator on the target": Case(
        SYNC,
        lambda place: between(place.source, place.target, username="analyst", password=place.secrets.analyst),
        "not_permitted",
        target_url,
        ("user analyst", "administrator"),
    ),
    "no administrator on the source": Case(
        SYNC,
        lambda place: between(
            place.source, place.target, source_username="analyst", source_password=place.secrets.analyst
        ),
        "not_permitted",
        source_url,
        ("user analyst", "administrator"),
    ),
    "no administrator, told as 401": Case(
        "masking_syncable_objects",
        lambda place: at(place.old, username="analyst", password=place.secrets.analyst),
        "not_permitted",
        lambda place: place.old.url,
        ("user analyst", "administrator"),
    ),
    # the way there
    "wrong CA": Case(
        SYNC,
        lambda place: between(place.source, place.target, ca_path=str(place.other_ca)),
        "tls_failed",
        target_url,
        ("certificate", "ca_path"),
    ),
    "certificate that nobody vouches for": Case(
        SYNC, sync(ca_path=None), "tls_failed", target_url, ("certificate", "ca_path")
    ),
    "closed port": Case(
        SYNC, sync(url=CLOSED_PORT, retries=0), "unreachable", lambda _: CLOSED_PORT, ("cannot be reached",)
    ),
    "unknown host": Case(
        SYNC, sync(url=NO_SUCH_HOST, retries=0), "unreachable", lambda _: NO_SUCH_HOST, ("cannot be reached",)
    ),
    "closed port of the source": Case(
        SYNC, sync(source_url=CLOSED_PORT, retries=0), "unreachable", lambda _: CLOSED_PORT, ("cannot be reached",)
    ),
    "https to a port that speaks http": Case(
        SYNC,
        lambda place: between(place.source, place.target, url=place.plain.url.replace("http:", "https:")),
        "tls_failed",
        lambda place: place.plain.url.replace("http:", "https:"),
        ("scheme",),
    ),
    "http to a port that speaks https": Case(
        SYNC,
        lambda place: between(place.source, place.target, url=place.target.url.replace("https:", "http:")),
        "answer_lost",
        lambda place: place.target.url.replace("https:", "http:"),
        ("POST /login",),
    ),
    "a page in place of the login": Case(
        SYNC,
        lambda place: between(place.source, place.gateway),
        "unexpected_answer",
        lambda place: place.gateway.url,
        ("not JSON but text/html", "proxy"),
    ),
    "a page in place of the list": Case(
        SYNC,
        lambda place: between(place.source, place.maze),
        "unexpected_answer",
        lambda place: place.maze.url,
        ("not JSON but text/html", "proxy"),
    ),
    # what does not fit together
    "newer source": Case(
        SYNC,
        lambda place: between(place.source, place.old),
        "source_newer",
        lambda place: place.old.url,
        ("6.0.17.0", "2025.2.0.0", "allow_newer_source"),
    ),
    "newer source, allowed": Case(
        SYNC,
        lambda place: between(place.source, place.old, allow_newer_source=True, names=["CustomerEmail"]),
        "import_failed",
        lambda place: place.old.url,
        ("changed nothing",),
    ),
    "source and target the same": Case(
        SYNC, lambda place: between(place.source, place.source), "invalid_option", source_url, ("same engine",)
    ),
    # names and options
    "unknown name": Case(SYNC, sync(names=["NoSuchThing"]), "not_found", source_url, ("NoSuchThing",)),
    "unknown name to export": Case(EXPORT, export(names=["NoSuchThing"]), "not_found", source_url, ("NoSuchThing",)),
    "unknown object to export": Case(
        EXPORT,
        export(object_types=None, objects=[{"type": "DOMAIN", "name": "NO_SUCH"}]),
        "not_found",
        source_url,
        ("DOMAIN NO_SUCH",),
    ),
    "object that cannot be exported": Case(
        EXPORT, export(object_types=None, names=["BadgeMapping"]), "invalid_option", source_url, ("BadgeMapping",)
    ),
    "no such type": Case(SYNC, sync(object_types=["domain"]), "invalid_option", None, ("'domain'",)),
    "type that cannot be asked for": Case(
        SYNC, sync(object_types=["DOMAIN_REFERENCE"]), "invalid_option", None, ("DOMAIN_REFERENCE",)
    ),
    "no url": Case(SYNC, sync(url=None), "invalid_option", None, ("'url'",)),
    "no source": Case(SYNC, sync(source_url=None), "invalid_option", None, ("'source_url'",)),
    "no password": Case(SYNC, sync(password=None), "invalid_option", target_url, ("'password'", "'token'")),
    "no src": Case(IMPORT, lambda place: at(place.target), "invalid_option", None, ("src",)),
    "nothing to export": Case(EXPORT, export(object_types=None), "invalid_option", None, ("object_types",)),
    "url of another scheme": Case(SYNC, sync(url="ftp://engine"), "invalid_option", None, ("'url'",)),
    "url without scheme": Case(SYNC, sync(url="engine.example.com"), "invalid_option", None, ("'url'",)),
    "login inside the url": Case(
        SYNC,
        lambda place: between(
            place.source, place.target, url=f"https://admin:{place.secrets.new('urlpassword')}@127.0.0.1"
        ),
        "invalid_option",
        None,
        ("holds a login",),
    ),
    "word for a switch": Case(SYNC, sync(overwrite="perhaps"), "invalid_option", None, ("overwrite", "perhaps")),
    "unknown method": Case(SYNC, sync(method="carrier pigeon"), "invalid_option", None, ("method", "carrier pigeon")),
    "unknown option": Case(SYNC, sync(colour="blue"), "invalid_option", None, ("colour",)),
    "number that is none": Case(SYNC, sync(retries="many"), "invalid_option", None, ("retries",)),
    "negative number": Case(SYNC, sync(retries=-1), "invalid_option", None, ("retries",)),
    "no CA file there": Case(SYNC, sync(ca_path="/nowhere/ca.pem"), "invalid_option", None, ("/nowhere/ca.pem",)),
    "a passphrase that no header can hold": Case(
        SYNC,
        lambda place: between(place.source, place.target, passphrase=place.secrets.new("passphrase") + "\u00e9"),
        "invalid_option",
        None,
        ("passphrase", "ASCII"),
    ),
    "environment named twice": Case(
        IMPORT, bundle("good", environment="a", environment_id=1), "invalid_option", None, ("environment_id",)
    ),
    "unknown environment": Case(IMPORT, bundle("good", environment="nowhere"), "not_found", target_url, ("nowhere",)),
    "unknown environment id": Case(
        IMPORT, bundle("good", environment_id=99_999), "import_failed", target_url, ("99999",)
    ),
    # bundles
    "blob edited": Case(IMPORT, bundle("blob edited"), "import_failed", target_url, ("blob edited.json", "signature")),
    "blob edited, sync": Case(
        IMPORT,
        bundle("blob edited", method="sync"),
        "import_failed",
        target_url,
        ("blob edited.json", "signature", "edited"),
    ),
    "signature of another bundle": Case(
        IMPORT, bundle("signature exchanged"), "import_failed", target_url, ("signature exchanged.json", "signature")
    ),
    "signature that is none": Case(IMPORT, bundle("signature broken"), "bundle_damaged", None, ("signature broken",)),
    "bundle cut off": Case(IMPORT, bundle("cut off"), "bundle_damaged", None, ("cut off.json",)),
    "empty bundle": Case(IMPORT, bundle("nothing"), "bundle_damaged", None, ("nothing.json",)),
    "some other JSON": Case(IMPORT, bundle("other"), "bundle_damaged", None, ("other.json",)),
    "no bundle there": Case(IMPORT, bundle("missing"), "file_error", None, ("missing.json",)),
    "no passphrase": Case(IMPORT, bundle("encrypted"), "import_failed", target_url, ("encrypted.json", "passphrase")),
    "no passphrase, sync": Case(
        IMPORT, bundle("encrypted", method="sync"), "import_failed", target_url, ("encrypted.json", "passphrase")
    ),
    "wrong passphrase": Case(
        IMPORT,
        lambda place: bundle("encrypted", passphrase=place.secrets.new("passphrase"))(place),
        "import_failed",
        target_url,
        ("encrypted.json", "passphrase"),
    ),
    "overwriting not allowed": Case(
        IMPORT,
        lambda place: at(place.source, src=place.bundle("other content"), force_overwrite=False),
        "import_failed",
        source_url,
        ("CustomerEmail",),
    ),
    "folder of dest missing": Case(EXPORT, export(dest="/nowhere/out.json"), "file_error", None, ("/nowhere",)),
    "dest is a folder": Case(
        EXPORT, lambda place: export(dest=str(place.folder))(place), "file_error", None, ("folder",)
    ),
}


def write_bundles(place: Place, donor: Engine) -> None:
    """Bundles as the engine makes them, and what people do to bundles."""

    def exported(engine: Engine, name: str, passphrase: str | None = None) -> Row:
        headers = {"passphrase": passphrase} if passphrase else {}
        body = [{"objectIdentifier": {"algorithmName": name}, "objectType": "USER_ALGORITHM"}]
        return t.cast("Row", engine.person.call("POST", "/export", json=body, headers=headers).json())

    good = exported(place.source, "CustomerEmail")
    blob = good["blob"]
    middle = len(blob) // 2
    edited = {**good, "blob": blob[:middle] + ("A" if blob[middle] != "A" else "B") + blob[middle + 1 :]}
    bundles: dict[str, t.Any] = {
        "good": good,
        "encrypted": exported(place.source, "CustomerEmail", place.secrets.new("passphrase")),
        "blob edited": edited,
        "signature exchanged": {**good, "signature": exported(place.source, "CustomerCard")["signature"]},
        "signature broken": {**good, "signature": "?" + good["signature"][1:]},
        "other": {"this": "is no bundle"},
    }
    donor.person.change_algorithm("CustomerEmail", "not as on the source")
    bundles["other content"] = exported(donor, "CustomerEmail")
    for name, content in bundles.items():
        Path(place.bundle(name)).write_text(json.dumps(content))
    Path(place.bundle("cut off")).write_text(json.dumps(good)[:-200])
    Path(place.bundle("nothing")).touch()


@pytest.fixture(scope="module")
def place(shared_lab: Lab, secrets: Secrets, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Engines and bundles."""
    folder = tmp_path_factory.mktemp("bundles")
    plain = shared_lab.start("plain", tls=False)
    other = shared_lab.beside(tmp_path_factory.mktemp("other"))
    stranger = other.start("stranger", "demo")
    assert stranger.ca_path
    place = Place(
        source=shared_lab.start("full", "demo"),
        target=shared_lab.start("fresh"),
        locked=shared_lab.start("locked"),
        plain=plain,
        old=shared_lab.start("old", release="6.0.17.0"),
        gateway=shared_lab.start("gateway"),
        maze=shared_lab.start("maze"),
        folder=folder,
        secrets=secrets,
        other_ca=stranger.ca_path,
    )
    for engine in (place.source, place.target, place.old):
        engine.add_user("analyst", secrets.analyst)
    place.gateway.faults({"match": {"path": "^/login"}, "action": {"kind": "html"}})
    place.maze.faults({"match": {"path": "^/syncable-objects"}, "action": {"kind": "html"}})
    write_bundles(place, stranger)
    other.close()
    return place


class Outcome(t.NamedTuple):
    """The run, and the engines' fingerprints before and after it."""

    run: Run
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, place: Place) -> Outcome:
    """All cases in one run."""
    before = {engine.name: engine.state() for engine in place.engines}
    tasks = [task(name, case.module, case.options(place)) for name, case in CASES.items()]
    run = ansible.run(play(*tasks), INVENTORY)
    return Outcome(run, before, {engine.name: engine.state() for engine in place.engines})


@pytest.mark.parametrize("name", CASES)
def test_error_is_clear(outcome: Outcome, place: Place, name: str) -> None:
    case = CASES[name]
    result = outcome.run.result(HERE, name)
    message, error = result.data["msg"], result.data["error"]
    assert result.failed
    assert error["code"] == case.code, message
    if case.engine:
        assert error["engine"] == case.engine(place)
        assert error["engine"] in message
    for text in case.says:
        assert text in message
    assert not result.data.get("changed")
    assert "\n" not in message


def test_errors_leave_the_engines_as_they_are(outcome: Outcome) -> None:
    assert outcome.after == outcome.before


def test_a_refused_login_is_not_tried_again(outcome: Outcome, place: Place) -> None:
    assert outcome.run.result(HERE, "wrong password").failed
    assert [request.path for request in place.locked.requests()] == ["/login"]


def test_a_refused_login_on_the_source_is_tried_once_for_all_targets(ansible: Ansible, lab: Lab, place: Place) -> None:
    source, targets = lab.start("dev"), [lab.start(name) for name in ("one", "two", "three")]
    engines = inventory(source, targets, global_sync_source_password=place.secrets.new("wrong"))
    run = ansible.run("maskops.delphix.sync_global", engines)
    assert run.status != 0
    assert [request.path for request in source.requests()] == ["/login"]
    for target in targets:
        error = run.of(target.name).data["error"]
        assert (error["code"], error["engine"]) == ("authentication_failed", source.url)
        assert target.writes() == []
