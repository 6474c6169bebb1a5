# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many people edit both engines at will, then one sync makes everything as it is on the source.

What is edited is drawn by a fixed seed, so that every run tries the same.
"""

from __future__ import annotations

import random
import typing as t

from harness.holdings import Holdings, Key, content
from harness.keeper import CONNECTOR, JOB, RULESET, Keeper
from harness.lab import Lab
from harness.pairs import Pair, run_pairs
from harness.playbook import Ansible

DOMAINS = ("CUSTOMER_EMAIL", "INVOICE_NO", "CUSTOMER_FULL_NAME")
EDITS = 15
# release -> seed
CASES = {"6.0.17.0": 1, "19.0.0.0": 2, "2025.2.0.0": 3}


class Hand:
    """Somebody who edits one engine at random. Everything that is drawn is there and may be edited so."""

    def __init__(self, keeper: Keeper, draw: random.Random) -> None:
        self._keeper = keeper
        self._draw = draw

    def edit(self, times: int) -> None:
        """Do so many edits."""
        kinds: tuple[t.Callable[[], None], ...] = (
            self._connector_moves,
            self._job_changes,
            self._job_is_renamed,
            self._job_goes,
            self._job_reads,
            self._table_goes,
            self._column_is_mapped,
            self._ruleset_is_renamed,
            self._ruleset_goes,
            self._domain_changes,
        )
        for _time in range(times):
            self._draw.choice(kinds)()

    def _some(self, kind: str) -> Key:
        return self._draw.choice(sorted(key for key in self._holdings().objects if key.type == kind))

    def _holdings(self) -> Holdings:
        return Holdings(self._keeper.engine)

    def _new(self, what: str) -> str:
        return f"{what} {self._draw.randrange(10**9)}"

    def _connector_moves(self) -> None:
        key = self._some(CONNECTOR)
        field = "jdbc" if "jdbc" in self._keeper.row(*key) else "host"
        host = f"{self._draw.randrange(10**6)}.example.com"
        self._keeper.save(*key, **{field: f"jdbc:snowflake://{host}/data" if field == "jdbc" else host})

    def _job_changes(self) -> None:
        self._keeper.save(*self._some(JOB), maxMemory=1024 * self._draw.randint(2, 9))

    def _job_is_renamed(self) -> None:
        key = self._some(JOB)
        self._keeper.copy(*key, self._new("job"))
        self._keeper.delete(*key)

    def _job_goes(self) -> None:
        self._keeper.delete(*self._some(JOB))

    def _job_reads(self) -> None:
        holdings, key = self._holdings(), self._some(JOB)
        family = holdings.connector_of(holdings.ruleset_of(key)).type
        source = self._some(family)
        self._keeper.read_from(key.environment, key.name, source.environment, source.name, family)

    def _table_goes(self) -> None:
        key = self._some(RULESET)
        tables = sorted(self._keeper.tables(key.environment, key.name))
        if tables:
            self._keeper.drop_table(key.environment, key.name, self._draw.choice(tables))

    def _column_is_mapped(self) -> None:
        key = self._some(RULESET)
        tables = self._keeper.tables(key.environment, key.name)
        columns = sorted((table, column) for table, columns in tables.items() for column in columns)
        if columns:
            table, column = self._draw.choice(columns)
            self._keeper.mask(key.environment, key.name, table, column, self._draw.choice(DOMAINS))

    def _ruleset_is_renamed(self) -> None:
        self._keeper.save(*self._some(RULESET), rulesetName=self._new("rules"))

    def _ruleset_goes(self) -> None:
        holdings, key = self._holdings(), self._some(RULESET)
        for job in holdings.objects:
            if job.type.endswith("_JOB") and holdings.ruleset_of(job) == key:
                self._keeper.delete(*job)
        self._keeper.delete(*key)

    def _domain_changes(self) -> None:
        algorithms = ("BrokerLastName", "CustomerEmail", "InvoiceTokens")
        self._keeper.engine.person.change_domain(self._draw.choice(DOMAINS), self._draw.choice(algorithms))


def unlike(source: Holdings, target: Holdings) -> list[Key]:
    """What the target has otherwise, or what only one of them has. Jobs on the fly may be equal by what they say."""
    found = [*(source.objects.keys() ^ target.objects.keys())]
    ours, theirs = source.sources(), target.sources()
    for key in source.objects.keys() & target.objects.keys():
        mine, held = source.objects[key], target.objects[key]
        same = content(mine) == content(held) and ours[key] == theirs.get(key) if key in ours else False
        if mine.hash != held.hash and not same:
            found.append(key)
    return sorted(found)


def test_one_sync_makes_everything_as_it_is_on_the_source(ansible: Ansible, lab: Lab) -> None:
    options = {"object_types": ["all"], "create_environments": True, "prune": True}
    pairs, before = {}, {}
    for release, seed in CASES.items():
        source, target = (lab.start(data="environments", release=release) for _side in range(2))
        for number, engine in enumerate((source, target)):
            Hand(Keeper(engine), random.Random(10 * seed + number)).edit(EDITS)
        pairs[release] = Pair(source, target, options)
        before[release] = source.state()
        assert len(unlike(Holdings(source), Holdings(target))) > EDITS
    first, second = run_pairs(ansible, pairs), run_pairs(ansible, pairs)
    for release, (source, target, _options) in pairs.items():
        assert not first.of(release).failed, first.of(release).data["msg"]
        ours, theirs = Holdings(source), Holdings(target)
        assert unlike(ours, theirs) == [], release
        assert ours.engine_wide <= theirs.engine_wide
        assert theirs.environments.keys() == ours.environments.keys()
        assert source.state() == before[release]
        assert not second.of(release).failed, second.of(release).data["msg"]
        assert second.of(release).data["changed"] is False
        assert second.of(release).data["applied"]["imports"] == 0
