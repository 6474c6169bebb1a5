# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data profiles: what engines hold, the same again from the same seed."""

from __future__ import annotations

import pytest

from masking_simulator.data.profiles import check_profile
from masking_simulator.data.scale import parse_scale

RELEASES = ["6.0.1.0", "6.0.5.0", "6.0.17.0", "20.0.0.0", "2025.2.0.0", "2026.1.0.0"]


def ids(api, path, field, name):
    return {row[name]: row[field] for row in api.rows(path)}


@pytest.mark.parametrize("release", RELEASES)
def test_demo_is_realistic(local, release):
    api = local(data="demo", release=release).api()
    hashes = api.hashes()
    algorithms = api.rows("/algorithms")
    assert len(algorithms) >= 120
    assert len({row.get("frameworkId", row["algorithmType"]) for row in algorithms}) >= 6
    assert sum(1 for object_type, _ in hashes if object_type == "DOMAIN") >= 60
    assert len(api.rows("/profile-sets")) >= 5
    assert len(api.rows("/jdbc-drivers")) >= 6
    assert api.rows("/file-formats") and api.rows("/mount-filesystem") and api.rows("/environments")
    refused = {key: value for key, value in hashes.items() if value.startswith("Not Syncable: ")}
    assert ("DOMAIN", "BADGE_NO") in refused
    assert all(len(value) == 40 for key, value in hashes.items() if key not in refused)


@pytest.mark.parametrize("data", ["empty", "demo", "scale:12:8:2:0:400"])
@pytest.mark.parametrize("release", ["6.0.1.0", "2025.2.0.0"])
def test_same_seed_same_hashes_other_numbers(local, data, release):
    one, two = local(data=data, release=release).api(), local(data=data, release=release).api()
    engine_wide = {"DOMAIN", "USER_ALGORITHM", "LOOKUP", "KEY", "GLOBAL_OBJECT", "PROFILE_SET", "JDBC_DRIVER"}
    first, second = ({key: value for key, value in api.hashes().items() if key[0] in engine_wide} for api in (one, two))
    assert first == second
    drivers = [ids(api, "/jdbc-drivers", "jdbcDriverId", "driverName") for api in (one, two)]
    assert drivers[0].keys() == drivers[1].keys()
    assert not set(drivers[0].values()) & set(drivers[1].values()) or drivers[0] != drivers[1]


def test_numbers_of_different_kinds_collide(local):
    api = local(data="demo").api()
    drivers = set(ids(api, "/jdbc-drivers", "jdbcDriverId", "driverName").values())
    sets = set(ids(api, "/profile-sets", "profileSetId", "profileSetName").values())
    assert drivers & sets


def test_another_seed_gives_other_keys_but_the_same_names(local):
    one, two = local(data="demo", seed=1).api().hashes(), local(data="demo", seed=2).api().hashes()
    names = [{key for key in hashes if not key[1].isdigit()} for hashes in (one, two)]
    assert names[0] == names[1]
    assert one["KEY", "global"] != two["KEY", "global"]
    assert one["USER_ALGORITHM", "CustomerEmail"] != two["USER_ALGORITHM", "CustomerEmail"]
    for kind, name in (("USER_ALGORITHM", "dlpx-core:FirstName"), ("DOMAIN", "FIRST_NAME"), ("PROFILE_SET", "HIPAA")):
        assert one[kind, name] != two[kind, name]
    for kind, name in (("LICENSE_INFO", "global"), ("APPLICATION_SETTINGS", "global"), ("JDBC_DRIVER", "Oracle")):
        assert one[kind, name] == two[kind, name]


def test_scale_makes_what_is_asked(local):
    empty = len(local(data="empty").api().rows("/syncable-objects"))
    api = local(data="scale:20:15:3:0:1000").api()
    assert len(api.rows("/syncable-objects")) == empty + 20 + 15 + 3
    assert len(api.rows("/environments")) == 3


@pytest.mark.parametrize("profile", ["demo2", "scale", "scale:1:2:3:4", "scale:1:2:3:4:x", "scale:0:1:0:0:0"])
def test_bad_profiles_are_refused(profile):
    with pytest.raises(ValueError):
        check_profile(profile)


def test_scale_numbers():
    assert parse_scale("scale:1:2:3:4:5").lookup_bytes == 5


def test_engines_of_different_seeds_have_no_number_in_common(local):
    one, two = local(data="demo", seed=1).api(), local(data="demo", seed=2).api()
    for path, field in (
        ("/environments", "environmentId"),
        ("/jdbc-drivers", "jdbcDriverId"),
        ("/profile-sets", "profileSetId"),
        ("/users", "userId"),
    ):
        first, second = ({row[field] for row in api.rows(path)} for api in (one, two))
        assert first and second and max(first) < 100_000 < min(second), path


def test_engines_of_one_seed_use_near_numbers(local):
    numbers = [max(row["jdbcDriverId"] for row in local(data="demo").api().rows("/jdbc-drivers")) for _ in range(2)]
    assert all(number < 1000 for number in numbers)
