"""Sealing: one value, one compact JWE to the receiver's public key (RFC 7516; RFC 7518 §4.6 and §5.3).

ECDH-ES makes a fresh key per value, so only the receiver can open it: not the sender, not the broker, not a log.
A seal hides a value; it does not say who sealed it, and it does not hide how long the value is.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from bankrails_sealing.errors import PublicKeyUnusable
from bankrails_sealing.key_ring import KID_SHAPE
from bankrails_sealing.plaintext import encoded

ALGORITHM: Final = "ECDH-ES"
ENCRYPTION: Final = "A256GCM"
CURVE: Final = "P-256"

# Real headers are about 270 characters: alg, enc, kid and the ephemeral public key.
HEADER_CHARS_MAX: Final = 1_024

# Direct key agreement has no encrypted key, so the second part is empty; then 96-bit nonce, ciphertext, 128-bit tag.
_AFTER_HEADER: Final = re.compile(r"\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{22}")


def seal(plaintext: str, jwk: Mapping[str, object]) -> str:
    """Compact JWE of the UTF-8 text to one public P-256 key with a `kid`.

    Raises PublicKeyUnusable (a private key is refused as well: the sender should not have it) and PlaintextUnusable.
    """
    key = _public_key(jwk)
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": jwk["kid"]}
    return jwe.encrypt_compact(header, encoded(plaintext), key, algorithms=[ALGORITHM, ENCRYPTION])


def preferred_key(jwks: Mapping[str, object]) -> Mapping[str, object]:
    """The first key of a JWKS: ours list the active key first (RFC 7517 §5 leaves the order to applications)."""
    match jwks.get("keys"):
        case [dict() as first, *_]:
            return first
        case _:
            raise PublicKeyUnusable("the JWKS holds no key")


def looks_sealed(value: object) -> bool:
    """Whether the value has the shape of a seal. Cheap: no cryptography, so it cannot tell whether it opens."""
    if not isinstance(value, str):
        return False
    header = read_header(value)
    return (
        header is not None
        and header.get("alg") == ALGORITHM
        and header.get("enc") == ENCRYPTION
        and isinstance(kid := header.get("kid"), str)
        and KID_SHAPE.fullmatch(kid) is not None
        and _AFTER_HEADER.fullmatch(value.partition(".")[2]) is not None
    )


def read_header(value: str) -> dict[str, object] | None:
    """The protected header of a compact JWE of any algorithm, or None when the value is no such thing."""
    protected, _, rest = value.partition(".")
    if len(protected) > HEADER_CHARS_MAX or rest.count(".") != 3:
        return None
    try:
        header = json.loads(urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) and {"alg", "enc"} <= header.keys() else None


def _public_key(jwk: Mapping[str, object]) -> ECKey:
    if "d" in jwk:
        raise PublicKeyUnusable("this is a private key; seal to the public half from the receiver's JWKS")
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not KID_SHAPE.fullmatch(kid):
        raise PublicKeyUnusable("the key has no usable `kid`")
    if jwk.get("kty") != "EC" or jwk.get("crv") != CURVE:
        raise PublicKeyUnusable(f"key {kid} is not an EC key on {CURVE}")
    if jwk.get("use", "enc") != "enc" or jwk.get("alg", ALGORITHM) != ALGORITHM:
        raise PublicKeyUnusable(f"key {kid} is not meant for {ALGORITHM}")
    try:
        return ECKey.import_key({name: str(jwk[name]) for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, KeyError) as error:
        raise PublicKeyUnusable(f"key {kid} is not a point on {CURVE}") from error
