# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bundle files compared with engines: what an export or import of one would change. Private to this collection."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._api import Engine, Row
from ansible_collections.maskops.delphix.plugins.module_utils._bundle import (
    Bundle,
    intact,
    object_set,
    read_bundle,
)
from ansible_collections.maskops.delphix.plugins.module_utils._catalog import (
    Catalog,
    ObjectKey,
    SyncableObject,
    read_catalog,
)
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    AmbiguousError,
    BundleError,
    FileError,
    NotFoundError,
    OptionError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._selection import (
    Selection,
    is_pattern,
)
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import (
    TransferOptions,
    describe,
)
from ansible_collections.maskops.delphix.plugins.module_utils._types import (
    CONTAINERS,
    SINGLETON_NAME,
    Scope,
    object_type,
)


class Choice(t.NamedTuple):
    """Objects to export, and those that matched but cannot be exported."""

    entries: list[SyncableObject]
    not_syncable: list[SyncableObject]


def choose(engine: Engine, selection: Selection | None, named: t.Sequence[ObjectKey]) -> Choice:
    """What a selection and explicitly named objects mean on an engine.

    Raises NotFoundError for a name without object, OptionError for one that cannot be
    exported, and when nothing is left to export.
    """
    types = {key.type for key in named} | (selection.types if selection else set())
    whole = selection is not None and not selection.limits_types
    catalog = read_catalog(engine, object_types=None if whole else types)
    keys = dict.fromkeys(selection.keys(catalog) if selection else ())
    for key in named:
        if key not in catalog.objects:
            raise NotFoundError(
                f"it has no {key}", engine=engine.name, hint="List what it has with masking_syncable_objects."
            )
        keys[key] = None
    ambiguous = [str(key) for key in keys if key in catalog.doubles]
    if ambiguous:
        raise AmbiguousError("it lists several objects of one name", engine=engine.name, subject=", ".join(ambiguous))
    entries = [catalog.objects[key] for key in keys]
    by_name = {name for name in (selection.names if selection else ()) if not is_pattern(name)}
    refused = [
        entry for entry in entries if entry.reason is not None and (entry.key in named or entry.key.name in by_name)
    ]
    if refused:
        raise OptionError(
            "cannot be exported: " + "; ".join(f"{entry.key}: {entry.reason}" for entry in refused),
            engine=engine.name,
            subject=", ".join(str(entry.key) for entry in refused),
        )
    choice = Choice(
        [entry for entry in entries if entry.reason is None], [entry for entry in entries if entry.reason is not None]
    )
    if not choice.entries:
        raise NotFoundError(
            "it has no syncable object that is selected",
            engine=engine.name,
            hint="Check 'object_types', 'names' and 'exclude'.",
        )
    return choice


def present_bundle(path: str) -> Bundle | None:
    """The bundle at a path, None when there is none or it is damaged. Raises FileError for a folder."""
    if os.path.isdir(path):
        raise FileError("'dest' is a folder", subject=path, hint="Give the path of the file to write.")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise FileError("the folder of 'dest' does not exist", subject=folder)
    if not os.path.exists(path):
        return None
    try:
        return read_bundle(path)
    except BundleError:
        return None


def holds(bundle: Bundle | None, entries: t.Iterable[SyncableObject], options: TransferOptions) -> bool:
    """Whether a bundle is intact and was made from exactly these objects at these hashes."""
    if bundle is None or bundle.requested is None:
        return False
    wanted = [{**entry.request, "revisionHash": entry.hash} for entry in entries]
    return object_set(bundle.requested) == object_set(wanted) and intact(
        bundle.path, passphrase=options.passphrase, structure=options.structure
    )


def goes_into_an_environment(rows: t.Iterable[Row]) -> bool:
    """Whether a bundle holds objects that belong into an environment."""
    return any(object_type(row["objectType"]).scope is Scope.ENVIRONMENT for row in rows)


def contents(bundle: Bundle) -> list[Row]:
    """The objects that a bundle carries whole: no references, no containers."""
    return [
        row
        for row in bundle.exported or []
        if object_type(row["objectType"]).requestable and row["objectType"] not in CONTAINERS
    ]


def differing(rows: t.Iterable[Row], catalog: Catalog, environment: str | None = None) -> list[Row]:
    """Rows of a bundle that the engine does not hold at the same hash.

    A row tells a name only where the identifier is one; objects known by number count as
    held when an object of that type with that hash is there (equal hash means equal content).
    What belongs into an environment must be in the one of that name.
    """
    entries = (*catalog.objects.values(), *catalog.unnamed)
    present = {(entry.key.type, entry.key.environment, entry.hash) for entry in entries}
    different = []
    for row in rows:
        entry = same_name(row, catalog)
        revision = row.get("revisionHash")
        inside = object_type(row["objectType"]).scope is Scope.ENVIRONMENT
        if entry is not None:
            held = entry.hash == revision
        elif isinstance(next(iter(row["objectIdentifier"].values()), None), int):
            where = environment if inside else None
            held = (where is not None or not inside) and (row["objectType"], where, revision) in present
        else:
            held = False
        if not held or revision is None:
            different.append(row)
    return different


def same_name(row: Row, catalog: Catalog) -> SyncableObject | None:
    """What the engine has under the name of a row, None when it has none or the row tells no name."""
    kind = row["objectType"]
    name = SINGLETON_NAME if object_type(kind).singleton else next(iter(row["objectIdentifier"].values()), None)
    return catalog.objects.get(ObjectKey(kind, None, name)) if isinstance(name, str) else None


def import_diff(rows: t.Iterable[Row], catalog: Catalog) -> dict[str, str]:
    """What importing these rows would change, as Ansible's diff."""
    before, after = [], []
    for row in sorted(rows, key=describe):
        entry = same_name(row, catalog)
        if entry is not None:
            before.append(f"{describe(row)}: {entry.hash or 'not syncable'}\n")
        after.append(f"{describe(row)}: {row.get('revisionHash')}\n")
    return {
        "before_header": catalog.engine,
        "after_header": f"{catalog.engine} with the bundle",
        "before": "".join(before),
        "after": "".join(after),
    }


def export_diff(path: str, bundle: Bundle | None, entries: t.Iterable[SyncableObject]) -> dict[str, str]:
    """What exporting these objects would change in a file, as Ansible's diff."""
    old = sorted(f"{describe(row)}: {row.get('revisionHash')}\n" for row in (bundle.requested or [] if bundle else []))
    new = sorted(f"{describe(entry.request)}: {entry.hash}\n" for entry in entries)
    return {"before_header": path, "after_header": path, "before": "".join(old), "after": "".join(new)}


def environment_name(engine: Engine, number: int) -> str | None:
    """The name of an environment of this engine, None when it has none of this number."""
    rows = engine.list_all("/environments")
    return next((str(row.get("environmentName")) for row in rows if row.get("environmentId") == number), None)


def environment_id(engine: Engine, name: str) -> int:
    """The id of an environment on this engine. Raises NotFoundError."""
    for row in engine.list_all("/environments"):
        if row.get("environmentName") == name and isinstance(row.get("environmentId"), int):
            return int(row["environmentId"])
    raise NotFoundError(
        f"it has no environment named {name}",
        engine=engine.name,
        subject=name,
        hint="Create it first; an import never does.",
    )
