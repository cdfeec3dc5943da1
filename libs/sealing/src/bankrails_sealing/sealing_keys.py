"""The receiver's side of sealing: private keys, the JWKS to publish, and opening.

Rotation overlaps: `rotate` makes the new key ACTIVE and leaves the old one RETIRING, so that senders with yesterday's
JWKS, records still in a topic and rows still in an inbox go on opening. `retire` ends that, key by key.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from bankrails_sealing.errors import KeyFileUnusable, NotSealed, SealBroken, SealedToRetiredKey, SealedToUnknownKey
from bankrails_sealing.key_ring import KID_SHAPE, KeyRing, KeyState, RingKey
from bankrails_sealing.plaintext import decoded
from bankrails_sealing.ring_file import RingFile
from bankrails_sealing.seal import ALGORITHM, CURVE, ENCRYPTION, read_header

# Nothing else: `zip` would tell of the content by its length, and `crit` would demand what we do not implement.
_HEADER_MEMBERS: Final = frozenset({"alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty"})


class SealingKeys(RingFile):
    _unknown = SealedToUnknownKey
    _retired = SealedToRetiredKey

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """Public keys that still open, as a JWKS; the first is the one to seal to."""
        self._follow()
        retiring = [key for key in self._ring if key.state is KeyState.RETIRING]
        return {"keys": [_public_jwk(key) for key in (self._ring.active, *retiring)]}

    def open(self, sealed: str) -> str:
        """The text inside. Raises NotSealed, SealedToUnknownKey, SealedToRetiredKey or SealBroken.

        Raises KeyFileUnusable when an unknown key id made it read the file again and the file is gone or bad: then it
        is not known whether the key is ours, and the sender must not be told that it is not.
        """
        header = read_header(sealed)
        if header is None:
            raise NotSealed
        if header.get("alg") != ALGORITHM or header.get("enc") != ENCRYPTION:
            raise SealBroken(f"its algorithms are not {ALGORITHM} and {ENCRYPTION}")
        if not header.keys() <= _HEADER_MEMBERS:
            raise SealBroken("its header has members that a seal does not have")
        kid = header.get("kid")
        if not isinstance(kid, str) or not KID_SHAPE.fullmatch(kid):
            raise SealBroken("its header names no key")
        key = self._usable(kid)
        try:
            private_key = self._private_keys[key.kid]
            plaintext = jwe.decrypt_compact(sealed, private_key, algorithms=[ALGORITHM, ENCRYPTION]).plaintext
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
            # The library speaks of a broken seal in all of these, depending on which part is broken and how.
            raise SealBroken(type(error).__name__) from None
        text = None if plaintext is None else decoded(plaintext)
        if text is None:
            raise SealBroken("what it holds is not UTF-8 text")
        return text

    @classmethod
    def _new_key(cls) -> RingKey:
        key = ECKey.generate_key(CURVE)
        return RingKey(key.thumbprint(), KeyState.ACTIVE, {**key.as_dict(private=True), "use": "enc", "alg": ALGORITHM})

    def _adopt(self, ring: KeyRing, document: Mapping[str, object]) -> None:
        usable = (key for key in ring if key.state is not KeyState.RETIRED)
        self._private_keys = {key.kid: _private_key(self._path, key) for key in usable}


def _public_jwk(key: RingKey) -> dict[str, object]:
    point = {name: key.jwk[name] for name in ("kty", "crv", "x", "y")}
    return {**point, "kid": key.kid, "use": "enc", "alg": ALGORITHM}


def _private_key(path: Path, key: RingKey) -> ECKey:
    if key.jwk.get("kty") != "EC" or key.jwk.get("crv") != CURVE:
        raise KeyFileUnusable(path, f"key {key.kid} is not an EC key on {CURVE}")
    try:
        return ECKey.import_key({name: str(key.jwk[name]) for name in ("kty", "crv", "x", "y", "d")})
    except (JoseError, ValueError, KeyError):
        raise KeyFileUnusable(path, f"key {key.kid} is not a private key on {CURVE}") from None
