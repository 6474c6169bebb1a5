# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Import: from an export document to objects, all of them or none."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from masking_simulator.errors import ApiError, refuse
from masking_simulator.model.hashing import own_digest
from masking_simulator.model.kinds import JOBS, KINDS
from masking_simulator.model.model import Change, missing_dependency
from masking_simulator.model.names import name_problem
from masking_simulator.model.objects import SOURCE_ENVIRONMENT, Content, Key, Obj
from masking_simulator.model.parts import outer_part
from masking_simulator.model.pointers import pointers
from masking_simulator.model.purpose import fits_purpose
from masking_simulator.model.types import BY_NAME, ObjectType, full_type
from masking_simulator.releases import parse_release
from masking_simulator.sync.conversion import converted
from masking_simulator.sync.crypto import PassphraseMissing, WrongPassphrase
from masking_simulator.sync.document import BadDocument, BadSignature, Bundle, Record, read_document
from masking_simulator.sync.listing import GLOBAL_IDENTIFIER

if TYPE_CHECKING:
    from masking_simulator.engine import Engine

Result = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How to import: the query parameters, the passphrase, and who does it."""

    force: bool
    environment: int | None
    source_environment: int | None
    passphrase: str | None
    user: str


class _Refused(Exception):
    """One object cannot be imported; `status` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class _Undone(Exception):
    """An import that went well is not to be kept."""


def check_environments(engine: Engine, options: Options) -> None:
    """Refuse a source environment that is the target environment."""
    if options.environment is not None and options.environment == options.source_environment:
        raise refuse(engine.switches.integer("environment_problem_status"), "same_environments")


def run_import(
    engine: Engine, document: Path, options: Options, committing: Callable[[list[Result]], None] = lambda results: None
) -> list[Result]:
    """Import a document and return the status of every object.

    `committing` is called inside the transaction, just before it is kept. Raises ApiError and
    leaves the engine as it was when anything is wrong.
    """
    with tempfile.TemporaryDirectory(dir=engine.store.documents, prefix="import-") as work:
        bundle = _open(engine, document, Path(work), options.passphrase)
        contents = {
            record.digest: engine.store.put_content(bundle.content(record))
            for record in bundle.records
            if record.digest
        }
        _check_scopes(engine, bundle, options)
        with engine.model.change() as change:
            results = _Importer(engine, options, change, contents).run(_records(engine, bundle))
            engine.listing.warm()
            committing(results)
    return results


def try_import(engine: Engine, document: Path, options: Options) -> None:
    """Raise what an import of a document would raise, and change nothing."""

    def undo(results: list[Result]) -> None:
        raise _Undone

    with contextlib.suppress(_Undone):
        run_import(engine, document, options, undo)


def _open(engine: Engine, document: Path, work: Path, passphrase: str | None) -> Bundle:
    status = engine.switches.integer("import_problem_status")
    try:
        bundle = read_document(document, work, passphrase)
    except BadDocument as error:
        raise refuse(400, "document_malformed", reason=error) from None
    except BadSignature:
        raise refuse(status, "bad_signature") from None
    except PassphraseMissing:
        raise refuse(status, "passphrase_missing") from None
    except WrongPassphrase:
        raise refuse(status, "passphrase_wrong") from None
    if parse_release(bundle.release).numbers > engine.release.numbers:
        raise refuse(status, "newer_release", theirs=bundle.release, ours=engine.release.text)
    return bundle


def _records(engine: Engine, bundle: Bundle) -> list[Record]:
    if engine.switches.text("old_expressions") == "refused":
        return bundle.records
    return [converted(record, engine.release) for record in bundle.records]


def _check_scopes(engine: Engine, bundle: Bundle, options: Options) -> None:
    """Environment ids: there when needed, and naming an environment of this engine."""
    status = engine.switches.integer("environment_problem_status")
    needs_target = needs_source = None
    asking = {"ENVIRONMENT"}
    if engine.switches.is_on("formats_need_environment"):
        asking |= {"FILE_FORMAT", "DATASET_FORMAT", "MOUNT_INFORMATION"}
    for record in bundle.records:
        type_ = BY_NAME.get(record.type)
        if type_ is None:
            continue
        if type_.scope == "environment" or type_.name in asking:
            needs_target = needs_target or record
        elif type_.scope == "source_environment":
            needs_source = needs_source or record
    if needs_target is not None and options.environment is None:
        raise refuse(status, "environment_missing", type=needs_target.type, name=needs_target.name)
    if needs_source is not None and options.source_environment is None:
        raise refuse(status, "source_environment_missing", type=needs_source.type, name=needs_source.name)
    superfluous = needs_source is None and options.source_environment is not None
    if superfluous and engine.switches.text("superfluous_source_environment") == "refused":
        raise refuse(status, "superfluous_environment")
    checked = engine.switches.text("environment_id_for_global") == "checked"
    for wanted, needed in ((options.environment, needs_target), (options.source_environment, needs_source)):
        if wanted is None or not (needed or checked):
            continue
        if engine.model.objects.by_id("environment", wanted) is None:
            raise refuse(status, "unknown_environment", identifier=wanted)


