# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A realistic engine: algorithms of many frameworks, domains, profile sets, drivers, formats, mounts."""

from __future__ import annotations

from masking_simulator.data.empty import add_detector, add_profile_set, fill_empty
from masking_simulator.data.filler import Filler

ANALYST = ("analyst", "Analyst-12")

_AREAS = ("Customer", "Employee", "Supplier", "Patient", "Student", "Member", "Broker", "Tenant")
#: what is masked in every area: suffix, framework, domain suffix
_PARTS = (
    ("FirstName", "Name", "FIRST_NAME"),
    ("LastName", "Name", "LAST_NAME"),
    ("FullName", "Full Name", "FULL_NAME"),
    ("Email", "Email", "EMAIL"),
    ("Number", "Segment Mapping", "NUMBER"),
    ("BirthDate", "Date Shift", "BIRTH_DATE"),
    ("Phone", "Character Mapping", "PHONE"),
    ("Card", "Payment Card", "CARD"),
    ("City", "Secure Lookup", "CITY_NAME"),
    ("Income", "Min Max", "INCOME"),
    ("Remarks", "Data Cleansing", "REMARKS"),
)
#: parts without a domain
_UNFOUND = ("Income", "Remarks")
_LOOKUP_BYTES = 24_000


def fill_demo(filler: Filler) -> None:
    """Add the demo data to what a new engine holds."""
    fill_globals(filler)
    for application, environments in (("Shop", ("shop-dev", "shop-test")), ("Payroll", ("payroll-test",))):
        filler.add("application", application, {})
        for environment in environments:
            body = {"applicationId": application, "purpose": "MASK", "isWorkflowEnabled": False}
            filler.add("environment", environment, body)


def fill_globals(filler: Filler) -> None:
    """Add the engine-wide part of the demo data, and its user, to what a new engine holds."""
    fill_empty(filler)
    for area in _AREAS:
        _area(filler, area)
    _specials(filler)
    _connectivity(filler)
    filler.engine.users.put(ANALYST[0], ANALYST[1], is_admin=False)


def masked_domains() -> list[str]:
    """The domains that mask what every area has."""
    return [f"{area.upper()}_{domain}" for area in _AREAS for part, _, domain in _PARTS if part not in _UNFOUND]


def _area(filler: Filler, area: str) -> None:
    detectors = []
    for suffix, framework, domain_suffix in _PARTS:
        name = area + suffix
        extension = {}
        if framework == "Full Name":
            extension = {
                "firstNameAlgorithmRef": {"name": f"{area}FirstName"},
                "lastNameAlgorithmRef": {"name": f"{area}LastName"},
            }
        filler.algorithm(name, framework, extension=extension, lookup_bytes=_LOOKUP_BYTES)
        if suffix not in _UNFOUND:
            domain = f"{area.upper()}_{domain_suffix}"
            filler.add("domain", domain, {"defaultAlgorithmCode": name})
            detector = f"{area} {domain_suffix.lower().replace('_', ' ')}"
            add_detector(filler, detector, domain)
            detectors.append(detector)
    add_profile_set(filler, f"{area} data", detectors)


def _specials(filler: Filler) -> None:
    filler.algorithm("ContractDocument", "Binary Lookup", lookup_bytes=3 * _LOOKUP_BYTES)
    filler.algorithm("InvoiceTokens", "Tokenization")
    filler.add(
        "domain", "INVOICE_NO", {"defaultAlgorithmCode": "InvoiceTokens", "defaultTokenizationCode": "InvoiceTokens"}
    )
    filler.algorithm("LetterRedaction", "Free Text Redaction", profile_set="Customer data")
    filler.add("domain", "LETTER_TEXT", {"defaultAlgorithmCode": "LetterRedaction"})
    # what cannot be synchronised: the mapping, its domain, and all that is built on them
    filler.algorithm("BadgeMapping", "Mapping")
    filler.add("domain", "BADGE_NO", {"defaultAlgorithmCode": "BadgeMapping"})
    add_detector(filler, "Badge number", "BADGE_NO")
    add_profile_set(filler, "Access control", ["Badge number"])
    filler.add("algorithm_plugin", "acme-plugin", {"version": "1.4.0", "checksum": filler.digest("acme-plugin")})
    if filler.release.api >= 4:
        body = {
            "description": "Article numbers",
            "algorithmType": "COMPONENT",
            "_framework": "acme-plugin:Article",
            "maskType": "STRING",
            "pluginId": "acme-plugin",
            "algorithmExtension": {"digits": 7},
            "_key": filler.digest("key", "acme-plugin:Article")[:32],
        }
        filler.add("algorithm", "acme-plugin:Article", body, type_="USER_ALGORITHM")
        filler.add("domain", "ARTICLE_NO", {"defaultAlgorithmCode": "acme-plugin:Article"})


def _connectivity(filler: Filler) -> None:
    has_support = filler.release.api >= 9
    if has_support:
        filler.add("driver_support_plugin", "snow-support", {"version": "2.0.1"})
    for name, class_name, support in (
        ("Snowflake", "net.snowflake.client.jdbc.SnowflakeDriver", "snow-support"),
        ("HANA", "com.sap.db.jdbc.Driver", None),
        ("Teradata", "com.teradata.jdbc.TeraDriver", None),
    ):
        body: dict[str, object] = {
            "driverClassName": class_name,
            "version": "3.1",
            "builtIn": False,
            "loggerInstalled": False,
            "checksum": filler.digest("driver", name),
        }
        if support and has_support:
            body["driverSupportId"] = support
        filler.add("jdbc_driver", name, body)
    for name, format_type, domains in (
        ("orders.csv", "DELIMITED", ["CUSTOMER_FULL_NAME", "CUSTOMER_EMAIL"]),
        ("staff.txt", "FIXED_WIDTH", ["EMPLOYEE_FULL_NAME", "EMPLOYEE_BIRTH_DATE"]),
        ("claims.xml", "XML", ["PATIENT_FULL_NAME"]),
        ("plain.csv", "DELIMITED", []),
    ):
        body = {"fileFormatType": format_type, "header": 1, "footer": 0, "_recordTypes": _record_types(domains)}
        filler.add("file_format", name, body)
    filler.add("dataset_format", "PAYROLL.CPY", {"_recordTypes": _record_types(["EMPLOYEE_NUMBER"])})
    for name, type_, path in (
        ("landing", "NFS4", "/export/landing"),
        ("archive", "NFS3", "/export/archive"),
        ("office", "CIFS", "/office"),
    ):
        filler.add(
            "mount",
            name,
            {
                "hostAddress": "files.example.com",
                "mountPath": path,
                "type": type_,
                "connectOnStartup": False,
                "options": "vers=3.0" if type_ == "CIFS" else "",
            },
        )
    filler.add("password_vault", "team-vault", {"vaultType": "HASHICORP", "url": "https://vault.example.com"})
    filler.add("credential_path", "warehouse", {"vaultName": "team-vault", "path": "secret/warehouse"})


def _record_types(domains: list[str]) -> dict[str, object]:
    """The record types of a format: one, with a field for each domain and one that is not masked."""
    fields: dict[str, object] = {"remarks": {"isProfilerWritable": True}}
    for domain in domains:
        area, _, rest = domain.partition("_")
        algorithm = area.title() + rest.title().replace("_", "")
        fields[domain.lower()] = {"domainName": domain, "algorithmName": algorithm, "isProfilerWritable": True}
    return {"All Records": {"_fields": fields}}
