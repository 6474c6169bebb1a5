# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of an engine by name, and the connectors that one is to run on. Private to this collection."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._connectors import (
    CONNECTOR_TYPES,
    Connectors,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import OptionError
from ansible_collections.maskops.delphix.plugins.module_utils._inside import Inside
from ansible_collections.maskops.delphix.plugins.module_utils._places import kind_of

# What users call the kinds of jobs, and their object types.
JOB_TYPES: t.Final = {
    "masking": "MASKING_JOB",
    "profile": "PROFILE_JOB",
    "tokenization": "TOKENIZATION_JOB",
    "reidentification": "REIDENTIFICATION_JOB",
}
_WORDS = {type_name: word for word, type_name in JOB_TYPES.items()}


class Job(t.NamedTuple):
    """A job: its kind as users call it, its environment, its name, its number and the engine's row."""

    type: str
    environment: str
    name: str
    id: int
    row: Row

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.type} job {self.name} in {self.environment}"

    def to_result(self) -> Row:
        """As result keys."""
        return {"environment": self.environment, "name": self.name, "type": self.type}


@dataclasses.dataclass(frozen=True)
class Tenancy:
    """Connectors for one run of a multi-tenant job, by name; their environment is the job's unless given."""

    target: str | None = None
    target_environment: str | None = None
    source: str | None = None
    source_environment: str | None = None


def find_job(engine: Engine, environment: str, name: str, type_word: str | None = None) -> Job:
    """A job by name; its kind may be left out where the name is unique in the environment.

    Raises NotFoundError, AmbiguousError naming the kinds.
    """
    types = JOB_TYPES if type_word is None else {type_word: JOB_TYPES[type_word]}
    found = Inside(engine).find(types, environment, name, "job")
    return Job(_WORDS[found.type], environment, found.name, found.id, found.row)


def run_fields(engine: Engine, job: Job, tenancy: Tenancy) -> Row:
    """What a request to run the job says of its connectors: nothing, unless it is multi-tenant.

    A multi-tenant job is told its target in every run, and its source when it is on-the-fly
    and has none of its own (documented). Raises OptionError, NotFoundError, AmbiguousError.
    """
    multi_tenant = bool(job.row.get("multiTenant"))
    takes_source = multi_tenant and bool(job.row.get("onTheFlyMasking"))
    needs_source = takes_source and not job.row.get("onTheFlyMaskingSource")
    _check(engine, job, "target_connector", tenancy.target, takes=multi_tenant, needs=multi_tenant)
    _check(engine, job, "source_connector", tenancy.source, takes=takes_source, needs=needs_source)
    connectors = Connectors(engine)
    kind = kind_of(job.row.get("rulesetType"), "CONNECTOR")
    word = next((word for word, type_name in CONNECTOR_TYPES.items() if type_name == kind), None)
    fields: Row = {}
    if tenancy.target:
        where = tenancy.target_environment or job.environment
        fields["targetConnectorId"] = connectors.find(where, tenancy.target, word).id
    if tenancy.source:
        where = tenancy.source_environment or job.environment
        fields["sourceConnectorId"] = connectors.find(where, tenancy.source, word).id
    return fields


def _check(engine: Engine, job: Job, option: str, given: str | None, *, takes: bool, needs: bool) -> None:
    """Refuse a connector where the job takes none, and none where it needs one."""
    if needs and not given:
        raise OptionError(
            f"{job.label} is multi-tenant, and '{option}' is missing", engine=engine.name, subject=job.label
        )
    if given and not takes:
        why = "is not multi-tenant" if option == "target_connector" else "is not multi-tenant and on-the-fly"
        raise OptionError(
            f"{job.label} {why}, so it has connectors of its own",
            engine=engine.name,
            subject=job.label,
            hint=f"Leave '{option}' out.",
        )