class _Importer:
    """Places the records of one bundle, in their order."""

    def __init__(self, engine: Engine, options: Options, change: Change, contents: dict[str, Content]) -> None:
        self._engine = engine
        self._model = engine.model
        self._switches = engine.switches
        self._options = options
        self._change = change
        self._contents = contents

    def run(self, records: list[Record]) -> list[Result]:
        """Place all records; raises ApiError at the first that cannot be."""
        results: list[Result] = []
        for position, record in enumerate(records):
            try:
                imported = self._place(record)
            except _Refused as refused:
                rows = self._aborted(records, position, results, refused.message)
                body = self._ordered(rows) if refused.status in (404, 409) else None
                raise ApiError(refused.status, refused.message, body) from None
            results.append(self._row(record, "SUCCESS", imported))
        return self._ordered(results)

    def _place(self, record: Record) -> dict[str, Any] | None:
        type_ = BY_NAME.get(record.type)
        if type_ is None or not type_.on(self._engine.release):
            raise self._refusal(
                self._switches.integer("import_problem_status"),
                "removed_feature",
                type=record.type,
                name=record.name,
                ours=self._engine.release.text,
            )
        if type_.name == "GLOBAL_OBJECT":
            return GLOBAL_IDENTIFIER
        if type_.name == "ENVIRONMENT":
            return {"id": self._options.environment}
        if not type_.carried:
            return self._check_reference(record, type_)
        return self._place_object(record, type_)

    def _check_reference(self, record: Record, type_: ObjectType) -> dict[str, Any] | None:
        target = self._model.named(Key(type_.kind, None, record.name))
        if target is None:
            raise self._refusal(404, "reference_missing", type=record.type, name=record.name)
        if self._model.hashes.fingerprint(target.key) != record.fingerprint:
            raise self._refusal(
                self._switches.integer("reference_differs_status"),
                "reference_differs",
                type=record.type,
                name=record.name,
            )
        if self._switches.text("reference_imported_identifier") == "omitted":
            return None
        return self._engine.listing.identifier(target, type_)

    def _place_object(self, record: Record, type_: ObjectType) -> dict[str, Any]:
        problem = name_problem(KINDS[type_.kind], record.name)
        if problem:
            raise self._refusal(
                self._switches.integer("import_problem_status"), "bad_name", name=record.name, reason=problem
            )
        key = Key(type_.kind, self._environment(type_), record.name)
        existing = self._model.named(key)
        obj = self._spelled(self._made(record, type_, key, existing))
        if existing is not None and not self._may_replace(existing, obj):
            return self._engine.listing.identifier(existing, type_)
        if type_.name == "KEY":
            obj = replace(obj, local={**obj.local, "synced": True})
        self._check_job(record, type_, obj)
        lacking = missing_dependency(self._model, obj)
        if lacking is not None:
            raise self._refusal(
                404,
                "dependency_missing",
                type=record.type,
                name=record.name,
                kind=KINDS[lacking.kind].title,
                other=lacking.name,
            )
        self._change.put(obj)
        return self._engine.listing.identifier(obj, type_)

    def _made(self, record: Record, type_: ObjectType, key: Key, existing: Obj | None) -> Obj:
        """What a record makes of a new object, or of the one that exists."""
        own_type = record.type if type_.scope != "source_environment" else full_type(type_.kind, self._engine.release)
        if existing is None:
            maker = self._options.user if self._switches.text("imported_by") == "user" else None
            local = {**self._engine.new_local(type_.kind, maker), **self._source(record)}
            content = self._content(record)
            return self._model.make(key, own_type, record.body, content=content, local=local, revision=record.revision)
        return replace(
            existing,
            type=own_type,
            revision=record.revision,
            body=self._body(existing, record),
            content=self._content(record),
            local={**existing.local, **self._source(record)},
        )

    def _spelled(self, obj: Obj) -> Obj:
        """An object that names others as this engine spells them, where names may differ by case alone."""
        here: dict[tuple[str, str], str] = {}
        for need in obj.needs:
            found = self._model.named(need.key)
            if found is not None and found.name != need.key.name:
                here[need.key.kind, need.key.name] = found.name
        if not here:
            return obj
        body = copy.deepcopy(obj.body)
        for pointer in pointers(KINDS[obj.kind], body):
            for name in list(pointer.names()):
                pointer.rename(name, here.get((pointer.kind, name), name))
        return replace(obj, body=body)

    def _may_replace(self, existing: Obj, obj: Obj) -> bool:
        """Whether an existing object is to be replaced; False when there is nothing to do."""
        identical = own_digest(existing) == own_digest(obj)
        force = self._options.force
        if obj.type == "KEY":
            if force:
                return True
            if identical and existing.local.get("synced"):
                return False
            raise self._refusal(409, "key_would_change")
        if identical and self._moves_source(existing, obj):
            return True
        if identical:
            if not force and self._switches.text("identical_without_force") == "fail":
                raise self._refusal(409, "would_overwrite", type=obj.type, name=obj.name)
            return False
        if existing.type != obj.type:
            raise self._refusal(
                409, "other_type", name=obj.name, existing=existing.type or "another kind", type=obj.type
            )
        if not force:
            raise self._refusal(409, "would_overwrite", type=obj.type, name=obj.name)
        return True

    def _check_job(self, record: Record, type_: ObjectType, obj: Obj) -> None:
        """Refuse a job that its environment is not for, or that runs, where a switch says so."""
        if type_.kind not in JOBS:
            return
        environment = self._model.objects.by_id("environment", self._options.environment or 0)
        refused = self._switches.text("purpose_mismatch") == "refused"
        if refused and environment is not None and not fits_purpose(type_.kind, environment):
            status = self._switches.integer("import_problem_status")
            raise self._refusal(
                status, "purpose_differs", type=record.type, name=record.name, environment=environment.name
            )
        if self._switches.text("overwrite_running_job") == "refused" and self._engine.executions.runs(obj.id):
            raise self._refusal(409, "job_runs", kind=KINDS[type_.kind].title, name=record.name)

    def _source(self, record: Record) -> dict[str, Any]:
        """Where an on-the-fly job reads on this engine: in the source environment of the import."""
        if "onTheFlyMaskingSource" not in record.body:
            return {}
        return {SOURCE_ENVIRONMENT: self._options.source_environment}

    def _moves_source(self, existing: Obj, obj: Obj) -> bool:
        """Whether an identical on-the-fly job is to read in another environment from now on."""
        moved = existing.local.get(SOURCE_ENVIRONMENT) != obj.local.get(SOURCE_ENVIRONMENT)
        return moved and self._switches.text("identical_job_source") == "repointed"

    def _body(self, existing: Obj, record: Record) -> dict[str, Any]:
        """What an overwritten object says: what the bundle says, and perhaps the parts that only the engine has."""
        found = outer_part(KINDS[existing.kind])
        if found is None or self._switches.text("ruleset_overwrite") == "replaced":
            return record.body
        field, part = found
        inside = outer_part(part)
        merged = {**existing.body.get(field, {}), **record.body.get(field, {})}
        if inside is not None:
            for name, said in merged.items():
                kept = existing.body.get(field, {}).get(name, {}).get(inside[0], {})
                merged[name] = {**said, inside[0]: {**kept, **said.get(inside[0], {})}}
        return {**record.body, field: merged}

    def _content(self, record: Record) -> Content | None:
        return self._contents[record.digest] if record.digest else None

    def _environment(self, type_: ObjectType) -> int | None:
        if type_.scope == "environment":
            return self._options.environment
        return self._options.source_environment if type_.scope == "source_environment" else None

    def _aborted(self, records: list[Record], position: int, done: list[Result], message: str) -> list[Result]:
        undone = self._switches.text("rolled_back_status")
        later = self._switches.text("unattempted_status")
        rows = [{**row, "importStatus": undone} for row in done]
        rows.append({**self._row(records[position], "FAILED", None), "failureMessage": message})
        if later != "omitted":
            rows += [self._row(record, later, None) for record in records[position + 1 :]]
        if undone != "SUCCESS":
            for row in rows:
                row.pop("importedObjectIdentifier", None)
        return rows

    def _ordered(self, rows: list[Result]) -> list[Result]:
        if self._switches.text("result_order") == "dependency":
            return rows
        return sorted(
            rows, key=lambda row: hashlib.md5(repr(row["objectIdentifier"]).encode(), usedforsecurity=False).digest()
        )

    @staticmethod
    def _row(record: Record, status: str, imported: dict[str, Any] | None) -> Result:
        row: Result = {"objectIdentifier": record.identifier}
        if imported is not None:
            row["importedObjectIdentifier"] = imported
        row.update(objectType=record.type, importStatus=status)
        return row

    @staticmethod
    def _refusal(status: int, text: str, **values: object) -> _Refused:
        return _Refused(status, refuse(status, text, **values).message)
