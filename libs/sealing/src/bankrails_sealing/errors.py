"""What can go wrong with a secret.

SealError
├── KeyFileUnusable        our own key file is missing, malformed or contradicts itself: the service does not start
├── PublicKeyUnusable      the receiver's key is not a P-256 public key with a key id: nothing was sealed
├── PlaintextUnusable      too long, or not text: nothing was sealed or encrypted
├── NotSealed              a secret travelled in the clear: refuse the message, store nothing of it, tell the sender
├── SealedToUnknownKey     sealed to somebody else, or to a key that never was ours
├── SealedToRetiredKey     the sender holds a JWKS from before a rotation: it fetches the new one and seals again
├── SealBroken             a JWE, but with other algorithms, or altered on the way
├── TokenMalformed         not something a Vault has written
├── TokenUnderUnknownKey   the column was written under another key file
├── TokenUnderRetiredKey   a key was retired before its rows were re-encrypted
└── TokenBroken            altered at rest, or moved to a row or column it was not written for

No message and no field of these carries the value that failed, and none is chained to an exception that does.
"""

from pathlib import Path


class SealError(Exception):
    pass


class KeyFileUnusable(SealError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"key file {path}: {reason}")
        self.path = path
        self.reason = reason


class PublicKeyUnusable(SealError):
    pass


class PlaintextUnusable(SealError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"the plaintext cannot be used: {reason}")
        self.reason = reason


class NotSealed(SealError):
    def __init__(self) -> None:
        super().__init__("the value is not sealed: expected a compact JWE (ECDH-ES, A256GCM) to the receiver's key")


class SealedToUnknownKey(SealError):
    def __init__(self, kid: str) -> None:
        super().__init__(f"sealed to key {kid}, which this service does not hold")
        self.kid = kid


class SealedToRetiredKey(SealError):
    def __init__(self, kid: str) -> None:
        super().__init__(f"sealed to key {kid}, which is retired: fetch the JWKS again and seal to its first key")
        self.kid = kid


class SealBroken(SealError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"the seal does not open: {reason}")
        self.reason = reason


class TokenMalformed(SealError):
    def __init__(self) -> None:
        super().__init__("not a value written by a vault")


class TokenUnderUnknownKey(SealError):
    def __init__(self, kid: str) -> None:
        super().__init__(f"encrypted under key {kid}, which this vault does not hold")
        self.kid = kid


class TokenUnderRetiredKey(SealError):
    def __init__(self, kid: str) -> None:
        super().__init__(f"encrypted under key {kid}, which was retired and erased before the row was re-encrypted")
        self.kid = kid


class TokenBroken(SealError):
    def __init__(self) -> None:
        super().__init__("the encrypted value was altered, or was written for another context")
