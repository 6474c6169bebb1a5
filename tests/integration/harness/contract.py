# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests that engines have logged, held against the contract that they publish."""

from __future__ import annotations

import functools
import json
import os
import re
import typing as t
from pathlib import Path
from urllib.parse import parse_qsl

import jsonschema
import requests
import yaml

if t.TYPE_CHECKING:
    from harness.lab import Engine

Row = dict[str, t.Any]
_MULTIPART = "multipart/form-data"


class Contract:
    """Checks requests against the OpenAPI document of their engine, or the one that MASKING_CONTRACT names."""

    def __init__(self) -> None:
        self._by_release: dict[str, Document] = {}
        other = os.environ.get("MASKING_CONTRACT")
        self._other = Document(yaml.safe_load(Path(other).read_text(encoding="utf-8"))) if other else None
        self.checked = 0

    def problems(self, engine: Engine) -> list[str]:
        """What is wrong with the collection's requests in the log of an engine."""
        logged = engine.requests()
        if not logged:
            return []
        document = self.document(engine)
        self.checked += len(logged)
        return [
            f"{request.method} {request.path}: {problem}"
            for request in logged
            for problem in document.problems(request.method, request.path, request.query, request.row)
        ]

    def document(self, engine: Engine) -> Document:
        """The document that an engine is held to."""
        if self._other:
            return self._other
        if engine.release not in self._by_release:
            verify = str(engine.ca_path) if engine.ca_path else True
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(
                    f"{engine.simulator.url}/masking/api/swagger-basepath.json", verify=verify, timeout=30
                )
            answer.raise_for_status()
            self._by_release[engine.release] = Document(answer.json())
        return self._by_release[engine.release]


class Document:
    """An OpenAPI 3.0 document."""

    def __init__(self, content: Row) -> None:
        self._content = content
        self._templates = [
            (re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))), path) for path in content["paths"]
        ]

    def problems(self, method: str, path: str, query: str, row: Row) -> list[str]:
        """What of a logged request the document does not allow."""
        operation = self._operation(method, path)
        if operation is None:
            return ["no such operation"]
        found = self._query_problems(operation, query)
        headers = row["headers"]
        secured = operation.get("security", self._content.get("security", []))
        if secured and "authorization" not in headers:
            found.append("sent without a token")
        return found + self._body_problems(operation, headers.get("content-type", ""), row.get("body"))

    def _operation(self, method: str, path: str) -> Row | None:
        # A path without parameters comes before one that its last part could fill.
        matching = sorted(
            (template.count("{"), template) for pattern, template in self._templates if pattern.fullmatch(path)
        )
        for _parameters, template in matching:
            operation = self._content["paths"][template].get(method.lower())
            if operation is not None:
                shared = self._content["paths"][template].get("parameters", [])
                return {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
        return None

    def _query_problems(self, operation: Row, query: str) -> list[str]:
        known = {row["name"]: row for row in map(self._resolved, operation["parameters"]) if row["in"] == "query"}
        sent = dict(parse_qsl(query, keep_blank_values=True))
        found = [f"query parameter {name} is unknown" for name in sent.keys() - known.keys()]
        found += [
            f"query parameter {name} is missing"
            for name, row in known.items()
            if row.get("required") and name not in sent
        ]
        for name in sent.keys() & known.keys():
            schema = self._resolved(known[name]["schema"])
            if not self._validator(schema).is_valid(_typed(schema, sent[name])):
                found.append(f"query parameter {name} may not be {sent[name]!r}")
        return found

    def _body_problems(self, operation: Row, content_type: str, body: t.Any) -> list[str]:
        expected = self._resolved(operation.get("requestBody", {}))
        if not expected:
            return ["a body is not expected"] if body is not None else []
        kind = content_type.partition(";")[0].strip()
        if kind not in expected["content"]:
            return [f"content type {kind!r} is not one of {', '.join(expected['content'])}"]
        if kind == _MULTIPART or body is None:  # the log keeps small JSON bodies only
            return []
        schema = expected["content"][kind].get("schema", {})
        return [f"body: {error.message[:200]}" for error in self._validator(schema).iter_errors(body)]

    def _resolved(self, value: Row) -> Row:
        while "$ref" in value:
            found: t.Any = self._content
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def _validator(self, schema: Row) -> t.Any:
        return _validator(json.dumps({**schema, "components": self._components}, sort_keys=True))

    @functools.cached_property
    def _components(self) -> Row:
        return t.cast("Row", self._content.get("components", {}))


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> t.Any:
    # OpenAPI 3.0 schemas are those of an early JSON Schema draft with "nullable" added; no request of ours sends null.
    return jsonschema.Draft4Validator(json.loads(schema))


def _typed(schema: Row, text: str) -> t.Any:
    """A query value as JSON, where its type asks for something else than text."""
    if schema.get("type") in ("integer", "number", "boolean"):
        try:
            return json.loads(text.lower())
        except ValueError:
            return text
    return text
