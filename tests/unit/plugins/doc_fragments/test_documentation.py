# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation says what the code takes and gives."""

from __future__ import annotations

import importlib
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._errors import MaskingError
from ansible_collections.maskops.delphix.plugins.module_utils._module import Definition
from ansible_collections.maskops.delphix.plugins.module_utils._moves import Move
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    CONNECTION_OPTIONS,
    connection_spec,
    source_spec,
    transfer_spec,
)
from ansible_collections.maskops.delphix.plugins.module_utils._plan import Plan
from ansible_collections.maskops.delphix.plugins.module_utils._sync import Outcome
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import status_to_result
from ansible_collections.maskops.delphix.plugins.module_utils._transport import Stats
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import entry

ROOT = Path(__file__).parents[4]
COLLECTION = "maskops.delphix"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
Row = dict[str, t.Any]
# Says when to set one.
NOT_SECRET = {"update_password"}
# They do something and change no object.
RUNS = {"masking_job_run"}
EVERY_MODULE = pytest.mark.parametrize("name", MODULES)


def definition(name: str) -> Definition:
    return importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}").DEFINITION


def documentation(name: str) -> tuple[Row, list[Row], Row]:
    """Documentation with its fragments, examples and return values of a module."""
    path = ROOT / "plugins" / "modules" / f"{name}.py"
    doc, examples, returned, _metadata = get_docstring(
        str(path), fragment_loader, collection_name=COLLECTION, is_module=True, plugin_type="module"
    )
    return doc, yaml.safe_load(examples), yaml.safe_load(returned) if isinstance(returned, str) else returned


def fragment(name: str) -> Row:
    module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.doc_fragments.{name}")
    return t.cast("Row", yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION)["options"])


def as_documented(spec: Row) -> Row:
    """What documentation has to say of an option in an argument spec."""
    said = {key: spec[key] for key in ("default", "choices", "elements") if key in spec}
    if spec.get("required"):
        said["required"] = True
    if "options" in spec:
        said["suboptions"] = {name: as_documented(sub) for name, sub in spec["options"].items()}
    return {"type": spec.get("type", "str"), **said}


def as_said(option: Row) -> Row:
    """The same, out of documentation."""
    said = {key: option[key] for key in ("type", "default", "choices", "elements", "required") if key in option}
    if "suboptions" in option:
        said["suboptions"] = {name: as_said(sub) for name, sub in option["suboptions"].items()}
    return said


def text_of(option: Row) -> str:
    described = option["description"]
    return described if isinstance(described, str) else " ".join(described)


# Options


@EVERY_MODULE
def test_options_are_documented_as_they_are(name: str) -> None:
    options = documentation(name)[0]["options"]
    spec = definition(name).argument_spec
    assert {option: as_said(said) for option, said in options.items()} == {
        option: as_documented(one) for option, one in spec.items()
    }


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("_engine", connection_spec()),
        ("_source", source_spec()),
        ("_transfer", transfer_spec()),
    ],
)
def test_fragments_are_the_option_table(name: str, spec: Row) -> None:
    options = fragment(name)
    assert list(options) == list(spec)
    for option, said in options.items():
        assert as_said(said) == as_documented(spec[option])
        variables = set(re.findall(r"E\((DELPHIX_\w+)\)", text_of(said)))
        expected = {f"DELPHIX_MASKING_{option.upper()}"} if "fallback" in spec[option] else set()
        assert variables == expected, option


def test_every_engine_option_has_its_twin_for_the_source() -> None:
    assert list(fragment("_source")) == [f"source_{one.name}" for one in CONNECTION_OPTIONS if one.per_engine]


@EVERY_MODULE
def test_secrets_are_never_logged(name: str) -> None:
    def check(options: Row) -> None:
        for option, spec in options.items():
            secret = any(word in option for word in ("password", "passphrase", "token", "ssh_key"))
            assert bool(spec.get("no_log")) is (secret and option not in NOT_SECRET), option
            check(spec.get("options", {}))

    check(definition(name).argument_spec)


@EVERY_MODULE
def test_options_that_are_referred_to_exist(name: str) -> None:
    doc, _examples, returned = documentation(name)
    spec = definition(name).argument_spec
    for option in re.findall(r"\bO\((?!ignore:)([\w.]+)", str(doc) + str(returned)):
        assert option in spec, option
    for module in re.findall(r"\bM\(maskops\.delphix\.(\w+)\)", str(doc)):
        assert module in MODULES


