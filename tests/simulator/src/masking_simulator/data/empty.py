# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a new engine holds: built-in algorithms, domains, profile sets, drivers, settings and the key.

The names are those of the vendor's public documentation; which algorithm a domain uses is
inferred.
"""

from __future__ import annotations

from masking_simulator.data.filler import Filler
from masking_simulator.model.algorithms import CORE_PLUGIN, has_classics

#: classic name, name from 6.0.15 on, framework, domain
_BUILT_IN: tuple[tuple[str, str, str, str], ...] = (
    ("AccNoLookup", "dlpx-core:Account No SL", "Secure Lookup", "ACCOUNT_NO"),
    ("AccountTK", "dlpx-core:Account TK", "Tokenization", "ACCOUNT_TK"),
    ("AddrLookup", "dlpx-core:Address Line SL", "Secure Lookup", "ADDRESS"),
    ("AddrLine2Lookup", "dlpx-core:Address Line 2 SL", "Secure Lookup", "ADDRESS_LINE2"),
    ("BusinessLegalEntityLookup", "dlpx-core:Business Legal Entity SL", "Secure Lookup", "BUSINESS_LEGAL_ENTITY"),
    ("CommentLookup", "dlpx-core:Comment SL", "Secure Lookup", "COMMENT"),
    ("CreditCard", "dlpx-core:Payment Card", "Payment Card", "CREDIT CARD"),
    ("DateShiftDiscrete", "dlpx-core:Date Shift Discrete", "Date Shift", "DOB"),
    ("DateShiftFixed", "dlpx-core:Date Shift Fixed", "Date Shift", "DATE_FIXED"),
    ("DateShiftVariable", "dlpx-core:Date Shift Variable", "Date Shift", "DATE_VARIABLE"),
    ("DrivingLicenseNoLookup", "dlpx-core:Driving License SL", "Secure Lookup", "DRIVING_LC"),
    ("DummyHospitalNameLookup", "dlpx-core:Hospital Name SL", "Secure Lookup", "HOSPITAL_NAME"),
    ("EmailLookup", "dlpx-core:Email SL", "Email", "EMAIL"),
    ("FirstNameLookup", "dlpx-core:FirstName", "Name", "FIRST_NAME"),
    ("FullNMLookup", "dlpx-core:FullName", "Full Name", "FULL_NAME"),
    ("LastCommaFirstLookup", "dlpx-core:Last Comma First", "Full Name", "LAST_COMMA_FIRST"),
    ("LastNameLookup", "dlpx-core:LastName", "Name", "LAST_NAME"),
    ("NameTK", "dlpx-core:Name TK", "Tokenization", "NAME_TK"),
    ("NullValueLookup", "dlpx-core:Null SL", "Secure Lookup", "NULL_VALUE"),
    ("RandomValueLookup", "dlpx-core:Random Value SL", "Secure Lookup", "CERTIFICATE_NO"),
    ("SchoolNameLookup", "dlpx-core:School Name SL", "Secure Lookup", "SCHOOL_NAME"),
    ("SecurityCodeLookup", "dlpx-core:Security Code SL", "Secure Lookup", "SECURITY_CODE"),
    ("SsnTK", "dlpx-core:SSN TK", "Tokenization", "SSN"),
    ("TelephoneNoLookup", "dlpx-core:Phone US", "Character Mapping", "TELEPHONE_NO"),
    ("USCitiesLookup", "dlpx-core:US Cities SL", "Secure Lookup", "CITY"),
    ("USCountiesLookup", "dlpx-core:US Counties SL", "Secure Lookup", "COUNTY"),
    ("USStatecodesLookup", "dlpx-core:US State Codes SL", "Secure Lookup", "STATE_CODE"),
    ("USStatesLookup", "dlpx-core:US States SL", "Secure Lookup", "STATE"),
    ("WebURLsLookup", "dlpx-core:Web URLs SL", "Secure Lookup", "WEB"),
    ("ZipPlusFour", "dlpx-core:CM Digits", "Character Mapping", "ZIP"),
    ("IPAddressSegment", "dlpx-core:IP Address", "Segment Mapping", "IP ADDRESS"),
)
_DRIVERS = (
    ("Oracle", "oracle.jdbc.OracleDriver", "19.3"),
    ("MS SQL Server", "com.microsoft.sqlserver.jdbc.SQLServerDriver", "8.2"),
    ("PostgreSQL", "org.postgresql.Driver", "42.2"),
    ("MySQL MariaDB", "org.mariadb.jdbc.Driver", "2.7"),
    ("DB2 LUW", "com.ibm.db2.jcc.DB2Driver", "11.5"),
    ("Sybase", "com.sybase.jdbc4.jdbc.SybDriver", "7.07"),
)
_PAGE_SIZE = "DefaultApiPageSize"
_OLD_PAGE_SIZE = "DEFAULT_API_PAGE_SIZE"  # documented before API 5.1.41
#: settings of the queue, which 6.0.5 brought
_JOBS_AT_ONCE = "NumSimulJobsAllowed"
_JOB_MEMORY = "MaximumMemoryForJobs"
_QUEUE_SINCE = 5
_SETTINGS = (
    ("general", _PAGE_SIZE, "100"),
    ("general", "PasswordCount", "3"),
    ("general", "PasswordTimeSpan", "23"),
    ("general", "EnableMonitorRowCount", "true"),
    ("general", _JOBS_AT_ONCE, "7"),
    ("general", _JOB_MEMORY, "0"),
    ("ldap", "Enable", "false"),
    ("ldap", "MsadDomain", "example"),
    ("mask", "DefaultStreamRowLimit", "10000"),
    ("mask", "DefaultUpdateThreads", "1"),
    ("profile", "DefaultStreams", "1"),
    ("profile", "DataLevelRows", "100"),
)
_SETS = {
    "Financial": ("ACCOUNT_NO", "CREDIT CARD", "FIRST_NAME", "LAST_NAME", "SSN"),
    "HIPAA": ("FIRST_NAME", "LAST_NAME", "DOB", "SSN", "TELEPHONE_NO", "EMAIL", "ZIP"),
}


def built_in_name(filler: Filler, classic: str) -> str:
    """What a built-in algorithm is called on the filler's release."""
    for old, new, _, _ in _BUILT_IN:
        if old == classic:
            return old if has_classics(filler.release) else new
    raise KeyError(classic)


