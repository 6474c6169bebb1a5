# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of modules from the variables of a role."""

from __future__ import annotations

import typing as t

import ansible.template
import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.maskops.delphix.plugins.lookup.role_options import LookupModule
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    connection_spec,
    source_spec,
)
from ansible_collections.maskops.delphix.plugins.modules import masking_sync

Row = dict[str, t.Any]
KINDS = ("target", "source", "sync")


def template(text: str) -> str:
    """A text of a playbook; since core 2.19 other texts are no templates."""
    trust = getattr(ansible.template, "trust_as_template", str)
    return t.cast("str", trust(text))


def options(kind: str, **variables: t.Any) -> Row:
    """What the role ``nightly`` gives."""
    loader = DataLoader()
    (found,) = LookupModule(loader=loader, templar=Templar(loader, variables)).run(["nightly", kind], variables)
    return t.cast("Row", found)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_given_that_no_variable_sets(kind: str) -> None:
    assert options(kind, other_url="x", overwrite=True, nightly_users=True) == {}


def test_an_option_is_set_by_the_variable_of_its_name() -> None:
    # An option that somebody adds to a module is known here at once.
    given = {
        "target": connection_spec().keys(),
        "source": source_spec().keys(),
        "sync": masking_sync.DEFINITION.argument_spec.keys() - connection_spec().keys(),
    }
    for kind, names in given.items():
        assert len(names) > 9
        variables = {f"nightly_{name}": f"value of {name}" for name in names}
        assert options(kind, **variables) == {name: f"value of {name}" for name in names}


def test_the_target_is_reached_by_variables_of_the_host() -> None:
    variables = {"masking_engine_url": "a", "masking_engine_username": "b", "nightly_username": "c"}
    assert options("target", **variables) == {"url": "a", "username": "c"}
    assert options("source", **variables) == options("sync", **variables) == {}


def test_the_source_is_reached_by_variables_of_the_host_that_is_named() -> None:
    hosts = {"dev": {"masking_engine_url": "a", "masking_engine_username": "b", "masking_engine_page_size": 5}}
    variables = {"hostvars": hosts, "masking_engine_url": "here", "nightly_source_username": "c"}
    for kind in ("source", "sync"):
        assert options(kind, **variables, nightly_source="dev") == {"source_url": "a", "source_username": "c"}
        for nobody in ("", "unknown", None):
            assert options(kind, **variables, nightly_source=nobody) == {"source_username": "c"}


@pytest.mark.parametrize("value", [False, 0, "", None, [], {}])
def test_values_that_count_as_false_are_values(value: t.Any) -> None:
    assert options("sync", nightly_overwrite=value) == {"overwrite": value}
    assert options("target", nightly_validate_certs=value, masking_engine_validate_certs=True) == {
        "validate_certs": value
    }


def test_values_are_templated() -> None:
    given = {"masking_engine_password": template("{{ password }}"), "nightly_retries": template("{{ 1 + 1 }}")}
    found = options("target", password="p", **given)
    assert found["password"] == "p"
    assert int(found["retries"]) == 2


def test_a_variable_that_cannot_be_told_is_an_error() -> None:
    # Left out, a passphrase would silently not be used.
    with pytest.raises(AnsibleError):
        options("sync", nightly_passphrase=template("{{ nothing_of_that_name }}"))


@pytest.mark.parametrize("terms", [[], ["nightly"], ["nightly", "everything"], ["nightly", "sync", "more"]])
def test_other_terms_are_refused(terms: list[str]) -> None:
    loader = DataLoader()
    with pytest.raises(AnsibleError, match="a role and one of target, source, sync"):
        LookupModule(loader=loader, templar=Templar(loader, {})).run(terms, {})
