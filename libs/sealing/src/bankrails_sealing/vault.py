"""Encryption at rest: AES-256-GCM under a key ring, and keyed fingerprints for equality look-ups.

A token is `<kid>.<nonce ‖ ciphertext ‖ tag>`, base64url without padding. `context` says where the value belongs
("bank_account.account_number:<row id>"). It is authenticated, not stored: a token copied to another row or column does
not decrypt. Nonces are random 96-bit numbers, good for 2^32 values per key (NIST SP 800-38D §8.3); rotate long before.

The fingerprint key is not rotated: each fingerprint in the database would have to be made anew from its plaintext.
Account numbers can be guessed one by one, so whoever holds this key and the column holds the numbers.
"""

import hashlib
import hmac
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bankrails_sealing.errors import (
    KeyFileUnusable,
    TokenBroken,
    TokenMalformed,
    TokenUnderRetiredKey,
    TokenUnderUnknownKey,
)
from bankrails_sealing.key_ring import KeyRing, KeyState, RingKey
from bankrails_sealing.plaintext import encoded
from bankrails_sealing.ring_file import RingFile

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
# 38 characters hold nonce and tag alone, the shortest body there is: an empty plaintext.
_TOKEN: Final = re.compile(r"(?P<kid>[A-Za-z0-9_-]{1,64})\.(?P<body>[A-Za-z0-9_-]{38,})")


class Vault(RingFile):
    _unknown = TokenUnderUnknownKey
    _retired = TokenUnderRetiredKey

    def encrypt(self, plaintext: str, *, context: str) -> str:
        """Raises PlaintextUnusable."""
        self._follow()
        kid = self._ring.active.kid
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = self._ciphers[kid].encrypt(nonce, encoded(plaintext), _associated_data(kid, context))
        return f"{kid}.{_text(nonce + ciphertext)}"

    def decrypt(self, token: str, *, context: str) -> str:
        """Raises TokenMalformed, TokenUnderUnknownKey, TokenUnderRetiredKey or TokenBroken."""
        kid, body = _parsed(token)
        key = self._usable(kid)
        nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
        try:
            plaintext = self._ciphers[key.kid].decrypt(nonce, ciphertext, _associated_data(kid, context))
        except InvalidTag:
            raise TokenBroken from None
        return plaintext.decode()

    def needs_reencryption(self, token: str) -> bool:
        """Whether it was written under another key than the active one. Raises TokenMalformed."""
        self._follow()
        return _parsed(token)[0] != self._ring.active.kid

    def fingerprint(self, plaintext: str, *, context: str) -> str:
        """64 hex digits, equal for equal text in equal context; bring the text to one spelling first.

        The context names the kind of value ("account_number"), never the row: equal numbers in two rows must match.
        """
        # The length in front keeps ("ab", "c") and ("a", "bc") apart.
        message = len(context.encode()).to_bytes(4) + context.encode() + encoded(plaintext)
        return hmac.new(self._fingerprint_key, message, hashlib.sha256).hexdigest()

    @classmethod
    def _new_key(cls) -> RingKey:
        # The key id is short, for it stands in front of every value, and random, for it must say nothing of the key.
        return RingKey(secrets.token_hex(4), KeyState.ACTIVE, {**_new_secret("A256GCM"), "use": "enc"})

    @classmethod
    def _new_members(cls) -> dict[str, object]:
        return {"fingerprint_key": _new_secret("HS256")}

    def _adopt(self, ring: KeyRing, document: Mapping[str, object]) -> None:
        fingerprint_jwk = document.get("fingerprint_key")
        if not isinstance(fingerprint_jwk, dict):
            raise KeyFileUnusable(self._path, "has no `fingerprint_key`")
        usable = (key for key in ring if key.state is not KeyState.RETIRED)
        ciphers = {key.kid: AESGCM(_secret(self._path, key.kid, key.jwk)) for key in usable}
        self._fingerprint_key = _secret(self._path, "fingerprint_key", fingerprint_jwk)
        self._ciphers = ciphers


def _new_secret(algorithm: str) -> dict[str, str]:
    return {"kty": "oct", "alg": algorithm, "k": _text(secrets.token_bytes(KEY_BYTES))}


def _secret(path: Path, name: str, jwk: Mapping[str, object]) -> bytes:
    encoded = jwk.get("k")
    if jwk.get("kty") != "oct" or not isinstance(encoded, str) or not re.fullmatch(r"[A-Za-z0-9_-]{43}", encoded):
        raise KeyFileUnusable(path, f"key {name} is not a {KEY_BYTES * 8}-bit octet key")
    return _bytes(encoded)


def _associated_data(kid: str, context: str) -> bytes:
    return f"{kid}.{context}".encode()  # a key id holds no full stop, so no two pairs read the same


def _parsed(token: str) -> tuple[str, bytes]:
    match = _TOKEN.fullmatch(token)
    if match is None or len(match["body"]) % 4 == 1:
        raise TokenMalformed
    return match["kid"], _bytes(match["body"])


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
