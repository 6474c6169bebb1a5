# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the public contract leaves open, as named switches with a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Switch:
    """One open point of the contract.

    `choices` lists the allowed values; when it is empty the value is a number of the
    type of `default`, at least 0.
    """

    name: str
    default: str | int | float
    choices: tuple[str | int, ...]
    meaning: str


SWITCHES: tuple[Switch, ...] = (
    # answers in general
    Switch("post_success_status", 200, (200, 201), "Status of a successful POST (documented 201, clients see 200)."),
    Switch("download_status", 200, (200, 201), "Status of a successful file download (documented 201)."),
    Switch("purge_status", 200, (200, 204), "Status of DELETE on the asynchronous export and import endpoints."),
    Switch("logout_status", 204, (200, 204), "Status of a successful logout (documented 204)."),
    Switch(
        "forbidden_status",
        "by_release",
        ("by_release", "401", "403"),
        "Status for who is no administrator: by_release is 401, but 403 outside the sync endpoints from API 5.1.42 on.",
    ),
    Switch("unknown_version_status", 404, (400, 404), "Status for a pinned API version that the engine lacks."),
    Switch("system_information_auth", "required", ("required", "none"), "Whether system information needs a token."),
    # paging
    Switch("default_page_size", 100, (), "Items on a page when page_size is not given."),
    Switch("max_page_size", 0, (), "Largest page_size; 0 is no limit."),
    Switch("max_page_size_policy", "clamp", ("clamp", "refuse"), "What happens to a page_size above the limit."),
    Switch("page_range_status", 400, (400, 404), "Status for a page past the last one."),
    # sessions
    Switch("token_seconds", 1800, (), "Life of a token in seconds."),
    Switch("token_sliding", "yes", ("yes", "no"), "Whether using a token extends its life."),
    Switch("lockout_attempts", 3, (), "Bad passwords that lock a user; 0 never locks."),
    Switch("lockout_seconds", 82800, (), "How long a locked user stays locked (documented 23 hours)."),
    Switch(
        "delete_administrator",
        "refused",
        ("refused", "allowed"),
        "Deletion of an administrator, whom clients turn into an ordinary user first; the last one always stays.",
    ),
    # identifiers and listing
    Switch(
        "identifier_shape",
        "string",
        ("string", "integer"),
        "Identifier of engine-wide types whose shape is not documented: their name or their number.",
    ),
    Switch(
        "list_order",
        "mixed",
        ("mixed", "name"),
        "Order of the syncable objects: stable but different on every engine, or by type and name.",
    ),
    Switch("reference_hash", "same", ("same", "own"), "Whether a reference carries the hash of what it points at."),
    Switch(
        "mapping_algorithms",
        "not_syncable",
        ("not_syncable", "syncable"),
        "Whether mapping algorithms of the new framework (6.0.12 on) are syncable.",
    ),
    Switch(
        "connector_hash",
        "same",
        ("same", "own"),
        "Whether a connector, and what is built on it, has the same hash after an import, or one of its engine's own.",
    ),
    Switch(
        "credential_save",
        "keeps_hash",
        ("keeps_hash", "moves_hash"),
        "Saving a connector with nothing new but its credentials, or nothing at all: no new revision, or one.",
    ),
    Switch(
        "vault_reference",
        "by_release",
        ("by_release", "carried", "local"),
        "The vault and credential path of a connector: part of it in exports and hashes, or kept like a password; "
        "by_release is carried from API 5.1.42 on.",
    ),
    Switch(
        "repointed_job",
        "moves_hash",
        ("moves_hash", "keeps_hash"),
        "Saving an on-the-fly job with nothing new but the environment it reads in, which is not part of its hash.",
    ),
    Switch(
        "unsyncable_in_environment",
        "refused",
        ("refused", "left_out"),
        "An environment that holds something not syncable: not syncable either, or exported without it.",
    ),
    Switch(
        "mainframe_connector_id",
        "mainframeDatasetConnectorId",
        ("mainframeDatasetConnectorId", "mainframe-datasetConnectorId"),
        "Field with the number of a mainframe data set connector; both spellings are seen.",
    ),
    Switch(
        "imported_by",
        "user",
        ("user", "system"),
        "Who made an object that an import has made, where lists tell it.",
    ),
    Switch("name_case", "sensitive", ("sensitive", "insensitive"), "Whether names differ by case alone."),
    # export
    Switch(
        "export_problem_status",
        400,
        (400, 404, 409),
        "Status for a duplicate name, a dependency loop, a reference-only or a not syncable object.",
    ),
    Switch(
        "same_name_scope",
        "family",
        ("family", "kind", "side", "all"),
        "What must not share a name in one export: objects of a family (connectors, jobs, ...), of a kind, "
        "of a kind but for the source connectors of jobs, or all.",
    ),
    Switch(
        "same_connector_twice",
        "allowed",
        ("allowed", "refused"),
        "An export with one connector as the source of one job and, in full, as the target of another.",
    ),
    Switch(
        "new_types_requestable",
        "yes",
        ("yes", "no"),
        "Whether the types first seen in API 5.1.42 (vaults, credential paths, licence) can be exported.",
    ),
    Switch("stale_hash", "ignored", ("ignored", "refused"), "A revisionHash in an export request that is out of date."),
    Switch("export_limit_seconds", 180, (), "Longest synchronous export (documented 3 minutes)."),
    Switch("export_limit_status", 400, (400, 409), "Status of a synchronous export that took too long."),
    Switch(
        "encryption",
        "by_release",
        ("by_release", "3des", "aes"),
        "Cipher for a passphrase; by_release is 3DES up to 6.0.1 (documented) and AES after.",
    ),
    Switch("structure_default", "BLOB", ("BLOB", "ZIP"), "Structure of an asynchronous export that names none."),
    # import
    Switch(
        "import_problem_status",
        400,
        (400, 409),
        "Status for a bad signature or passphrase, a newer bundle, or a name that is not allowed.",
    ),
    Switch(
        "environment_problem_status",
        400,
        (400, 404),
        "Status for a missing or unknown environment and for source equal to target.",
    ),
    Switch(
        "environment_id_for_global",
        "checked",
        ("checked", "ignored"),
        "Whether environment_id is looked at when the bundle holds nothing that needs it.",
    ),
    Switch(
        "superfluous_source_environment",
        "accepted",
        ("accepted", "refused"),
        "source_environment_id for a bundle without on-the-fly jobs (clients send it always).",
    ),
    Switch(
        "formats_need_environment",
        "no",
        ("no", "yes"),
        "Whether file formats, data set formats and mounts ask for an environment_id, though they are engine-wide.",
    ),
    Switch(
        "purpose_mismatch",
        "accepted",
        ("accepted", "refused"),
        "Import of a job into an environment of the other purpose.",
    ),
    Switch(
        "ruleset_overwrite",
        "replaced",
        ("replaced", "merged"),
        "Tables, files and columns that an overwritten ruleset or format has and the bundle has not: gone or kept.",
    ),
    Switch(
        "identical_job_source",
        "left",
        ("left", "repointed"),
        "An unchanged on-the-fly job imported with another source environment: reads where it did, or there.",
    ),
    Switch("reference_differs_status", 409, (404, 409), "Status when a referenced object differs on the target."),
    Switch(
        "identical_without_force",
        "success",
        ("success", "fail"),
        "Import of an identical object with force_overwrite=false.",
    ),
    Switch(
        "rolled_back_status",
        "SKIPPED",
        ("SKIPPED", "FAILED", "SUCCESS"),
        "importStatus of objects that were undone because a later one failed.",
    ),
    Switch(
        "unattempted_status",
        "SKIPPED",
        ("SKIPPED", "FAILED", "omitted"),
        "importStatus of objects after the one that failed.",
    ),
    Switch(
        "reference_imported_identifier", "present", ("present", "omitted"), "importedObjectIdentifier of references."
    ),
    Switch(
        "old_expressions",
        "refused",
        ("refused", "converted"),
        "Profile expressions of an older bundle from API 5.1.42 on: refused, or made classifiers of the same names.",
    ),
    Switch("result_order", "mixed", ("mixed", "dependency"), "Order of the import statuses."),
    Switch(
        "failed_import_document",
        "kept",
        ("kept", "missing"),
        "Whether a failed asynchronous import leaves a status document.",
    ),
    # tasks and concurrency
    Switch(
        "refuse_import",
        "task",
        ("task", "submit"),
        "Where an asynchronous import reports what is wrong with its bundle: in the task or at once.",
    ),
    Switch("concurrency_status", 409, (400, 409), "Status of a refused concurrent operation that makes a task."),
    Switch(
        "synchronous_concurrency_status",
        400,
        (400, 409),
        "Status of a refused concurrent /export or /import, which document no conflict of this kind.",
    ),
    Switch(
        "concurrency_refusal",
        "submit",
        ("submit", "task"),
        "Whether an asynchronous operation is refused at once or its task fails.",
    ),
    Switch(
        "overwrite_running_job",
        "accepted",
        ("accepted", "refused"),
        "Import that changes a job while that job runs, from 20.0.0.0 on.",
    ),
    Switch("import_while_jobs_run", "allowed", ("allowed", "refused"), "Import during a job from 20.0.0.0 on."),
    Switch("task_wait_seconds", 0.02, (), "Time a task stays WAITING."),
    Switch("task_run_seconds", 0.02, (), "Time a task stays RUNNING before its work begins."),
    Switch("unfinished_download_status", 404, (400, 404), "Download of a document that is not ready."),
    Switch("purge_removes_tasks", "no", ("yes", "no"), "Whether a purge also forgets the finished tasks."),
    # jobs and connectors
    Switch("job_seconds", 0.5, (), "Time that a job runs."),
    Switch("execution_wait_seconds", 0.0, (), "Time that an execution stays WAITING before it runs, from 6.0.5 on."),
    Switch("cancel_seconds", 0.0, (), "Time that a running execution goes on after it was cancelled."),
    Switch(
        "engine_cores",
        8,
        (),
        "Cores of the engine: one fewer are the jobs at once when the setting NumSimulJobsAllowed is 0.",
    ),
    Switch(
        "engine_memory_mb",
        32768,
        (),
        "Memory of the engine: three quarters less 6 GB are for jobs when the setting MaximumMemoryForJobs is 0.",
    ),
    Switch(
        "jobs_above_limit",
        "run",
        ("run", "refused"),
        "Before 6.0.5, which has no queue: a job that is one too many runs all the same, or is refused.",
    ),
    Switch(
        "job_runs_already",
        "refused",
        ("refused", "allowed"),
        "Start of a job that runs already; a multi-tenant job may run on several connectors.",
    ),
    Switch(
        "unmasked_data",
        "no",
        ("no", "yes"),
        "Whether jobs meet data that an algorithm cannot mask, which leaves events.",
    ),
    Switch(
        "unknown_hosts",
        "reachable",
        ("reachable", "unreachable"),
        "A connector to a host of which no account is known: any password is good, or none.",
    ),
    Switch(
        "mounts_must_be_connected",
        "no",
        ("no", "yes"),
        "Whether a connector on a mount works only while the mount is connected.",
    ),
)