# Attributes and routing


@EVERY_MODULE
def test_attributes(name: str) -> None:
    attributes = documentation(name)[0]["attributes"]
    reads_only = definition(name).reads_only
    assert {"check_mode", "diff_mode", "idempotent", "action_group"} <= set(attributes)
    assert attributes["check_mode"]["support"] == "full"
    runs = name in RUNS
    assert attributes["diff_mode"]["support"] == ("N/A" if reads_only or runs else "full")
    assert attributes["idempotent"]["support"] == ("none" if runs else "full")
    assert attributes["action_group"]["membership"] == [f"{COLLECTION}.engine"]


def test_every_module_is_in_the_action_group() -> None:
    assert sorted(RUNTIME["action_groups"]["engine"]) == MODULES


def test_every_module_is_routed_to_the_action_plugin() -> None:
    routes = RUNTIME["plugin_routing"]["modules"]
    routed = {name: route["action_plugin"] for name, route in routes.items() if "action_plugin" in route}
    assert routed == dict.fromkeys(MODULES, f"{COLLECTION}.masking_sync")
    assert (ROOT / "plugins" / "action" / "masking_sync.py").exists()
    redirects = {name: route["redirect"] for name, route in routes.items() if "redirect" in route}
    assert redirects == {"masking_syncable_objects_info": f"{COLLECTION}.masking_syncable_objects"}
    assert set(routed) | set(redirects) == set(routes)


# Examples and return values


@EVERY_MODULE
def test_examples_can_be_used_as_they_are(name: str) -> None:
    examples = documentation(name)[1]
    assert any(f"{COLLECTION}.{name}" in task for task in examples)
    for task in examples:
        (module,) = [key for key in task if key.startswith(f"{COLLECTION}.")]
        made = definition(module.rpartition(".")[2])
        checked = ArgumentSpecValidator(made.argument_spec, **made.rules).validate(task[module])
        assert not checked.error_messages
        assert task["name"][0].isupper()


def contained(returned: Row, *names: str) -> set[str]:
    """Documented keys below a return value."""
    for name in names:
        returned = returned[name]["contains"]
    return set(returned)


@EVERY_MODULE
def test_what_every_result_holds(name: str) -> None:
    returned = documentation(name)[2]
    assert contained(returned, "stats") == {*Stats().to_result(), "seconds"}
    whole = MaskingError("m", engine="e", subject="s", http_status=1, detail="d", hint="h", objects=[])
    assert contained(returned, "error") >= set(whole.to_result()["error"]) - {"objects"}


def test_objects_of_a_failed_import_are_described() -> None:
    for name in ("masking_import", "masking_sync"):
        assert "objects" in contained(documentation(name)[2], "error")


def test_what_a_sync_returns() -> None:
    returned = documentation("masking_sync")[2]
    plan = Plan("source", "target", (), ())
    assert contained(returned, "plan") == set(plan.to_result())
    outcome = Outcome(plan).to_result()
    assert contained(returned, "applied") == set(outcome["applied"])
    assert set(outcome) | {"plan", "source", "engine", "stats", "error"} == set(returned)
    sample = returned["plan"]["sample"]
    assert set(sample) == set(plan.to_result())
    assert set(sample["summary"]) == set(plan.summary())


def test_what_an_import_returns() -> None:
    returned = documentation("masking_import")[2]
    status = {
        "objectType": "DOMAIN",
        "objectIdentifier": {"id": "A"},
        "importedObjectIdentifier": {"id": "A"},
        "importStatus": "FAILED",
        "failureMessage": "why",
    }
    assert contained(returned, "objects") == set(status_to_result(status))
    move = Move(ObjectKey("DOMAIN", None, "A"), None, "1").to_result()
    assert contained(returned, "moved") >= set(move)


def test_what_a_list_returns() -> None:
    returned = documentation("masking_syncable_objects")[2]
    shown = {*entry("DOMAIN", "A", revision_id="r").to_result(), *entry("DOMAIN", "A", reason="why").to_result()}
    assert contained(returned, "objects") == shown | {"environment"}


@EVERY_MODULE
def test_every_return_value_is_described_and_typed(name: str) -> None:
    def check(values: Row) -> None:
        for value in values.values():
            assert value["description"]
            assert value["type"]
            if value["type"] == "list":
                assert value["elements"]
            check(value.get("contains", {}))

    check(documentation(name)[2])
