# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate with something of everything, and syncs of such."""

from __future__ import annotations

import typing as t

from ansible_collections.maskops.delphix.plugins.module_utils._catalog import ObjectKey
from ansible_collections.maskops.delphix.plugins.module_utils._decisions import Policy
from ansible_collections.maskops.delphix.plugins.module_utils._mover import SyncOptions
from ansible_collections.maskops.delphix.plugins.module_utils._selection import Selection
from ansible_collections.maskops.delphix.plugins.module_utils._transfer import TransferOptions
from ansible_collections.maskops.delphix.tests.unit.support.bundles import Row
from ansible_collections.maskops.delphix.tests.unit.support.catalogs import key
from ansible_collections.maskops.delphix.tests.unit.support.estate import Estate
from ansible_collections.maskops.delphix.tests.unit.support.holdings import Holdings

PAYMENTS, DEV, GOLD, TOKENS, EMPTY = "Payments", "Köln DEV", "Gold", "Tokens", "Empty"

NAMES, CARDS = key("LOOKUP", "names"), key("LOOKUP", "cards")
NAME, CARD = key("DOMAIN", "NAME"), key("DOMAIN", "CARD")
PCI = key("PROFILE_SET", "PCI")
CSV, COPYBOOK = key("FILE_FORMAT", "csv"), key("DATASET_FORMAT", "copybook")
SHARE, HANA = key("MOUNT_INFORMATION", "share"), key("JDBC_DRIVER", "hana")

ORACLE, FILES, HOST = (
    key("DATABASE_CONNECTOR", "oracle", PAYMENTS),
    key("FILE_CONNECTOR", "files", PAYMENTS),
    key("DATASET_CONNECTOR", "host", PAYMENTS),
)
CUSTOMERS, EXPORTS, TAPES = (
    key("DATABASE_RULESET", "customers", PAYMENTS),
    key("FILE_RULESET", "exports", PAYMENTS),
    key("DATASET_RULESET", "tapes", PAYMENTS),
)
NIGHTLY, LOOK = key("MASKING_JOB", "nightly", PAYMENTS), key("PROFILE_JOB", "look", PAYMENTS)
DEV_ORACLE, DEV_CUSTOMERS, DEV_NIGHTLY = (one._replace(environment=DEV) for one in (ORACLE, CUSTOMERS, NIGHTLY))
COPY = key("MASKING_JOB", "copy for DEV", DEV)
GOLDEN = key("DATABASE_CONNECTOR", "gold", GOLD)


def globals_of(holds: Holdings) -> None:
    """Objects of the engine."""
    for name, domain in (("names", "NAME"), ("cards", "CARD")):
        holds.add("DOMAIN", domain, needs=[holds.add("LOOKUP", name, keys=name)])
    expression = holds.add("PROFILE_EXPRESSION", "card", needs=[CARD], text="card.*")
    holds.add("PROFILE_SET", "PCI", needs=[expression])
    holds.add("FILE_FORMAT", "csv", needs=[NAME], header=1)
    holds.add("DATASET_FORMAT", "copybook", needs=[CARD])
    holds.add("MOUNT_INFORMATION", "share", hostAddress="nas")
    holds.add("JDBC_DRIVER", "hana", version="2")


def furnish(estate: Estate) -> Estate:
    """Give an engine something of everything."""
    holds = estate.holds
    globals_of(holds)
    holds.environment(PAYMENTS)
    holds.environment(DEV, "Größe", workflow=True)
    holds.environment(GOLD)
    holds.environment(TOKENS, purpose="TOKENIZE")
    holds.environment(EMPTY)

    oracle = holds.add("DATABASE_CONNECTOR", "oracle", PAYMENTS, host="db1", needs=[HANA])
    files = holds.add("FILE_CONNECTOR", "files", PAYMENTS, fileType="DELIMITED", needs=[SHARE])
    host = holds.add("DATASET_CONNECTOR", "host", PAYMENTS, connectionInfo={"host": "zos"})
    customers = holds.add("DATABASE_RULESET", "customers", PAYMENTS, on=oracle, needs=[NAME, CARD])
    exports = holds.add("FILE_RULESET", "exports", PAYMENTS, on=files, needs=[CSV])
    tapes = holds.add("DATASET_RULESET", "tapes", PAYMENTS, on=host, needs=[COPYBOOK])
    holds.add("MASKING_JOB", "nightly", PAYMENTS, on=customers, feedbackSize=1000)
    holds.add("MASKING_JOB", "files", PAYMENTS, on=exports)
    holds.add("MASKING_JOB", "tapes", PAYMENTS, on=tapes)
    holds.add("PROFILE_JOB", "look", PAYMENTS, on=customers, needs=[PCI])

    gold = holds.add("DATABASE_CONNECTOR", "gold", GOLD, host="db0")
    # The same names as in the first environment.
    oracle = holds.add("DATABASE_CONNECTOR", "oracle", DEV, host="db2")
    customers = holds.add("DATABASE_RULESET", "customers", DEV, on=oracle, needs=[NAME])
    holds.add("MASKING_JOB", "nightly", DEV, on=customers, feedbackSize=10)
    holds.add("MASKING_JOB", "copy for DEV", DEV, on=customers, reads=gold, email="a@example.com")

    vault = holds.add("DATABASE_CONNECTOR", "vault", TOKENS, host="db3")
    tokens = holds.add("DATABASE_RULESET", "tokens", TOKENS, on=vault, needs=[CARD])
    holds.add("TOKENIZATION_JOB", "tokenize", TOKENS, on=tokens)
    holds.add("REIDENTIFICATION_JOB", "identify", TOKENS, on=tokens)
    return estate


def wanted(
    *types: str,
    names: t.Iterable[str] = (),
    exclude: t.Iterable[str] = (),
    environments: t.Iterable[str] = (),
    **policy: bool,
) -> SyncOptions:
    """Options of a sync by types; ``policy`` are fields of the policy."""
    return SyncOptions(Selection.of(types, names, exclude, environments), Policy(**policy), TransferOptions())


EVERYTHING = wanted("all", create_environments=True)


def labels(rows: t.Iterable[Row]) -> list[str]:
    """Objects in a result as ``Environment/Name``, or the name alone, in their order."""
    return [f"{row['environment']}/{row['name']}" if "environment" in row else row["name"] for row in rows]


def label(one: ObjectKey) -> str:
    """An object key the same way."""
    return f"{one.environment}/{one.name}" if one.environment else one.name


def requested(estate: Estate, log: list[list[ObjectKey]]) -> None:
    """From now on note what each export asks for."""
    plain = estate.exported

    def listen(rows: list[Row], passphrase: str | None) -> t.Any:
        by_request = {(one.type, str(estate.holds.identifier(one))): one for one in estate.holds.objects}
        log.append([by_request[row["objectType"], str(row["objectIdentifier"])] for row in rows])
        return plain(rows, passphrase)

    estate.exported = listen  # type: ignore[method-assign]
