# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many syncs at once: every host of a run has a source and a target of its own."""

from __future__ import annotations

import typing as t

from harness.lab import Engine
from harness.playbook import Ansible, Run, Running
from harness.tasks import LOCAL, between

Row = dict[str, t.Any]
_OPTIONS = (
    *(f"{side}{name}" for side in ("", "source_") for name in ("url", "username", "password", "ca_path")),
    "allow_newer_source",
    "application_map",
    "create_environments",
    "deadline",
    "environment_map",
    "environments",
    "exchange",
    "exclude",
    "method",
    "names",
    "object_types",
    "overwrite",
    "passphrase",
    "prune",
    "purge",
    "receipts_dir",
    "references",
    "retries",
)
_SYNC = {
    "name": "sync",
    "maskops.delphix.masking_sync": {name: f"{{{{ sync.{name} | default(omit) }}}}" for name in _OPTIONS},
}
_PLAY = [{"hosts": "all", "gather_facts": False, "tasks": [_SYNC]}]


class Pair(t.NamedTuple):
    """The engines of one host, and its options of masking_sync."""

    source: Engine
    target: Engine
    options: Row


def run_pairs(ansible: Ansible, pairs: t.Mapping[str, Pair], *options: str) -> Run:
    """Sync all pairs and wait for the end."""
    return start_pairs(ansible, pairs, *options).wait()


def start_pairs(ansible: Ansible, pairs: t.Mapping[str, Pair], *options: str, wrapper: t.Sequence[str] = ()) -> Running:
    """Start a sync of all pairs at a time; see Ansible.start() for ``wrapper``."""
    unknown = {name for pair in pairs.values() for name in pair.options} - set(_OPTIONS)
    assert not unknown, f"the play does not pass on {unknown}"
    hosts = {name: {"sync": between(pair.source, pair.target, **pair.options)} for name, pair in pairs.items()}
    return ansible.start(_PLAY, {"all": {"hosts": hosts, "vars": LOCAL}}, *options, forks=len(pairs), wrapper=wrapper)