_BY_NAME = {switch.name: switch for switch in SWITCHES}


class Switches:
    """The values of all switches of one engine."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, str | int | float] = {switch.name: switch.default for switch in SWITCHES}
        for name, value in (values or {}).items():
            self.set(name, value)

    def set(self, name: str, value: Any) -> None:
        """Set a switch from a value or its text; raises ValueError for a bad name or value."""
        switch = _BY_NAME.get(name)
        if switch is None:
            raise ValueError(f"no switch named {name!r}")
        kind = type(switch.default)
        try:
            typed = kind(value)
        except (TypeError, ValueError):
            raise ValueError(f"switch {name}: {value!r} is not a {kind.__name__}") from None
        if switch.choices and typed not in switch.choices:
            raise ValueError(f"switch {name}: {value!r} is not one of {', '.join(map(str, switch.choices))}")
        if not switch.choices and not typed >= 0:  # type: ignore[operator]
            raise ValueError(f"switch {name}: {value!r} is negative")
        self._values[name] = typed

    def text(self, name: str) -> str:
        """The value of a switch that is a word."""
        return str(self._values[name])

    def number(self, name: str) -> float:
        """The value of a switch that is a number."""
        return float(self._values[name])

    def integer(self, name: str) -> int:
        """The value of a switch that is a whole number, such as a status."""
        return int(self._values[name])

    def is_on(self, name: str) -> bool:
        """Whether a yes/no switch says yes."""
        return self._values[name] == "yes"

    def as_dict(self) -> dict[str, str | int | float]:
        """All values by name."""
        return dict(self._values)
