# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second front door of all modules of this collection.

meta/runtime.yml routes every module here. With a local connection the module's ``run`` is
called in Ansible's worker process, which saves packing and starting Python for each task;
in all other cases the module is executed as any other.
"""

from __future__ import annotations

import gc
import os
import sys
import typing as t

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash
from ansible_collections.maskops.delphix.plugins.module_utils._module import (
    Definition,
    execute,
    secrets_within,
    shown_arguments,
)
from ansible_collections.maskops.delphix.plugins.module_utils._options import Spec
from ansible_collections.maskops.delphix.plugins.modules import (
    masking_application,
    masking_connector_credentials,
    masking_engine_info,
    masking_environment,
    masking_export,
    masking_import,
    masking_job_run,
    masking_login,
    masking_logout,
    masking_sync,
    masking_syncable_objects,
    masking_users,
)

# Imported here, in Ansible's main process, and not again in every worker.
_DEFINITIONS: dict[str, Definition] = {
    module.DEFINITION.name: module.DEFINITION
    for module in (
        masking_connector_credentials,
        masking_application,
        masking_engine_info,
        masking_environment,
        masking_export,
        masking_import,
        masking_job_run,
        masking_login,
        masking_logout,
        masking_sync,
        masking_syncable_objects,
        masking_users,
    )
}


class ActionModule(ActionBase):
    """Runs a module of this collection, in this process when that is the same."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task's module. The result is that of the module."""
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        name = self._task.action
        definition = _DEFINITIONS[_resolved(name)]
        if definition.secret_result and self._task.async_val:
            # Ansible shows the result of a background job whatever this plugin says of it.
            text = f"{definition.name} cannot run with 'async': its result would show the token"
            return {**result, "failed": True, "msg": text, "error": {"code": "invalid_option", "object": "async"}}
        if self._must_execute_module(task_vars):
            wrap_async = bool(self._task.async_val)
            result = merge_hash(
                result, self._execute_module(module_name=name, task_vars=task_vars, wrap_async=wrap_async)
            )
        else:
            result.update(self._run_here(definition, task_vars))
        if definition.secret_result and not result.get("failed"):
            result["_ansible_no_log"] = True
        return result

    def _must_execute_module(self, task_vars: dict[str, t.Any]) -> bool:
        """Whether this process is not the place where the task has to run."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, task_vars)
        interpreter = task_vars.get("ansible_python_interpreter")
        return (
            self._connection.transport != "local"
            or bool(self._task.async_val)
            or boolean(self._play_context.become)
            or any(self._task.environment or [])
            or bool(interpreter and not _same_interpreter(self._templar.template(interpreter)))
        )

    def _tell(self, text: str, task_vars: dict[str, t.Any]) -> None:
        """Show a line of progress, unless the task is not to be seen."""
        if not self._task.no_log:
            self._display.display(f"[{task_vars.get('inventory_hostname', 'localhost')}] {text}")

    def _run_here(self, definition: Definition, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = {key: value for key, value in self._task.args.items() if not key.startswith("_ansible_")}
        validator = ArgumentSpecValidator(definition.argument_spec, **definition.rules)
        checked = validator.validate(arguments)
        secrets = {str(value) for value in checked._no_log_values} | secrets_within(checked.validated_parameters)
        if checked.errors.errors:
            texts = [
                f"Unsupported parameters for ({self._task.action}) module: {error}"
                if isinstance(error, UnsupportedError)
                else str(error)
                for error in checked.errors.errors
            ]
            refused = {"failed": True, "msg": "; ".join(texts), "error": {"code": "invalid_option"}}
            return t.cast("dict[str, t.Any]", remove_values(refused, secrets))
        params = {**dict.fromkeys(definition.argument_spec), **checked.validated_parameters}
        _anchor_paths(definition.argument_spec, params, self._loader.get_basedir())
        # The worker is a fork with all of Ansible's objects, which the collector would walk again and again
        # (and so copy). It ends with this task.
        gc.disable()
        try:
            result = execute(
                definition,
                params,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                run_dir=os.path.join(C.DEFAULT_LOCAL_TMP, "maskops.delphix"),
                tell=lambda text: self._tell(remove_values(text, secrets), task_vars),
            )
        finally:
            gc.enable()
        if _shows_invocation(task_vars):
            result["invocation"] = {"module_args": shown_arguments(definition.argument_spec, params)}
        if definition.secret_result and not result.get("failed"):
            return result
        return t.cast("dict[str, t.Any]", remove_values(result, secrets))


def _anchor_paths(spec: Spec, params: dict[str, t.Any], folder: str) -> None:
    """Let relative paths start below the playbook's folder, as an ordinary module has them."""
    for key, option in spec.items():
        value = params.get(key)
        if option.get("type") == "path" and value:
            params[key] = os.path.join(folder, value)
        elif "options" in option:
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    _anchor_paths(option["options"], inner, folder)


def _shows_invocation(task_vars: dict[str, t.Any]) -> bool:
    """Whether results hold the module's arguments: always before core 2.21, then by a setting."""
    try:
        return bool(C.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:
        return True


def _resolved(action: str) -> str:
    """The module behind the name that the task used."""
    name = action.rpartition(".")[2]
    return name.removesuffix("_info") if name == "masking_syncable_objects_info" else name


def _same_interpreter(interpreter: str) -> bool:
    """Whether it is the Python of this process: the same program in the same (virtual) environment."""
    if interpreter.startswith("auto"):
        return True
    here = sys.executable
    return os.path.dirname(interpreter) == os.path.dirname(here) and os.path.realpath(interpreter) == os.path.realpath(
        here
    )
