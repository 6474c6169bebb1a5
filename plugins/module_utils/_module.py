# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options in, result out: the frame of every module. Private to this collection.

``execute`` is what both front doors call: ``main`` when Ansible runs the module in a
process of its own, and the action plugin when it may run in Ansible's worker process.
"""

from __future__ import annotations

import dataclasses
import time
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine
from ansible_collections.maskops.delphix.plugins.module_utils._errors import MaskingError
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    Spec,
    connection_spec,
    hidden_secrets,
    open_engine,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    REQUESTS_IMPORT_ERROR,
    Stats,
)

Result = dict[str, t.Any]
# Ansible's own, for options that are not to be seen.
_PLACEHOLDER = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class Context:
    """What a module's ``run`` works with.

    ``params`` are checked module parameters. ``run_dir`` is a private folder: of the whole
    Ansible run inside a worker process, else of this task alone; Ansible removes it.
    ``partial`` is merged into the result of a failure, to say what was done before it.
    ``tell`` shows a line to the user at once, where that is possible.
    """

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        *,
        check_mode: bool,
        diff_mode: bool,
        run_dir: str,
        reads_only: bool,
        tell: t.Callable[[str], object] | None = None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.diff_mode = diff_mode
        self.run_dir = run_dir
        self.warnings: list[str] = []
        self.partial: Result = {}
        self._tell = tell
        self._read_only = reads_only or check_mode
        self._engines: list[Engine] = []
        self._started = time.monotonic()

    def warn(self, text: str) -> None:
        """Show a warning to the user, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def tell(self, text: str) -> None:
        """Show progress; an ordinary module has no way to."""
        if self._tell is not None:
            self._tell(text)

    def engine(self, prefix: str = "", params: t.Mapping[str, t.Any] | None = None) -> Engine:
        """An engine by its connection options, ``params`` in place of the module's; closed when the module ends."""
        given = self.params if params is None else params
        engine = open_engine(given, prefix=prefix, read_only=self._read_only, warn=self.warn)
        self._engines.append(engine)
        return engine

    def close(self) -> None:
        """Log out of what was opened and close all connections."""
        for engine in self._engines:
            engine.session.close()

    def stats(self) -> Result:
        """Requests, retries and body bytes of all engines, and seconds since the start."""
        total = Stats()
        for engine in self._engines:
            total.add(engine.session.transport.stats)
        return {**total.to_result(), "seconds": round(time.monotonic() - self._started, 3)}


@dataclasses.dataclass(frozen=True)
class Definition:
    """One module: its options beyond the connection, its rules, and what it does.

    ``run`` returns the result without ``stats`` and ``warnings``. ``reads_only`` modules
    may send no unsafe verb. ``secret_result`` keeps the whole result out of Ansible's output.
    """

    name: str
    run: t.Callable[[Context], Result]
    options: Spec = dataclasses.field(default_factory=dict)
    reads_only: bool = False
    secret_result: bool = False
    mutually_exclusive: t.Sequence[t.Sequence[str]] = ()
    required_together: t.Sequence[t.Sequence[str]] = ()
    required_one_of: t.Sequence[t.Sequence[str]] = ()

    @property
    def argument_spec(self) -> Spec:
        """All options."""
        return {**connection_spec(), **self.options}

    @property
    def rules(self) -> dict[str, t.Any]:
        """Rules between options, as Ansible's validators take them."""
        return {
            "mutually_exclusive": [list(names) for names in self.mutually_exclusive],
            "required_together": [list(names) for names in self.required_together],
            "required_one_of": [list(names) for names in self.required_one_of],
        }


def execute(
    definition: Definition,
    params: t.Mapping[str, t.Any],
    *,
    check_mode: bool,
    diff_mode: bool,
    run_dir: str,
    tell: t.Callable[[str], object] | None = None,
) -> Result:
    """Run a module. A failure comes back as a result with ``failed``, ``msg`` and ``error``."""
    if REQUESTS_IMPORT_ERROR:
        return {
            "failed": True,
            "msg": missing_required_lib("requests"),
            "exception": REQUESTS_IMPORT_ERROR,
            "error": {"code": "missing_library"},
        }
    context = Context(
        params,
        check_mode=check_mode,
        diff_mode=diff_mode,
        run_dir=run_dir,
        reads_only=definition.reads_only,
        tell=tell,
    )
    try:
        result = {"changed": False, **definition.run(context)}
    except MaskingError as error:
        result = {"changed": False, **context.partial, "failed": True, **error.to_result()}
    except Exception as error:  # noqa: BLE001 - a defect must reach the user as a report, and sessions must be closed
        result = {
            "changed": False,
            **context.partial,
            "failed": True,
            "msg": f"unexpected failure in {definition.name}: {type(error).__name__}: {error}",
            "error": {"code": "internal_error"},
            "exception": traceback.format_exc(),
        }
    finally:
        context.close()
    result["stats"] = context.stats()
    if context.warnings:
        result["warnings"] = context.warnings
    return result


def secrets_within(params: t.Mapping[str, t.Any]) -> set[str]:
    """Secrets inside options that are not secret as a whole, suboptions included."""
    found = hidden_secrets({name: value for name, value in params.items() if isinstance(value, str)})
    for value in params.values():
        for inner in _mappings(value):
            found |= secrets_within(inner)
    return found


def shown_arguments(spec: Spec, params: t.Mapping[str, t.Any]) -> Result:
    """Arguments as a result may show them: a placeholder for every secret option, suboptions included."""

    def shown(option: dict[str, t.Any], value: t.Any) -> t.Any:
        if value is None:
            return None
        if option.get("no_log"):
            return _PLACEHOLDER
        if "options" not in option:
            return value
        inner = [shown_arguments(option["options"], one) for one in _mappings(value)]
        return inner if isinstance(value, list) else inner[0]

    return {name: shown(spec.get(name, {}), value) for name, value in params.items()}


def _mappings(value: t.Any) -> list[dict[str, t.Any]]:
    """The suboptions in the value of an option."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def _unchanged(result: Result) -> Result:
    return result


def main(definition: Definition) -> t.NoReturn:
    """The first front door: an ordinary module."""
    module = AnsibleModule(argument_spec=definition.argument_spec, supports_check_mode=True, **definition.rules)
    module.no_log_values.update(secrets_within(module.params))
    # Ansible would add owner and mode of 'dest' to the result here, and here only.
    module.add_path_info = _unchanged
    result = execute(
        definition, module.params, check_mode=module.check_mode, diff_mode=module._diff, run_dir=module.tmpdir
    )
    leave = module.fail_json if result.pop("failed", False) else module.exit_json
    leave(**result)
    raise AssertionError("leaving a module ends its process")
