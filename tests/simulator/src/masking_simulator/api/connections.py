# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of connectors, and the vaults that they can have their passwords from.

Seen in clients: the answer is 200 either way, the text tells; without a body, or without a
password in it, the stored one is used.
"""

from __future__ import annotations

from typing import Any

from masking_simulator.api.call import HANDLERS, Answer, Call, Handler, handles, page
from masking_simulator.api.objects import find, getter, lister, shown
from masking_simulator.connections import stored_secret
from masking_simulator.errors import refuse
from masking_simulator.model.kinds import KINDS, Kind
from masking_simulator.model.objects import Obj
from masking_simulator.texts import TEXTS

_SECRETS = ("password", "sshKey")


def _test_stored(kind: Kind) -> Handler:
    def handle(call: Call) -> Answer:
        asked = call.body or {}
        with call.engine.model.lock:
            obj = find(call, kind)
            connector = _merged(shown(call, obj), asked)
            return _verdict(call, connector, _secret(asked) or stored_secret(obj))

    return handle


def _test_unsaved(call: Call) -> Answer:
    environment = call.body["environmentId"]
    with call.engine.model.lock:
        if call.engine.model.objects.by_id("environment", environment) is None:
            raise refuse(404, "not_found", kind="environment", identifier=environment)
        return _verdict(call, call.body, _secret(call.body))


for _family, _kind in (
    ("databaseConnectors", "database_connector"),
    ("fileConnectors", "file_connector"),
    ("mainframeDatasetConnectors", "dataset_connector"),
):
    HANDLERS[f"{_family}_testStored"] = _test_stored(KINDS[_kind])
    HANDLERS[f"{_family}_test"] = _test_unsaved


for _family, _kind in (("credentialPaths", "credential_path"), ("passwordVaults", "password_vault")):
    HANDLERS[f"{_family}_list"] = lister(KINDS[_kind])
    HANDLERS[f"{_family}_get"] = getter(KINDS[_kind])


@handles("credentials_list")
def list_credentials(call: Call) -> Answer:
    """The older list of credential paths; its field names are inferred from those of its endpoints."""
    return page(call, [_as_credential(obj) for obj in _all(call, "credential_path")])


@handles("credentials_get")
def get_credential(call: Call) -> Answer:
    return Answer(_as_credential(find(call, KINDS["credential_path"])))


def _all(call: Call, kind: str) -> list[Obj]:
    with call.engine.model.lock:
        return list(call.engine.model.objects.of_kind(kind))


def _as_credential(obj: Obj) -> dict[str, Any]:
    return {"credentialId": obj.id, "credentialName": obj.name}


def _merged(stored: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What a test uses: the fields of the request, and the stored ones where it has none."""
    merged = {**stored, **{name: value for name, value in asked.items() if value is not None}}
    if isinstance(stored.get("connectionInfo"), dict) and isinstance(asked.get("connectionInfo"), dict):
        merged["connectionInfo"] = {**stored["connectionInfo"], **asked["connectionInfo"]}
    return merged


def _secret(body: dict[str, Any]) -> str | None:
    info = body.get("connectionInfo") or body
    if all(info.get(field) for field in _SECRETS):
        raise refuse(400, "two_secrets")
    return next((info[field] for field in _SECRETS if info.get(field)), None)


def _verdict(call: Call, connector: dict[str, Any], secret: str | None) -> Answer:
    def find_object(kind: str, number: Any) -> Obj | None:
        return call.engine.model.objects.by_id(kind, number)

    problem = call.engine.connections.problem(connector, secret, find_object)
    name, values = ("connection_failed", {"reason": problem}) if problem else ("connection_succeeded", {})
    return Answer({"response": TEXTS[name].wording.format(**values)})
