# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret shows: not in -vvvv, not in a log, not in a process list, not in a file.

The harness looks for passwords and passphrases in the output, the log and the callback results
of every run of all tests. Here tokens are looked for too, and in more places.
"""

from __future__ import annotations

import base64
import contextlib
import typing as t
from pathlib import Path

import pytest
from harness.lab import Engine, Lab, inventory
from harness.playbook import Ansible, Run, Running
from harness.relay import Relay, relayed
from harness.secrets import Secrets
from harness.tasks import HERE, INVENTORY, between, play, task
from harness.waiting import wait_until

PLAYBOOK = "maskops.delphix.sync_global"
OTHER_DOOR = {"environment": {"DOOR": "module"}}


class Wired(t.NamedTuple):
    """Engines behind relays."""

    source: Engine
    target: Engine
    relays: list[Relay]


@pytest.fixture(scope="module")
def wired(shared_lab: Lab) -> t.Iterator[Wired]:
    """A full and an empty engine without TLS, listened to."""
    source = shared_lab.start("dev", "scale:6:4:0:0:2000", tls=False)
    target = shared_lab.start("qa", tls=False)
    with relayed(source.url) as one, relayed(target.url) as other:
        source.url, target.url = one.url, other.url
        yield Wired(source, target, [one, other])


def watch(running: Running, secrets: Secrets) -> Run:
    """Look at the command lines of all processes of a run until it ends."""
    seen: set[str] = set()

    def ended() -> bool:
        for pid in running.processes():
            with contextlib.suppress(OSError):  # it has just ended
                seen.add((Path("/proc") / str(pid) / "cmdline").read_text(errors="replace"))
        return running.process.poll() is not None

    wait_until(ended, "the end of the run")
    assert any("ansible-playbook" in line for line in seen)
    secrets.assert_absent("\n".join(seen), "a command line")
    return running.wait()


def files_of(run: Run) -> str:
    """All that the run has left in its folders."""
    places = (run.folder / name for name in ("home", "tmp", "local_tmp"))
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return "\n".join(f"{path} {path.read_text(errors='replace')}" for path in files)


def assert_no_token_shows(run: Run, wired: Wired, logins: int) -> None:
    """Fail when a token that went over the wire shows anywhere."""
    tokens = Secrets()
    found = set().union(*(relay.tokens() for relay in wired.relays))
    assert len(found) >= logins, f"the relays have learned only {len(found)} tokens"
    for token in found:
        tokens.add(token)
    for text, where in (
        (run.output, "the output"),
        (run.log, "the log"),
        ((run.folder / "records").read_text(), "the callback results"),
        (files_of(run), "a file"),
    ):
        tokens.assert_absent(text, where)


def test_the_search_finds_what_it_looks_for(secrets: Secrets) -> None:
    secret = secrets.new("canary")
    for shown in (
        f"password={secret}!",
        base64.b64encode(f"admin:{secret}".encode()).decode(),
        base64.b64encode(secret.encode()).decode(),
    ):
        assert secrets.found_in(shown) == [secret], shown
    assert secrets.found_in("nothing of that kind") == []


def test_playbook_and_role_show_no_secret(ansible: Ansible, wired: Wired, secrets: Secrets) -> None:
    engines = inventory(wired.source, [wired.target], global_sync_passphrase=secrets.new("passphrase"))
    failing = {"match": {"path": "^/import"}, "action": {"kind": "fail_task"}}
    for stage, options in (("check", ["--check", "--diff"]), ("failure", []), ("apply", ["--diff"])):
        wired.target.faults(*([failing] if stage == "failure" else []))
        run = watch(ansible.start(PLAYBOOK, engines, *options), secrets)
        result = run.of("qa")
        assert result.failed is (stage == "failure"), result.data
        assert result.data["changed"] is (stage != "failure")
        secrets.assert_absent(files_of(run), "a file")
        assert_no_token_shows(run, wired, logins=2)


def test_options_that_a_role_refuses_show_no_secret(ansible: Ansible, lab: Lab, secrets: Secrets) -> None:
    variables = {
        f"global_sync_{name}": secrets.new(name)
        for name in ("password", "token", "passphrase", "source_password", "source_token")
    }
    run = ansible.run(PLAYBOOK, inventory(lab.start("dev"), [lab.start("qa")], **variables, global_sync_method="mail"))
    assert run.status != 0
    assert "mail" in run.output
    secrets.assert_absent(files_of(run), "a file")


@pytest.mark.parametrize("door", [{}, OTHER_DOOR], ids=["action", "module"])
def test_login_gives_its_token_to_tasks_alone(
    ansible: Ansible, wired: Wired, secrets: Secrets, door: dict[str, t.Any]
) -> None:
    target = wired.target
    target.forget()
    session = {"url": target.url, "token": "{{ session.token }}"}
    run = watch(
        ansible.start(
            play(
                task("log in", "masking_login", target.options(), register="session", **door),
                task("list", "masking_syncable_objects", {**session, "summary_only": True}, **door),
                task("log out", "masking_logout", session, **door),
                task("log out again", "masking_logout", session, **door),
                task("list after that", "masking_syncable_objects", session, **door),
                task("wrong login", "masking_login", {**target.options(), "password": secrets.new("wrong")}, **door),
            ),
            INVENTORY,
        ),
        secrets,
    )
    failures = [result.task for result in run.results if result.failed]
    assert failures == ["list after that", "wrong login"]
    assert run.result(HERE, "list").data["summary"]["DOMAIN"] > 20
    secrets.assert_absent(files_of(run), "a file")
    assert_no_token_shows(run, wired, logins=1)
    assert target.count("POST", "/login") == 2
    assert target.count("PUT", "/logout") == 2


def test_a_login_in_the_background_is_refused(ansible: Ansible, wired: Wired) -> None:
    # Ansible shows the result of a background task whatever the module says.
    wired.target.forget()
    background = {"async": 60, "poll": 1}
    run = ansible.run(play(task("log in", "masking_login", wired.target.options(), **background)), INVENTORY)
    result = run.result(HERE, "log in")
    assert result.failed
    assert result.data["error"]["code"] == "invalid_option"
    assert "async" in result.data["msg"]
    assert wired.target.requests() == []


@pytest.mark.parametrize("door", [{}, OTHER_DOOR], ids=["action", "module"])
def test_secrets_inside_other_options_do_not_show(
    ansible: Ansible, wired: Wired, secrets: Secrets, door: dict[str, t.Any]
) -> None:
    source, target = wired.source, wired.target
    proxy = f"http://user:{secrets.new('proxypassword')}@127.0.0.1:1"
    address = f"http://admin:{secrets.new('urlpassword')}@127.0.0.1:1"
    broken = f"{secrets.new('token')}\nline"
    tasks = {
        "proxy": between(source, target, proxy=proxy, retries=0),
        "source proxy": between(source, target, source_proxy=proxy, retries=0),
        "url": between(source, target, url=address),
        "source url": between(source, target, source_url=address),
        "token that is none": between(source, target, token=broken, password=None, retries=0),
    }
    run = ansible.run(
        play(*(task(name, "masking_sync", options, **door) for name, options in tasks.items())), INVENTORY
    )
    assert [result.task for result in run.results if result.failed] == list(tasks)
    secrets.assert_absent(files_of(run), "a file")
