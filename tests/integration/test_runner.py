# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection under ansible-runner, as AWX runs it.

A private data directory, the credential in environment variables (those that a user has left
blank are empty, not absent), facts for the next job in set_stats.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from harness.collection import command
from harness.compare import missing_on
from harness.lab import Engine, Lab
from harness.playbook import Ansible
from harness.secrets import Secrets

# What a credential type injects whether or not the user has filled it in.
BLANK = ("API_VERSION", "TOKEN", "CLIENT_CERT", "CLIENT_KEY", "PROXY", "SOURCE_TOKEN", "SOURCE_PROXY", "PASSPHRASE")


class Job(t.NamedTuple):
    """What a job leaves: exit status, stdout, what it has published, all artifacts as text."""

    status: int
    stdout: str
    published: dict[str, t.Any]
    artifacts: str


def run_job(ansible: Ansible, engines: list[Engine], env: dict[str, str]) -> Job:
    """Run sync_global from a project in a private data directory; the first engine is the source."""
    folder = ansible.new_folder()
    data = folder / "data"
    for name in ("project", "inventory", "env"):
        (data / name).mkdir(parents=True)
    playbook = [{"name": "Sync", "ansible.builtin.import_playbook": "maskops.delphix.sync_global"}]
    (data / "project" / "site.yml").write_text(json.dumps(playbook))
    source, *targets = engines
    hosts = {engine.name: {"masking_engine_url": engine.url} for engine in engines}
    inventory = {"masking_targets": {"hosts": {target.name: hosts[target.name] for target in targets}}}
    inventory["masking_sources"] = {"hosts": {source.name: hosts[source.name]}}
    (data / "inventory" / "hosts.yml").write_text(json.dumps(inventory))
    (data / "env" / "extravars").write_text(json.dumps({"global_sync_source": source.name}))
    environment = {name: value for name, value in ansible.environment(folder).items() if "CALLBACK" not in name}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    options = ["--playbook", "site.yml", "--ident", "job", "-vvvv"]
    done = subprocess.run(
        [command("ansible-runner"), "run", str(data), *options],
        env={**environment, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    place = data / "artifacts" / "job"
    events = [json.loads(path.read_text()) for path in sorted((place / "job_events").glob("*.json"))]
    (stats,) = [event for event in events if event["event"] == "playbook_on_stats"]
    # Runner itself writes the whole environment, which it got from us, into the file "command".
    files = [path for path in place.rglob("*") if path.is_file() and path != place / "command"]
    artifacts = "\n".join(path.read_text(errors="replace") for path in files)
    return Job(done.returncode, done.stdout, stats["event_data"]["artifact_data"], artifacts)


@pytest.fixture
def credential(lab: Lab, secrets: Secrets) -> tuple[list[Engine], dict[str, str]]:
    """Engines with one user for all, and the environment that the credential of that user gives."""
    password = secrets.new("password")
    engines = [lab.start(name, data, admin=("sync", password)) for name, data in (("dev", "demo"), ("qa", "empty"))]
    filled = {"USERNAME": "sync", "PASSWORD": password, "CA_PATH": str(engines[0].ca_path)}
    env = {f"DELPHIX_MASKING_{side}{name}": value for side in ("", "SOURCE_") for name, value in filled.items()}
    return engines, {**env, **{f"DELPHIX_MASKING_{name}": "" for name in BLANK}}


def test_a_job_syncs_and_publishes(
    ansible: Ansible, credential: tuple[list[Engine], dict[str, str]], secrets: Secrets
) -> None:
    engines, env = credential
    source, target = engines
    for expected in ("changed", "unchanged"):
        job = run_job(ansible, engines, env)
        assert job.status == 0, job.stdout[-3000:]
        assert job.published["masking_sync"]["qa"]["result"] == expected
        secrets.assert_absent(job.stdout + job.artifacts, "the artifacts of a job")
    assert missing_on(target, source) == set()


def test_a_job_that_fails_shows_no_secret(
    ansible: Ansible, credential: tuple[list[Engine], dict[str, str]], secrets: Secrets
) -> None:
    engines, env = credential
    job = run_job(ansible, engines, {**env, "DELPHIX_MASKING_PASSWORD": secrets.new("wrong")})
    assert job.status != 0
    assert job.published["masking_sync"]["qa"]["result"] == "failed"
    assert engines[1].url in job.stdout
    assert [request.path for request in engines[1].requests()] == ["/login"]
    secrets.assert_absent(job.stdout + job.artifacts, "the artifacts of a job")


def test_an_empty_file_for_the_ca_counts_as_none(
    ansible: Ansible, credential: tuple[list[Engine], dict[str, str]], tmp_path: Path
) -> None:
    engines, env = credential
    blank = tmp_path / "ca.pem"
    blank.touch()
    files = {f"DELPHIX_MASKING_{side}CA_PATH": str(blank) for side in ("", "SOURCE_")}
    # Then the certificates of the library hold, or those that the usual variable names.
    job = run_job(ansible, engines, {**env, **files, "REQUESTS_CA_BUNDLE": str(engines[0].ca_path)})
    assert job.status == 0, job.stdout[-3000:]
