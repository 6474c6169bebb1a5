# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many environments: `estate`, or `estate:ENVIRONMENTS:CONNECTORS:RULESETS:COLUMNS:JOBS`."""

from __future__ import annotations

import random
from dataclasses import dataclass

from masking_simulator.data.demo import fill_globals, masked_domains
from masking_simulator.data.filler import Filler
from masking_simulator.data.places import Columns, Place

_APPLICATIONS = ("Sales", "Billing", "Claims", "Personal Köln", "Lager", "顧客管理", "Réclamations", "Treasury")
_STAGES = ("dev", "test", "qa", "training", "prod copy")
_SOURCE_STAGE = len(_STAGES) - 1
_SUBJECTS = ("orders", "crm", "staff", "Verträge", "invoices", "archive", "master data", "reports")
#: families of connectors in a row of eight
_MIX = ("DATABASE", "DATABASE", "FILE", "DATABASE", "DATABASE", "VSAM", "DATABASE", "FILE")
_WORDS = {"DATABASE": "db", "FILE": "files", "VSAM": "host"}
_TYPES = ("ORACLE", "POSTGRES", "MSSQL", "DB2", "SYBASE")
_DRIVERS = ("Snowflake", "HANA", "Teradata")
_MOUNTS = ("landing", "archive", "office")
_FORMATS = ("orders.csv", "claims.xml", "plain.csv", "staff.txt")
_SETS = ("Customer data", "Employee data", "Financial", "HIPAA")
_COLUMNS_OF_A_TABLE = 12
#: one of so many jobs masks on the fly, when it finds a source
_EVERY = 7


@dataclass(frozen=True)
class Estate:
    """How much to make, in addition to the engine-wide objects of the demo."""

    environments: int = 40
    connectors: int = 300
    rulesets: int = 300
    columns: int = 20_000
    jobs: int = 400


def parse_estate(profile: str) -> Estate:
    """Read the profile text; raises ValueError."""
    if profile == "estate":
        return Estate()
    parts = profile.split(":")
    if len(parts) != 6 or parts[0] != "estate" or not all(part.isdecimal() for part in parts[1:]):
        raise ValueError("an estate profile reads estate, or estate:ENVIRONMENTS:CONNECTORS:RULESETS:COLUMNS:JOBS")
    estate = Estate(*(int(part) for part in parts[1:]))
    for more, needed in (("connectors", "environments"), ("rulesets", "connectors"), ("jobs", "rulesets")):
        if getattr(estate, more) and not getattr(estate, needed):
            raise ValueError(f"{more} need {needed}")
    return estate


def fill_estate(filler: Filler, estate: Estate) -> None:
    """Add the asked numbers of everything."""
    fill_globals(filler)
    builder = _Builder(filler, estate)
    builder.environments()
    builder.connectors()
    builder.rulesets()
    builder.jobs()


