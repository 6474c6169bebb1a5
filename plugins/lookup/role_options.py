# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: role_options
short_description: Options of modules from the variables of a role
version_added: 0.1.0
description:
  - Gives the options of M(maskops.delphix.masking_sync) that are set by variables of a role. An option is set by the
    variable that has the name of the role in front, such as C(job_sync_overwrite) for O(ignore:overwrite).
  - Options for reaching the target are also set by the C(masking_engine_*) variables of the host, and those for
    reaching the source by the C(masking_engine_*) variables of the host that the variable C(*_source) of the role
    names.
  - All roles that sync use it. What is set by no variable is left out, and so falls back to environment variables and
    defaults.
options:
  _terms:
    description:
      - Name of the role.
      - V(target) for the options that tell how to reach the target, V(source) for those of the source, V(sync) for all
        others too but those of the target.
    type: list
    elements: str
    required: true
author:
  - maskops.delphix contributors (@maskops)
"""

EXAMPLES = r"""
- name: List what an engine holds that is reached by variables
  maskops.delphix.masking_syncable_objects:
  module_defaults:
    group/maskops.delphix.engine: "{{ lookup('maskops.delphix.role_options', 'nightly', 'target') }}"
"""

RETURN = r"""
_value:
  description: Options by name.
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.maskops.delphix.plugins.module_utils._options import (
    SOURCE,
    connection_spec,
    source_spec,
)
from ansible_collections.maskops.delphix.plugins.modules import masking_sync

_ENGINE = "masking_engine_"
_KINDS: dict[str, t.Callable[[], t.Collection[str]]] = {
    "target": connection_spec,
    "source": source_spec,
    "sync": lambda: masking_sync.DEFINITION.argument_spec.keys() - connection_spec().keys(),
}


class LookupModule(LookupBase):
    """Looks for variables, and templates those that it finds."""

    def run(
        self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        """One dictionary of options. Raises AnsibleLookupError."""
        if kwargs or len(terms) != 2 or terms[1] not in _KINDS:
            raise AnsibleLookupError(f"role_options takes a role and one of {', '.join(_KINDS)}")
        role, kind = terms
        known = variables or {}
        source = self._value(known, f"{role}_source")
        hosts = known.get("hostvars") or {}
        of_source = hosts[source[0]] if source and source[0] and source[0] in hosts else {}
        options = {}
        for name in _KINDS[kind]():
            found = self._value(known, f"{role}_{name}")
            if not found and name in connection_spec():
                found = self._value(known, _ENGINE + name)
            if not found and name in source_spec():
                found = self._value(of_source, _ENGINE + name.removeprefix(SOURCE))
            if found:
                options[name] = found[0]
        return [options]

    def _value(self, variables: t.Mapping[str, t.Any], name: str) -> list[t.Any]:
        """The value of a variable in a list, which is empty when it is not set or omitted."""
        if name not in variables:
            return []
        return t.cast("list[t.Any]", self._templar.template([variables[name]]))
