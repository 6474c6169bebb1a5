# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs modules: by their frame alone, or as Ansible does, in this process."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings as kept
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.maskops.delphix.plugins.module_utils import _transport
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Definition,
    execute,
    main,
)
from ansible_collections.maskops.delphix.tests.unit.support.clock import FakeClock

Result = dict[str, t.Any]
LOGIN: t.Final = {"url": "https://engine.example.com", "token": "given"}


class Runner:
    """Runs a module's code with checked parameters, on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, run_dir: str) -> None:
        monkeypatch.setattr(_transport, "Clock", lambda: clock)
        self._run_dir = run_dir

    def __call__(
        self, definition: Definition, *, check_mode: bool = False, diff_mode: bool = True, **arguments: t.Any
    ) -> Result:
        """The module's result. Connection options are there unless given."""
        validator = ArgumentSpecValidator(definition.argument_spec, **definition.rules)
        given = {name: value for name, value in {**LOGIN, **arguments}.items() if value is not None}
        checked = validator.validate(given)
        if checked.error_messages:
            raise AssertionError(checked.error_messages)
        params = {**dict.fromkeys(definition.argument_spec), **checked.validated_parameters}
        return execute(definition, params, check_mode=check_mode, diff_mode=diff_mode, run_dir=self._run_dir)


class AnsibleRunner:
    """Runs a module as Ansible does, with its arguments from outside and its result on standard output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmpdir: str) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self._tmpdir = tmpdir

    def __call__(
        self, definition: Definition, *, check_mode: bool = False, inject_invocation: bool = True, **arguments: t.Any
    ) -> Result:
        """What the module prints. Releases of Ansible before 2.21 always inject the invocation."""
        given = {
            **arguments,
            "_ansible_check_mode": check_mode,
            "_ansible_diff": True,
            "_ansible_tmpdir": self._tmpdir,
            "_ansible_module_name": f"maskops.delphix.{definition.name}",
        }
        if "inject_invocation" in PASS_VARS:
            given["_ansible_inject_invocation"] = inject_invocation
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        # Newer releases of Ansible want to know how arguments are encoded.
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        # Ansible gathers them over the life of a process, which otherwise runs one module.
        for name in ("_global_warnings", "_global_deprecations"):
            getattr(kept, name).clear()
        with pytest.raises(SystemExit):
            main(definition)
        output = self._capsys.readouterr().out
        return t.cast("Result", json.loads(output.strip().splitlines()[-1]))
