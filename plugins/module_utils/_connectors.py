# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connectors of an engine: find, test, give a credential. Private to this collection.

An engine never shows a stored secret; only its own test tells whether one works.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    ApiError,
    NotFoundError,
    OptionError,
    UnexpectedAnswerError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._inside import Found, Inside
from ansible_collections.maskops.delphix.plugins.module_utils._transport import (
    Answer,
    refusal,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import object_type
from ansible_collections.maskops.delphix.plugins.module_utils._versions import (
    credential_path_lists,
)

# What users call the families, and their object types.
CONNECTOR_TYPES: t.Final = {
    "database": "DATABASE_CONNECTOR",
    "file": "FILE_CONNECTOR",
    "mainframe_dataset": "DATASET_CONNECTOR",
}
_WORDS = {type_name: word for word, type_name in CONNECTOR_TYPES.items()}
# Texts of the engine's test, seen in clients: it answers 200 in both cases.
_SUCCEEDED, _FAILED = "connection succeeded", "connection failed"
# Inferred from the names of the addresses.
_PATH_IDS = ("credentialPathId", "credentialId")
_PATH_NAMES = ("credentialPathName", "credentialName", "name")


class Connector(t.NamedTuple):
    """A connector: its family as users call it, its environment, its name, its number and the engine's row."""

    type: str
    environment: str
    name: str
    id: int
    row: Row

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.type} connector {self.name} in {self.environment}"

    @property
    def path(self) -> str:
        """Its address below the API root."""
        return f"{object_type(CONNECTOR_TYPES[self.type]).list_path}/{self.id}"


class Verdict(t.NamedTuple):
    """What the engine's test said of a connector, and in which words."""

    ok: bool
    words: str


@dataclasses.dataclass(frozen=True)
class Credential:
    """What to give to a connector: one of ``password``, ``ssh_key``, ``credential_path`` (its number).

    ``ssh_key`` is the name of a key that the engine holds (documented).
    """

    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    ssh_key: str | None = dataclasses.field(default=None, repr=False)
    credential_path: int | None = None


class Connectors:
    """Connectors of one engine. Each list is read once, when it is first needed.

    With ``whole`` lists are read for all environments at once, which is less work when
    connectors of several environments are wanted.
    """

    def __init__(self, engine: Engine, *, whole: bool = False) -> None:
        self.engine = engine
        self._inside = Inside(engine, whole=whole)

    def find(self, environment: str, name: str, type_word: str | None = None) -> Connector:
        """A connector by name; its family may be left out where the name is unique.

        Raises NotFoundError, AmbiguousError.
        """
        types = CONNECTOR_TYPES if type_word is None else {type_word: CONNECTOR_TYPES[type_word]}
        return _connector(environment, self._inside.find(types, environment, name, "connector"))

    def inside(self, environment: str) -> list[Connector]:
        """All connectors of an environment. Raises NotFoundError."""
        return [
            _connector(environment, found)
            for type_name in CONNECTOR_TYPES.values()
            for found in self._inside.of(type_name, environment)
        ]

    def test(self, connector: Connector, candidate: Row | None = None) -> Verdict:
        """What the engine's own test says: of the stored credential, or of a row that holds another one.

        Never sent again when its answer is lost, as databases lock accounts. A refusal for
        another reason than the connection counts as a test that failed. Raises ApiError when
        the connector is gone, UnexpectedAnswerError, AnswerLostError, NotPermittedError.
        """
        # With a body, as clients in the field send it; they report that engines want one. Without
        # a secret in it the stored one is used (documented).
        body = _without_password(connector.row) if candidate is None else candidate
        answer = self.engine.session.request("POST", f"{connector.path}/test", json_body=body)
        if answer.status in (404, 429):
            raise self._refused(answer, "the test", connector)
        if not answer.ok:
            return Verdict(False, answer.error_text() or f"the test was refused with HTTP {answer.status}")
        said = answer.json()
        words = said.get("response") if isinstance(said, dict) else None
        if not isinstance(words, str):
            raise UnexpectedAnswerError(
                "the answer to the test of a connector holds no verdict",
                engine=self.engine.name,
                subject=connector.label,
            )
        return Verdict(_SUCCEEDED in words.lower() and _FAILED not in words.lower(), words)

    def read(self, connector: Connector) -> Connector:
        """The connector as the engine shows it now. Raises ApiError."""
        answer = self.engine.session.request("GET", connector.path)
        if not answer.ok:
            raise self._refused(answer, "reading it", connector)
        row = answer.json()
        if not isinstance(row, dict):
            raise UnexpectedAnswerError(
                "the answer is not a connector", engine=self.engine.name, subject=connector.label
            )
        return connector._replace(row=_without_password(row))

    def save(self, connector: Connector, row: Row) -> None:
        """Replace the connector as a whole. Raises ApiError, AnswerLostError."""
        answer = self.engine.session.request("PUT", connector.path, json_body=row)
        if not answer.ok:
            raise self._refused(answer, "saving it", connector)

    def credential_path(self, label: str) -> int:
        """The number of a vault's credential path, by its name or, failing that, by the number itself.

        Raises NotFoundError, AmbiguousError.
        """
        found = {
            number
            for row in self._credential_paths()
            if _first(row, _PATH_NAMES) == label
            if isinstance(number := _first(row, _PATH_IDS), int)
        }
        if len(found) > 1:
            raise AmbiguousError(
                f"it has more than one credential path named {label}",
                engine=self.engine.name,
                subject=label,
                hint="Give the number of the credential path.",
            )
        if found:
            return found.pop()
        if label.isdecimal():
            return int(label)
        raise NotFoundError(f"it has no credential path named {label}", engine=self.engine.name, subject=label)

    def _credential_paths(self) -> list[Row]:
        """Credential paths; none on an engine without vaults."""
        for path in credential_path_lists(self.engine.release):
            rows = self.engine.list_if_there(path)
            if rows is not None:
                return rows
        return []

    def _refused(self, answer: Answer, what: str, connector: Connector) -> ApiError:
        error = refusal(answer, what)
        error.subject = connector.label
        return error


