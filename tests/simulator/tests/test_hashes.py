# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Revision hashes: what moves them and what does not."""

from __future__ import annotations

from simulator_support import GLOBAL, algorithm, domain


def changed(before, after):
    return {key for key in before if before[key] != after[key]} - {("GLOBAL_OBJECT", "global")}


def test_saving_without_a_change_moves_the_hash(local):
    api = local(data="demo").api()
    before = api.hashes()
    body = api.get("/domains/INVOICE_NO").json()
    assert api.put("/domains/INVOICE_NO", json=body).json() == body
    after = api.hashes()
    assert changed(before, after) == {("DOMAIN", "INVOICE_NO")}
    assert before["GLOBAL_OBJECT", "global"] != after["GLOBAL_OBJECT", "global"]


def test_a_change_moves_all_that_depend_on_it(local):
    api = local(data="demo").api()
    before = api.hashes()
    assert api.put("/algorithms/CustomerFirstName/randomize-key").status_code == 200
    assert changed(before, api.hashes()) == {
        ("USER_ALGORITHM", "CustomerFirstName"),
        ("USER_ALGORITHM", "CustomerFullName"),
        ("DOMAIN", "CUSTOMER_FIRST_NAME"),
        ("DOMAIN", "CUSTOMER_FULL_NAME"),
        ("CLASSIFIER", "Customer first name"),
        ("CLASSIFIER", "Customer full name"),
        ("PROFILE_SET", "Customer data"),
        ("USER_ALGORITHM", "LetterRedaction"),
        ("DOMAIN", "LETTER_TEXT"),
        ("FILE_FORMAT", "orders.csv"),
    }


def test_revision_id_moves_only_with_the_object_itself(local):
    api = local(data="demo").api()
    before = api.row("DOMAIN", "CUSTOMER_FIRST_NAME")
    api.put("/algorithms/CustomerFirstName/randomize-key")
    after = api.row("DOMAIN", "CUSTOMER_FIRST_NAME")
    assert before["revisionHash"] != after["revisionHash"]
    assert before["revisionId"] == after["revisionId"]


def test_engine_local_state_is_not_part_of_the_hash(local):
    api = local(data="demo").api()
    before = api.hashes()
    mount = api.rows("/mount-filesystem")[0]
    assert api.put(f"/mount-filesystem/{mount['mountId']}/connect").json()["status"] == "ACTIVE"
    assert api.hashes() == before


def test_global_object_differs_as_soon_as_one_member_is_extra(local):
    one, two = local(data="demo").api(), local(data="demo").api()
    same = one.hashes("GLOBAL_OBJECT")
    assert same == two.hashes("GLOBAL_OBJECT")
    assert two.post("/domains", json={"domainName": "EXTRA", "defaultAlgorithmCode": "CustomerEmail"}).is_success
    assert two.hashes("GLOBAL_OBJECT") != same
    assert two.delete("/domains/EXTRA").is_success
    assert two.hashes("GLOBAL_OBJECT") == same


def test_objects_made_twice_differ(local):
    one, two = local(data="demo").api(), local(data="demo").api()
    body = {"domainName": "TWICE", "defaultAlgorithmCode": "CustomerEmail"}
    for api in (one, two):
        assert api.post("/domains", json=body).is_success
    assert one.hashes()["DOMAIN", "TWICE"] != two.hashes()["DOMAIN", "TWICE"]


def test_import_on_the_same_release_gives_the_same_hash(local):
    source, target = local(data="demo").api(), local(seed=2).api()
    assert target.import_(source.document(GLOBAL)).is_success
    assert source.hashes("GLOBAL_OBJECT") == target.hashes("GLOBAL_OBJECT")


def test_hashes_do_not_compare_across_releases(local):
    source = local(data="demo", release="2025.2.0.0").api()
    target = local(release="2025.3.0.0").api()
    assert target.import_(source.document(domain("INVOICE_NO"))).is_success
    assert source.hashes()["DOMAIN", "INVOICE_NO"] != target.hashes()["DOMAIN", "INVOICE_NO"]
    again = target.import_(source.document(domain("INVOICE_NO")), force=False)
    assert again.is_success, "identical content is no change, whatever the hashes say"


def test_references_carry_the_hash_of_what_they_point_at_or_their_own(local):
    for switch, same in (("same", True), ("own", False)):
        api = local(data="demo", reference_hash=switch).api()
        listed = api.hashes()
        document = api.document({"objectIdentifier": {"id": "orders.csv"}, "objectType": "FILE_FORMAT"})
        references = [
            row
            for row in document["exportResponseMetadata"]["exportedObjectList"]
            if row["objectType"] == "DOMAIN_REFERENCE"
        ]
        assert references
        for row in references:
            assert (row["revisionHash"] == listed["DOMAIN", row["objectIdentifier"]["id"]]) is same


def test_mapping_algorithms_follow_their_switch(local):
    refused = local(data="demo").api().hashes()["USER_ALGORITHM", "BadgeMapping"]
    assert refused.startswith("Not Syncable: ")
    allowed = local(data="demo", mapping_algorithms="syncable").api()
    assert len(allowed.hashes()["USER_ALGORITHM", "BadgeMapping"]) == 40
    assert allowed.export(algorithm("BadgeMapping")).is_success
