# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are whole or not there, and nobody else's to read."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.maskops.delphix.plugins.module_utils import _files
from ansible_collections.maskops.delphix.plugins.module_utils._errors import (
    BundleError,
    FileError,
)
from ansible_collections.maskops.delphix.plugins.module_utils._files import (
    replacing,
    sha256,
    write_text,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _open_umask() -> t.Iterator[None]:
    """A umask that would let everybody read."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


def write(path: Path, text: bytes = b"new") -> None:
    with replacing(str(path)) as stream:
        stream.write(text)


def test_a_new_file_is_its_owners_alone(target: Path) -> None:
    write(target)
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_an_old_file_is_replaced_with_its_permissions(target: Path) -> None:
    target.write_bytes(b"a longer old text")
    target.chmod(0o644)
    write(target)
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o600


def test_it_is_nobody_elses_while_it_is_written(target: Path) -> None:
    with replacing(str(target)) as stream:
        stream.write(b"secret")
        stream.flush()
        for path in target.parent.iterdir():
            assert mode(path) == 0o600


def test_the_old_file_is_there_until_the_new_one_is_whole(target: Path) -> None:
    target.write_bytes(b"old")
    with replacing(str(target)) as stream:
        stream.write(b"half")
        stream.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"half"


@pytest.mark.parametrize("failure", [BundleError("damaged"), KeyboardInterrupt(), ValueError()], ids=repr)
def test_what_was_not_finished_leaves_nothing(target: Path, failure: BaseException) -> None:
    target.write_bytes(b"old")

    def stop() -> None:
        with replacing(str(target)) as stream:
            stream.write(b"half")
            raise failure

    with pytest.raises(type(failure)):
        stop()
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(target: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target.write_bytes(b"old")
    monkeypatch.setattr(_files.os, call, full)
    with pytest.raises(FileError, match="No space left") as caught:
        write(target)
    assert caught.value.subject == str(target)
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file") as caught:
        write(tmp_path / "missing" / "bundle.json")
    assert caught.value.subject == str(tmp_path / "missing" / "bundle.json")


def test_what_a_killed_process_left_is_used_up(target: Path) -> None:
    with replacing(str(target)) as stream:
        part = Path(str(stream.name))
    part.write_bytes(b"half of a much longer text")
    part.chmod(0o644)
    write(target)
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_link_laid_in_wait_is_not_followed(target: Path, tmp_path: Path) -> None:
    with replacing(str(target)) as stream:
        part = Path(str(stream.name))
    victim = tmp_path / "victim"
    victim.write_bytes(b"dear")
    part.symlink_to(victim)
    with pytest.raises(FileError):
        write(target)
    assert victim.read_bytes() == b"dear"


def test_two_do_not_write_one_file(target: Path) -> None:
    with replacing(str(target)) as stream:
        stream.write(b"first")
        with pytest.raises(FileError, match="another process") as caught:
            write(target, b"second")
        assert caught.value.subject == str(target)
    assert target.read_bytes() == b"first"


def test_the_lock_ends_with_the_file(target: Path) -> None:
    write(target, b"first")
    write(target, b"second")
    with target.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert target.read_bytes() == b"second"


def test_text_makes_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "made" / "receipts.json"
    write_text(str(path), "Zo\u00eb")
    assert path.read_text(encoding="utf-8") == "Zo\u00eb"
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_text_where_no_folder_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError):
        write_text(str(tmp_path / "file" / "receipts.json"), "x")


def test_checksum(target: Path) -> None:
    target.write_bytes(b"abc")
    assert sha256(str(target)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