class _Builder:
    def __init__(self, filler: Filler, estate: Estate) -> None:
        self._filler = filler
        self._estate = estate
        self._draw = random.Random(filler.digest("estate"))
        self._domains = masked_domains()
        self._places: list[Place] = []
        self._tokenizes: set[str] = set()
        #: environment and name of every connector and ruleset
        self._connectors: list[tuple[int, str]] = []
        self._rulesets: list[tuple[int, str]] = []

    def environments(self) -> None:
        for number in range(self._estate.environments):
            group, stage = divmod(number, len(_STAGES))
            application = _APPLICATIONS[group] if group < len(_APPLICATIONS) else f"Area {group}"
            if stage == 0:
                self._filler.add("application", application, {})
            purpose = "TOKENIZE" if stage == 2 and group % 2 else "MASK"
            place = Place(self._filler, f"{application} {_STAGES[stage]}", application, purpose)
            if purpose == "TOKENIZE":
                self._tokenizes.add(place.name)
            self._places.append(place)

    def connectors(self) -> None:
        for number in range(self._estate.connectors):
            index, environment = divmod(number, len(self._places))
            place = self._places[environment]
            word = _MIX[(index + environment) % len(_MIX)]
            subject = _SUBJECTS[index % len(_SUBJECTS)] + (f" {index}" if index >= len(_SUBJECTS) else "")
            # sources of on-the-fly jobs have names of their own, but for the first of each environment
            production = "production " if environment % len(_STAGES) == _SOURCE_STAGE and index else ""
            name = f"{production}{subject} {_WORDS[word]}"
            self._connect(place, word, name, number, f"c{number}.example.com")
            self._connectors.append((environment, name))

    def rulesets(self) -> None:
        numbers = range(self._estate.rulesets)
        chosen = [self._connectors[number % len(self._connectors)] for number in numbers]
        databases = [n for n in numbers if self._places[chosen[n][0]].connectors.get(chosen[n][1]) == "DATABASE"]
        share, rest = divmod(self._estate.columns, len(databases)) if databases else (0, 0)
        sizes = {number: share + (place < rest) for place, number in enumerate(databases)}
        for number in numbers:
            environment, connector = chosen[number]
            place, again = self._places[environment], number // len(self._connectors)
            name = f"{connector} rules" + (f" {again}" if again else "")
            self._rule(place, name, connector, number, sizes.get(number, 0))
            self._rulesets.append((environment, name))

    def jobs(self) -> None:
        for number in range(self._estate.jobs):
            again, index = divmod(number, len(self._rulesets))
            environment, ruleset = self._rulesets[index]
            place = self._places[environment]
            suffix = f" {again + 1}" if again else ""
            if place.name in self._tokenizes:
                kind, verb = (("tokenization_job", "tokenize"), ("reidentification_job", "re-identify"))[again % 2]
                place.job(f"{verb} {ruleset}{suffix}", ruleset, kind)
            elif again % 2 and index % 2 == 0:
                found = _SETS[index % len(_SETS)]
                place.job(f"profile {ruleset}{suffix}", ruleset, "profile_job", profileSetId=found)
            else:
                source = self._source(environment, ruleset, number) if number % _EVERY == 3 else None
                verb = "copy" if source else "mask"
                memory = 1024 * (1 + number % 3)
                place.job(f"{verb} {ruleset}{suffix}", ruleset, source=source, maxMemory=memory)

    def _connect(self, place: Place, word: str, name: str, number: int, host: str) -> None:
        if word == "VSAM":
            place.mainframe(name, host)
        elif word == "FILE" and number % 3 == 0:
            place.files(name, mount=_MOUNTS[number % len(_MOUNTS)])
        elif word == "FILE":
            place.files(name, host)
        elif number % 16 == 5:
            place.database(name, host, driver=_DRIVERS[number // 16 % len(_DRIVERS)])
        else:
            place.database(name, host, databaseType=_TYPES[number % len(_TYPES)], databaseName=f"D{number}", port=1521)

    def _rule(self, place: Place, name: str, connector: str, number: int, columns: int) -> None:
        word = place.connectors.get(connector)
        if word == "DATABASE":
            place.tables(name, connector, self._tables(columns))
        elif word == "FILE":
            place.file_rules(
                name, connector, {f"part-{place}.dat": _FORMATS[place % len(_FORMATS)] for place in range(4)}
            )
        elif word == "VSAM":
            place.dataset_rules(name, connector, {"DATA.MONTH": "PAYROLL.CPY", f"DATA.N{number}": None})

    def _tables(self, columns: int) -> dict[str, Columns]:
        tables: dict[str, Columns] = {}
        while columns > 0:
            size = min(columns, _COLUMNS_OF_A_TABLE)
            tables[f"TABLE_{len(tables) + 1}"] = {
                f"COLUMN_{place + 1}": self._draw.choice(self._domains) if self._draw.random() < 0.3 else None
                for place in range(size)
            }
            columns -= size
        return tables

    def _source(self, environment: int, ruleset: str, number: int) -> tuple[Place, str] | None:
        """A connector of the job's family: of its application's copy of production, of another one's, or beside it."""
        word = self._places[environment].rulesets.get(ruleset)
        copies = [place for place in range(len(self._places)) if place % len(_STAGES) == _SOURCE_STAGE]
        own = environment - environment % len(_STAGES) + _SOURCE_STAGE
        turn = number // len(self._places) % 5
        wanted = [environment] if turn == 4 else [place for place in copies if (place == own) == (turn < 3)]
        found = [
            (self._places[place], name)
            for place, name in self._connectors
            if place in wanted and self._places[place].connectors.get(name) == word
        ]
        return self._draw.choice(found) if found else None
