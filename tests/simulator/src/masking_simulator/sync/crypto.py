# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signature of an export document and the encryption of its blob.

A blob begins with four bytes that say how it is kept: plain, 3DES or AES. Encrypted ones
go on with salt and initialisation vector; the encrypted text ends with the SHA-256 of
itself, which tells a wrong passphrase from a right one.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

PLAIN, TRIPLE_DES, AES = b"MSP1", b"MSD1", b"MSA1"
CHUNK = 768 * 1024
_ROUNDS = 10_000
_SALT = 16
_CHECK = 32


class WrongPassphrase(Exception):
    """The passphrase does not open the blob."""


class PassphraseMissing(Exception):
    """The blob is encrypted and no passphrase was given."""


class Signer:
    """The key pair with which one engine signs what it exports."""

    def __init__(self, pem: bytes | None = None) -> None:
        if pem is None:
            self._key = dsa.generate_private_key(1024)
        else:
            key = serialization.load_pem_private_key(pem, None)
            if not isinstance(key, dsa.DSAPrivateKey):
                raise ValueError("not a DSA key")
            self._key = key

    def pem(self) -> bytes:
        """The private key, to be kept in the engine's state."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_key(self) -> str:
        """The public key as base64 of its DER form."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def sign(self, digest: bytes) -> str:
        """The signature over a SHA-256 digest, as base64."""
        return base64.b64encode(self._key.sign(digest, Prehashed(hashes.SHA256()))).decode()


def signature_fits(digest: bytes, signature: str, public_key: str) -> bool:
    """Whether a signature over a SHA-256 digest was made with the key that comes along."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(public_key, validate=True))
        if not isinstance(key, dsa.DSAPublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), digest, Prehashed(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(chunks: Iterable[bytes], passphrase: str | None, method: bytes) -> Iterator[bytes]:
    """The bytes of a blob: the chunks as they are, or encrypted when there is a passphrase."""
    if passphrase is None:
        yield PLAIN
        yield from chunks
        return
    salt, vector = os.urandom(_SALT), os.urandom(_block(method))
    yield method + salt + vector
    encryptor = _cipher(method, passphrase, salt, vector).encryptor()
    padder = padding.PKCS7(_block(method) * 8).padder()
    check = hashlib.sha256()
    for chunk in chunks:
        check.update(chunk)
        yield encryptor.update(padder.update(chunk))
    yield encryptor.update(padder.update(check.digest()) + padder.finalize()) + encryptor.finalize()


def unseal(blob: BinaryIO, plain: BinaryIO, passphrase: str | None) -> None:
    """Write the plain text of a blob to a file.

    Raises ValueError for something that is not a blob, PassphraseMissing or WrongPassphrase.
    """
    method = blob.read(4)
    if method == PLAIN:
        while chunk := blob.read(CHUNK):
            plain.write(chunk)
        return
    if method not in (TRIPLE_DES, AES):
        raise ValueError("unknown blob format")
    if passphrase is None:
        raise PassphraseMissing
    salt, vector = blob.read(_SALT), blob.read(_block(method))
    if len(salt) != _SALT or len(vector) != _block(method):
        raise ValueError("blob too short")
    decryptor = _cipher(method, passphrase, salt, vector).decryptor()
    unpadder = padding.PKCS7(_block(method) * 8).unpadder()
    check = hashlib.sha256()
    held = b""
    try:
        while chunk := blob.read(CHUNK):
            held += unpadder.update(decryptor.update(chunk))
            check.update(held[:-_CHECK])
            plain.write(held[:-_CHECK])
            held = held[-_CHECK:]
        held += unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise WrongPassphrase from None
    check.update(held[:-_CHECK])
    plain.write(held[:-_CHECK])
    if check.digest() != held[-_CHECK:]:
        raise WrongPassphrase


def _block(method: bytes) -> int:
    return 8 if method == TRIPLE_DES else 16


def _cipher(method: bytes, passphrase: str, salt: bytes, vector: bytes) -> Cipher[modes.CBC]:
    length = 24 if method == TRIPLE_DES else 32
    kdf = PBKDF2HMAC(hashes.SHA1() if method == TRIPLE_DES else hashes.SHA256(), length, salt, _ROUNDS)
    key = kdf.derive(passphrase.encode("utf-8", "surrogateescape"))
    algorithm = TripleDES(key) if method == TRIPLE_DES else algorithms.AES(key)
    return Cipher(algorithm, modes.CBC(vector))
