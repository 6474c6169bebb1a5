# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every message that the engine API answers with, and where its wording comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["vendor-client", "invented"]


@dataclass(frozen=True)
class Text:
    """A message template and its source.

    `vendor-client`: real clients depend on these words;
    `invented`: nobody must depend on them.
    """

    wording: str
    source: Source


def _invented(wording: str) -> Text:
    return Text(wording, "invented")


TEXTS: dict[str, Text] = {
    # login and roles
    "token_expired": Text("Provided Authentication has expired. Please log in again.", "vendor-client"),
    "token_invalid": Text("Invalid authorization, check to make sure it has not expired.", "vendor-client"),
    "login_failed": _invented("Login failed. Check the user name and the password."),
    "login_malformed": _invented("Login failed. A user name and a password are required."),
    "login_locked": _invented("User '{user}' is locked."),
    "not_administrator": _invented("Only an administrator may do this."),
    # users
    "user_exists": Text("User already exists", "vendor-client"),
    "bad_password": _invented("The password is not allowed: {reason}"),
    "administrator_kept": _invented("User '{name}' is an administrator and cannot be deleted"),
    "last_administrator": _invented("User '{name}' is the last administrator"),
    # requests in general
    "page_out_of_range": Text(
        "Page number {page} is outside of the acceptable range. The last page is {last}", "vendor-client"
    ),
    "page_size_too_large": _invented("Page size [{size}] is larger than the maximum [{maximum}]"),
    "bad_parameter": _invented("Parameter '{name}': {reason}"),
    "missing_parameter": _invented("Parameter '{name}' is required"),
    "bad_json": _invented("The request body is not valid JSON"),
    "bad_body": _invented("The request body is not acceptable: {reason}"),
    "no_such_path": _invented("No such resource"),
    "method_not_allowed": _invented("Method not allowed"),
    "unknown_api_version": _invented("API version {version} is not available on this engine"),
    # connectors and executions
    "connection_succeeded": Text("Connection Succeeded", "vendor-client"),
    "connection_failed": Text("Connection Failed: {reason}", "vendor-client"),
    "execution_ended": _invented("The execution has ended: {state}"),
    "other_status": _invented("The execution is {state}, not {expected}"),
    "job_busy": _invented("The job {job} is running already"),
    "engine_full": _invented("There is no room for another job"),
    "unexpected": _invented("An unexpected error occurred"),
    # objects
    "not_found": _invented("No {kind} with identifier '{identifier}'"),
    "already_exists": _invented("A {kind} named '{name}' already exists"),
    "in_use": _invented("The {kind} '{name}' is in use by the {user_kind} '{user_name}'"),
    "immutable": Text("Cannot update '{field}' field", "vendor-client"),
    "bad_name": _invented("The name '{name}' is not allowed: {reason}"),
    "unknown_reference": _invented("Field '{field}': no {kind} '{value}'"),
    "built_in": _invented("The {kind} '{name}' is built in and cannot be deleted"),
    "wrong_purpose": _invented("A {kind} does not fit the purpose of the environment '{name}'"),
    "other_environment": _invented("The {kind} '{name}' cannot move to another environment"),
    "source_missing": _invented("An on-the-fly job needs the field 'onTheFlyMaskingSource'"),
    "two_secrets": _invented("Only one of 'password' and 'sshKey' may be given"),
    "job_runs": _invented("The {kind} '{name}' is running"),
    "algorithm_without_domain": _invented("A field with an algorithm needs a domain"),
    "not_cancellable": _invented("The task cannot be cancelled"),
    "file_part_missing": _invented("The multipart part 'file' is required"),
    # export
    "unknown_type": _invented("Object type '{type}' is not supported on this engine"),
    "reference_only": _invented("Objects of type {type} cannot be exported on request"),
    "not_requestable": _invented("Objects of type {type} cannot be exported on this engine"),
    "bad_identifier": _invented("The identifier {identifier} does not fit an object of type {type}"),
    "no_such_object": _invented("No {type} with identifier {identifier}"),
    "not_syncable": _invented("{type} {identifier} cannot be exported. {reason}"),
    "same_name": _invented("The export holds more than one object named '{name}'"),
    "dependency_loop": _invented("The export has a circular dependency: {path}"),
    "stale_hash": _invented("The revision of {type} {identifier} has changed"),
    "export_too_long": _invented("The export took longer than {seconds} seconds. Use an asynchronous export"),
    "reason_mapping": _invented("algorithm '{name}' is a mapping algorithm, which cannot be synchronised"),
    "reason_no_type": _invented("{kind} '{name}' is of a kind that cannot be synchronised on this release"),
    # import
    "same_environments": Text("Source environment cannot be the same as environment", "vendor-client"),
    "environment_missing": _invented("environment_id is required to import {type} '{name}'"),
    "source_environment_missing": _invented("source_environment_id is required to import {type} '{name}'"),
    "unknown_environment": _invented("No environment with identifier '{identifier}'"),
    "document_malformed": _invented("The export document cannot be read: {reason}"),
    "bad_signature": _invented("The export document has been changed: its signature does not match"),
    "passphrase_missing": _invented("The export document is encrypted and needs its passphrase"),
    "passphrase_wrong": _invented("The export document cannot be decrypted with this passphrase"),
    "newer_release": _invented("The export document was made by release {theirs}, which is newer than {ours}"),
    "removed_feature": _invented("{type} '{name}' is not supported on release {ours}"),
    "would_overwrite": _invented("{type} '{name}' already exists and would be changed"),
    "key_would_change": _invented("The encryption key already exists and would be replaced"),
    "reference_missing": _invented("{type} '{name}' does not exist on this engine"),
    "reference_differs": _invented("{type} '{name}' is not in sync with this engine"),
    "purpose_differs": _invented("{type} '{name}' does not fit the purpose of the environment '{environment}'"),
    "superfluous_environment": _invented("source_environment_id is given, but nothing needs it"),
    "dependency_missing": _invented("{type} '{name}' needs {kind} '{other}', which is not on this engine"),
    "other_type": _invented("'{name}' exists on this engine as {existing}, not as {type}"),
    # concurrency, tasks, downloads
    "busy": _invented("The operation cannot run while {what} is running"),
    "no_such_download": _invented("No file with reference '{reference}'"),
    "download_not_ready": _invented("The file with reference '{reference}' is not ready"),
}
