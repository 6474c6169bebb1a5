# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document format and its cryptography, without an engine."""

from __future__ import annotations

import hashlib
import io

import orjson
import pytest

from masking_simulator.sync.crypto import (
    AES,
    PLAIN,
    TRIPLE_DES,
    PassphraseMissing,
    Signer,
    WrongPassphrase,
    seal,
    signature_fits,
    unseal,
)
from masking_simulator.sync.document import BadDocument, BadSignature, frame, read_document, write_document

SIZES = [0, 1, 2, 3, 31, 32, 33, 767, 768 * 1024 - 1, 768 * 1024, 768 * 1024 + 1, 3_000_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", [TRIPLE_DES, AES])
def test_what_is_sealed_can_be_unsealed(size, method):
    plain = hashlib.shake_256(b"x").digest(size)
    sealed = b"".join(seal([plain[:5], plain[5:]], "p", method))
    assert sealed.startswith(method) and (size < 8 or plain not in sealed)
    out = io.BytesIO()
    unseal(io.BytesIO(sealed), out, "p")
    assert out.getvalue() == plain
    with pytest.raises(WrongPassphrase):
        unseal(io.BytesIO(sealed), io.BytesIO(), "q")
    with pytest.raises(PassphraseMissing):
        unseal(io.BytesIO(sealed), io.BytesIO(), None)
    with pytest.raises(WrongPassphrase):
        unseal(io.BytesIO(sealed[:-1]), io.BytesIO(), "p")


def test_without_a_passphrase_nothing_is_hidden():
    assert b"".join(seal([b"ab", b"c"], None, AES)) == PLAIN + b"abc"


def test_signature_fits_one_text_and_one_key():
    one, two = Signer(), Signer()
    digest = hashlib.sha256(b"text").digest()
    signature = one.sign(digest)
    assert signature_fits(digest, signature, one.public_key())
    assert not signature_fits(hashlib.sha256(b"texts").digest(), signature, one.public_key())
    assert not signature_fits(digest, signature, two.public_key())
    assert signature_fits(digest, Signer(one.pem()).sign(digest), one.public_key())


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("passphrase", [None, "p"])
def test_documents_come_back(tmp_path, zipped, passphrase):
    data = hashlib.shake_256(b"lookup").digest(2_000_000)
    record = {
        "type": "DOMAIN",
        "identifier": {"id": "A"},
        "name": "A",
        "revision": "r",
        "body": {"x": [1]},
        "fingerprint": "",
        "digest": "d",
    }
    header = {"release": "2025.2.0.0", "records": 1}
    frames = [frame(orjson.dumps(header)), frame(orjson.dumps(record)), frame(data)]
    path = tmp_path / "document"
    write_document(path, {"exportHost": 'a "blob": "AAAA" b'}, frames, passphrase, AES, Signer(), zipped)
    bundle = read_document(path, tmp_path, passphrase)
    assert bundle.release == "2025.2.0.0"
    (only,) = bundle.records
    assert only.name == "A" and only.body == {"x": [1]} and bundle.content(only) == data


def test_broken_blobs_are_told_apart(tmp_path):
    path = tmp_path / "document"
    signer = Signer()
    for frames, error in (
        ([b""], BadDocument),
        ([frame(b"{}")], BadDocument),
        ([frame(b"[")], BadDocument),
        ([frame(orjson.dumps({"release": "1", "records": 2}))], BadDocument),
    ):
        write_document(path, {}, frames, None, AES, signer, False)
        with pytest.raises(error):
            read_document(path, tmp_path, None)
    write_document(path, {}, [frame(b"{}")], None, AES, signer, False)
    path.write_bytes(path.read_bytes().replace(b'"blob":"T', b'"blob":"U'))
    with pytest.raises(BadSignature):
        read_document(path, tmp_path, None)
