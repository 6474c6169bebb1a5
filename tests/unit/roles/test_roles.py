# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles say what they take, take what they say, and hand over all that the modules take."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    connection_spec,
    source_spec,
)
from ansible_collections.maskops.delphix.plugins.modules import (
    masking_connector_credentials,
    masking_sync,
    masking_users,
)

Row = dict[str, t.Any]
ROLES = Path(__file__).parents[3] / "roles"
GENERAL = "sync"
BUILT_ON_IT = ("global_sync", "job_sync", "environment_sync", "engine_sync")
EVERY_ROLE = pytest.mark.parametrize("role", [GENERAL, *BUILT_ON_IT])
EVERY_FACE = pytest.mark.parametrize("role", BUILT_ON_IT)
# What is to be in sync. Roles that are built on the general one have words of their own for it.
SELECTION = {"object_types", "names", "exclude", "environments"}
OWN_WORDS = {
    "global_sync": {"object_types", "names", "exclude"},
    "job_sync": {"types", "jobs", "environments", "exclude"},
    "environment_sync": {"environments", "exclude"},
    "engine_sync": {"exclude", "global_key"},
}
SYNC: Row = masking_sync.DEFINITION.argument_spec
USERS: Row = masking_users.DEFINITION.argument_spec
# Everything is in the selection, whatever refers to it.
NO_REFERENCES = {"global_sync", "engine_sync"}
OTHER_DEFAULTS = {("engine_sync", "create_environments"): True}


def read(role: str, path: str) -> t.Any:
    return yaml.safe_load((ROLES / role / path).read_text(encoding="utf-8"))


def options(role: str) -> Row:
    """Options of a role, without its name."""
    return {
        name.removeprefix(f"{role}_"): option
        for name, option in read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"].items()
    }


def texts(value: t.Any) -> t.Iterator[str]:
    """All texts of a YAML document."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def looked_up() -> set[str]:
    """What the general role looks up under the name of the role that calls it: what masking_sync takes, and more."""
    found = SYNC.keys() - SELECTION
    for path in ("tasks/main.yml", "tasks/afterwards.yml", "vars/main.yml"):
        for text in texts(read(GENERAL, path)):
            found |= set(re.findall(r"sync_as ~ '_(\w+)'", text))
    return found


@EVERY_ROLE
def test_variables_begin_with_the_name_of_the_role(role: str) -> None:
    spec = read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert [name for name in spec if not name.startswith(f"{role}_")] == []
    assert [name for name in read(role, "defaults/main.yml") if name not in spec] == []


@EVERY_ROLE
def test_documented_defaults_are_the_defaults(role: str) -> None:
    documented = {f"{role}_{name}": option["default"] for name, option in options(role).items() if "default" in option}
    assert documented == read(role, "defaults/main.yml")


@EVERY_ROLE
def test_options_are_what_the_module_takes(role: str) -> None:
    ours = options(role)
    for name in (ours.keys() & SYNC.keys()) - SELECTION:
        for aspect in ("type", "elements", "choices"):
            assert ours[name].get(aspect) == SYNC[name].get(aspect), (name, aspect)
        assert bool(ours[name].get("no_log")) is bool(SYNC[name].get("no_log")), name
        if SYNC[name].get("default") is not None and "default" in ours[name]:
            expected = OTHER_DEFAULTS.get((role, name), SYNC[name]["default"])
            assert ours[name]["default"] == expected, name


@EVERY_FACE
def test_options_of_a_role_are_its_own_words_and_those_of_the_general_one(role: str) -> None:
    assert options(role).keys() - OWN_WORDS[role] <= looked_up()
    assert options(role).keys() >= OWN_WORDS[role]
    left_out = looked_up() - options(role).keys()
    users = {name for name in left_out if name.startswith("users")}
    environments = {"environment_map", "application_map", "create_environments", "credentials", "test_connectors"}
    allowed = users if role != "engine_sync" else set()
    if role in NO_REFERENCES:
        allowed = allowed | {"references"}
    if role == "global_sync":
        allowed = allowed | environments
    assert left_out == allowed


@EVERY_FACE
def test_a_role_hands_its_own_words_to_the_general_one(role: str) -> None:
    (task,) = read(role, "tasks/main.yml")
    given = task["vars"]
    assert given.keys() == {"sync_as", *(f"sync_{name}" for name in SELECTION)}
    assert given["sync_as"] == role
    used = " ".join(str(value) for value in given.values())
    for word in OWN_WORDS[role]:
        assert re.search(rf"\b{role}_{word}\b", used), word


def test_the_general_role_documents_all_that_it_looks_up() -> None:
    assert options(GENERAL).keys() == looked_up() | SELECTION | {"as"}


def test_every_module_is_told_how_to_reach_the_engines() -> None:
    (block,) = [task for task in read(GENERAL, "tasks/main.yml") if "module_defaults" in task]
    kinds = {
        module: re.findall(r"role_options', sync_as, '(\w+)'", value)
        for module, value in block["module_defaults"].items()
    }
    assert kinds == {
        "group/maskops.delphix.engine": ["target"],
        "maskops.delphix.masking_users": ["source"],
        "maskops.delphix.masking_sync": ["sync"],
    }
    selection = read(GENERAL, "vars/main.yml")["__sync_selection"]
    assert selection == {name: f"{{{{ sync_{name} }}}}" for name in SELECTION}
    tasks = {task["name"]: task for task in read(GENERAL, "tasks/afterwards.yml")}
    given = tasks["Carry roles and users"]["maskops.delphix.masking_users"].keys()
    assert given | connection_spec().keys() | source_spec().keys() == USERS.keys()


def test_credentials_are_documented_as_the_module_takes_them() -> None:
    suboptions = masking_connector_credentials.DEFINITION.argument_spec["connectors"]["options"]
    for role in (GENERAL, "job_sync", "environment_sync", "engine_sync"):
        documented = options(role)["credentials"]["options"]
        assert documented.keys() == suboptions.keys()
        for name, option in suboptions.items():
            for aspect in ("type", "choices", "required", "no_log"):
                assert documented[name].get(aspect) == option.get(aspect), (role, name, aspect)


@EVERY_ROLE
def test_the_readme_names_every_variable(role: str) -> None:
    text = (ROLES / role / "README.md").read_text(encoding="utf-8")
    # How engines are reached is told by one README for all roles but the first.
    elsewhere = set() if role in (GENERAL, "global_sync") else set(connection_spec())
    elsewhere |= {f"source_{name}" for name in elsewhere}
    missing = [name for name in options(role).keys() - elsewhere if f"`{role}_{name}`" not in text]
    assert missing == []
    named = set(re.findall(rf"`{role}_(\w+)`", text)) - {""}
    assert named <= options(role).keys()


@EVERY_ROLE
def test_the_readme_tells_the_defaults(role: str) -> None:
    text = (ROLES / role / "README.md").read_text(encoding="utf-8")
    for name, kind, default in re.findall(rf"^\| `{role}_(\w+)` \| (\w+) \| `([^|]*)` \|", text, re.MULTILINE):
        option = options(role)[name]
        assert kind == option["type"], name
        if not default.startswith("masking_engine_"):
            assert yaml.safe_load(default) == option["default"], name