def fill_empty(filler: Filler) -> None:
    """Add what every engine holds."""
    filler.add("key", "global", {"value": filler.digest("global key")[:32]})
    core = {"version": filler.release.text, "builtIn": True}
    filler.add("algorithm_plugin", CORE_PLUGIN, core, type_="", built_in=True)
    for classic, modern, framework, domain in _BUILT_IN:
        name = classic if has_classics(filler.release) else modern
        _built_in_algorithm(filler, name, framework)
        filler.add("domain", domain, {"defaultAlgorithmCode": name}, built_in=True)
    for name, class_name, version in _DRIVERS:
        body = {"driverClassName": class_name, "version": version, "builtIn": True, "loggerInstalled": False}
        filler.add("jdbc_driver", name, body, built_in=True)
    _profile_sets(filler)
    old_name = {_PAGE_SIZE: _OLD_PAGE_SIZE} if filler.release.api < 41 else {}
    settings = [
        {"settingGroup": group, "settingName": old_name.get(name, name), "settingValue": value}
        for group, name, value in _SETTINGS
        if filler.release.api >= _QUEUE_SINCE or name not in (_JOBS_AT_ONCE, _JOB_MEMORY)
    ]
    filler.add("application_settings", "global", {"settings": settings}, built_in=True)
    filler.add("license_info", "global", {"edition": "standard"}, built_in=True)


def _built_in_algorithm(filler: Filler, name: str, framework: str) -> None:
    extension = {}
    if framework == "Full Name" and not has_classics(filler.release):
        extension = {
            "firstNameAlgorithmRef": {"name": "dlpx-core:FirstName"},
            "lastNameAlgorithmRef": {"name": "dlpx-core:LastName"},
        }
    if has_classics(filler.release) and framework in ("Name", "Full Name", "Email"):
        framework = "Secure Lookup"
    elif has_classics(filler.release) and framework in ("Character Mapping", "Payment Card"):
        framework = "Segment Mapping"
    filler.algorithm(name, framework, extension=extension, built_in=True)


def _profile_sets(filler: Filler) -> None:
    for domain in sorted({domain for domains in _SETS.values() for domain in domains}):
        add_detector(filler, f"{domain.title().replace('_', ' ')} column", domain, built_in=True)
    for name, domains in _SETS.items():
        detectors = [f"{domain.title().replace('_', ' ')} column" for domain in domains]
        add_profile_set(filler, name, detectors, built_in=True)


def uses_classifiers(filler: Filler) -> bool:
    """Whether profile sets consist of classifiers (API 5.1.42 on) instead of expressions."""
    return filler.release.api >= 42


def add_detector(filler: Filler, name: str, domain: str, built_in: bool = False) -> None:
    """Add what finds a domain in data: a classifier or a profile expression, by release."""
    pattern = "(?>(" + domain.lower().replace("_", ")_?-?(").replace(" ", ")_?-?(") + "))"
    body: dict[str, object]
    if uses_classifiers(filler):
        body = {
            "domainName": domain,
            "frameworkName": "REGEX",
            "properties": {"fieldNames": {"patterns": [pattern]}},
            "description": f"Finds {domain}",
        }
        filler.add("classifier", name, body, built_in=built_in)
    else:
        body = {"domainName": domain, "regularExpression": pattern, "dataLevelProfiling": False}
        filler.add("profile_expression", name, body, built_in=built_in)


def add_profile_set(filler: Filler, name: str, detectors: list[str], built_in: bool = False) -> None:
    """Add a profile set of detectors."""
    field = "classifierIds" if uses_classifiers(filler) else "profileExpressionIds"
    body: dict[str, object] = {field: detectors, "description": f"Profile set {name}"}
    if built_in:
        body["_builtIn"] = True
    filler.add("profile_set", name, body, built_in=built_in)