def with_credential(connector: Connector, credential: Credential) -> Row:
    """The connector's row with another credential in place of the one it has.

    Raises OptionError for a kind of credential that this family of connectors does not have.
    """
    row = dict(connector.row)
    if connector.type == "database":
        return _database_row(connector, row, credential)
    if credential.credential_path is not None:
        raise OptionError(
            f"{connector.label} cannot use a credential path",
            subject=connector.label,
            hint="Only database connectors are known to have one.",
        )
    info = dict(row.get("connectionInfo") or {})
    if credential.username is not None:
        info["loginName"] = credential.username
    # Password and key exclude each other (documented).
    if credential.password is not None:
        info.pop("sshKey", None)
        info["password"] = credential.password
    if credential.ssh_key is not None:
        info["sshKey"] = credential.ssh_key
    return {**row, "connectionInfo": info}


def _database_row(connector: Connector, row: Row, credential: Credential) -> Row:
    if credential.ssh_key is not None:
        raise OptionError(
            f"{connector.label} cannot use an SSH key", subject=connector.label, hint="Give 'password' instead."
        )
    if credential.username is not None:
        row["username"] = credential.username
    if credential.password is not None:
        row["password"] = credential.password
        if row.pop("credentialPathId", None) is not None or row.get("passwordVaultAuth"):
            row["passwordVaultAuth"] = False
    if credential.credential_path is not None:
        row.update(passwordVaultAuth=True, credentialPathId=credential.credential_path)
    return row


def _without_password(row: Row) -> Row:
    """A row that keeps the stored password when it is sent: an engine might show it as asterisks."""
    kept = {key: value for key, value in row.items() if key != "password"}
    info = kept.get("connectionInfo")
    if isinstance(info, dict):
        kept["connectionInfo"] = {key: value for key, value in info.items() if key != "password"}
    return kept


def _connector(environment: str, found: Found) -> Connector:
    return Connector(_WORDS[found.type], environment, found.name, found.id, _without_password(found.row))


def _first(row: Row, names: t.Sequence[str]) -> t.Any:
    return next((row[name] for name in names if name in row), None)
