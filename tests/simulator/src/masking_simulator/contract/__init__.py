# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's contract: what it answers to, and how requests are checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import yaml

from masking_simulator.errors import refuse
from masking_simulator.releases import Release

_METHODS = ("get", "post", "put", "delete")
_ALWAYS = -1  # also in 5.0, which counts as -1


@dataclass(frozen=True)
class Parameter:
    """A parameter of a request; `schema` has its references resolved, `since` is its first API version 5.1.N."""

    name: str
    place: str
    required: bool
    schema: dict[str, Any]
    since: int


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    tag: str
    role: str
    since: int
    until: int
    parameters: tuple[Parameter, ...]
    media: str | None
    body_required: bool
    body: jsonschema_rs.Validator | None
    statuses: frozenset[str]

    def on(self, release: Release) -> bool:
        """Whether an engine of this release has it."""
        return self.since <= release.api < self.until

    def check_body(self, body: Any) -> None:
        """Raise the refusal of a body that the contract does not allow."""
        if self.body is None:
            return
        error = next(self.body.iter_errors(body), None)
        if error is not None:
            place = "/".join(str(part) for part in error.instance_path)
            raise refuse(400, "bad_body", reason=f"{place or 'body'} does not match its schema")

    def parameters_in(self, place: str, given: dict[str, str], api: int) -> dict[str, Any]:
        """Parameters as typed values; raises the refusal of a bad one. Those that API 5.1.`api` lacks are not read."""
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.place != place:
                continue
            text = given.get(parameter.name) if parameter.since <= api else None
            if text is None:
                if parameter.required:
                    raise refuse(400, "missing_parameter", name=parameter.name)
                values[parameter.name] = parameter.schema.get("default")
                continue
            try:
                values[parameter.name] = _typed(parameter.schema, text)
            except ValueError as error:
                raise refuse(400, "bad_parameter", name=parameter.name, reason=error) from None
        return values


@cache
def document() -> dict[str, Any]:
    """The whole contract, over all releases."""
    text = files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def operations() -> tuple[Operation, ...]:
    """All operations of the contract."""
    return tuple(
        _operation(path, method, item)
        for path, methods in document()["paths"].items()
        for method, item in methods.items()
        if method in _METHODS
    )


def published(release: Release) -> dict[str, Any]:
    """The contract as an engine of a release publishes it."""
    here = {(operation.path, operation.method) for operation in operations() if operation.on(release)}
    paths = {
        path: {method: _cut(item, release) for method, item in methods.items() if (path, method.upper()) in here}
        for path, methods in document()["paths"].items()
    }
    info = {**document()["info"], "version": f"5.1.{release.api}"}
    kept = {name: value for name, value in document().items() if not name.startswith("x-")}
    return {**kept, "info": info, "paths": {path: methods for path, methods in paths.items() if methods}}


def _cut(item: dict[str, Any], release: Release) -> dict[str, Any]:
    shown = {name: value for name, value in item.items() if not name.startswith("x-")}
    if "parameters" in shown:
        shown["parameters"] = [
            {name: value for name, value in parameter.items() if not name.startswith("x-")}
            for parameter in shown["parameters"]
            if parameter.get("x-since", 0) <= release.api
        ]
    return shown


def _operation(path: str, method: str, item: dict[str, Any]) -> Operation:
    body = item.get("requestBody", {})
    content = body.get("content", {})
    media = next(iter(content), None)
    validator = None
    if media == "application/json":
        schema = {"allOf": [content[media]["schema"]], "components": document()["components"]}
        validator = jsonschema_rs.Draft7Validator(schema)
    return Operation(
        item["operationId"],
        method.upper(),
        path,
        item["tags"][0],
        item["x-role"],
        item.get("x-since", _ALWAYS),
        item.get("x-until", 10_000),
        tuple(_parameter(raw) for raw in item.get("parameters", [])),
        media,
        body.get("required", False),
        validator,
        frozenset(item["responses"]),
    )


def _parameter(raw: dict[str, Any]) -> Parameter:
    since = raw.get("x-since", _ALWAYS)
    raw = _resolved(raw)
    return Parameter(raw["name"], raw["in"], raw.get("required", False), _resolved(raw["schema"]), since)


def _resolved(value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    found: Any = document()
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _typed(schema: dict[str, Any], text: str) -> Any:
    if schema["type"] == "integer":
        if not text.removeprefix("-").isdecimal() or not text.isascii():
            raise ValueError("an integer is needed")
        if len(text) > 20:
            raise ValueError("it is out of range")
        number = int(text)
        if not schema.get("minimum", number) <= number <= schema.get("maximum", 2**63 - 1):
            raise ValueError("it is out of range")
        return number
    if schema["type"] == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError("true or false is needed")
        return text.lower() == "true"
    if "enum" in schema and text not in schema["enum"]:
        raise ValueError("no such value")
    return text
