# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export and import of what belongs to environments."""

from __future__ import annotations

import simulator_environments as make


def pair(local, **switches):
    """Two engines of one data profile, the first with the shop environment."""
    source, target = local(data="demo", name="source").api(), local(data="demo", name="target", **switches).api()
    return source, target, make.shop(source)


def test_job_with_all_it_needs(local):
    source, target, shop = pair(local)
    document = source.document(make.ident("MASKING_JOB", shop["job"]))
    assert make.exported_types(document) == sorted(
        [
            ("MASKING_JOB", str(shop["job"])),
            ("DATABASE_RULESET", str(shop["ruleset"])),
            ("DATABASE_CONNECTOR", str(shop["connector"])),
            ("DOMAIN_REFERENCE", "CUSTOMER_EMAIL"),
            ("ALGORITHM_REFERENCE", "CustomerEmail"),
        ]
    )
    place = make.environment(target, "shop qa")
    answer = target.import_(document, environment_id=place)
    assert answer.status_code == 200, answer.text
    rows = {row["objectType"]: row for row in answer.json()}
    assert rows["MASKING_JOB"]["objectIdentifier"] == {"id": shop["job"]}
    for object_type, name in (
        ("MASKING_JOB", "mask customers"),
        ("DATABASE_RULESET", "customers"),
        ("DATABASE_CONNECTOR", "crm"),
    ):
        here = make.number(target, object_type, name, place)
        assert rows[object_type]["importedObjectIdentifier"] == {"id": here}
        there = make.number(source, object_type, name)
        assert here != there
        assert make.hash_of(target, object_type, here) == make.hash_of(source, object_type, there)
    ruleset = make.number(target, "DATABASE_RULESET", "customers", place)
    assert make.columns(target, ruleset)[shop["column"]]["algorithmName"] == "CustomerEmail"


def test_environment_with_all_in_it(local):
    source, target, shop = pair(local)
    place = make.environment(target, "other name")
    before = target.get(f"/environments/{place}").json()
    (row,) = source.get(f"/syncable-objects/environments/{shop['environment']}").json()["responseList"]
    document = source.document(row)
    answer = target.import_(document, environment_id=place)
    assert answer.status_code == 200, answer.text
    (environment,) = [row for row in answer.json() if row["objectType"] == "ENVIRONMENT"]
    assert environment["objectIdentifier"] == {"id": shop["environment"]}
    assert environment["importedObjectIdentifier"] == {"id": place}
    assert target.get(f"/environments/{place}").json() == before
    (here,) = target.get(f"/syncable-objects/environments/{place}").json()["responseList"]
    assert here["revisionHash"] == row["revisionHash"]
    make.connector(target, place, "extra")
    (here,) = target.get(f"/syncable-objects/environments/{place}").json()["responseList"]
    assert here["revisionHash"] != row["revisionHash"]
