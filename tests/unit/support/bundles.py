# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export documents for tests."""

from __future__ import annotations

import base64
import json
import typing as t

Row = dict[str, t.Any]
SIGNATURE: t.Final = base64.b64encode(b"a signature").decode()
PUBLIC_KEY: t.Final = base64.b64encode(b"a public key").decode()


def row(kind: str, identifier: Row | str, revision: str | None = "1" * 40) -> Row:
    """One object as bundles list it; a text is a name."""
    listed: Row = {"objectIdentifier": identifier if isinstance(identifier, dict) else {"id": identifier}}
    listed["objectType"] = kind
    if revision is not None:
        listed["revisionHash"] = revision
    return listed


def document(
    exported: t.Sequence[Row] = (), requested: t.Sequence[Row] | None = None, *, blob: str = "QkxPQg==", **more: t.Any
) -> Row:
    """An export document; ``more`` replaces parts of it, with None left out."""
    metadata: Row = {
        "exportHost": "source.example.com",
        "exportDate": "Fri Jun 15 20:16:20 UTC 2018",
        "requestedObjectList": list(exported if requested is None else requested),
        "exportedObjectList": list(exported),
    }
    whole = {"exportResponseMetadata": metadata, "blob": blob, "signature": SIGNATURE, "publicKey": PUBLIC_KEY, **more}
    return {name: value for name, value in whole.items() if value is not None}


def encoded(exported: t.Sequence[Row] = (), requested: t.Sequence[Row] | None = None, **more: t.Any) -> bytes:
    """The same as an engine sends it."""
    return json.dumps(document(exported, requested, **more)).encode()
