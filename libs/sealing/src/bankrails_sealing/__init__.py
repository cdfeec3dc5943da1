"""Sealed fields between services, and encryption at rest within one."""

from bankrails_sealing.errors import (
    KeyFileUnusable,
    NotSealed,
    PlaintextUnusable,
    PublicKeyUnusable,
    SealBroken,
    SealedToRetiredKey,
    SealedToUnknownKey,
    SealError,
    TokenBroken,
    TokenMalformed,
    TokenUnderRetiredKey,
    TokenUnderUnknownKey,
)
from bankrails_sealing.key_ring import KeyState
from bankrails_sealing.seal import looks_sealed, preferred_key, seal
from bankrails_sealing.sealing_keys import SealingKeys
from bankrails_sealing.vault import Vault

__all__ = [
    "KeyFileUnusable",
    "KeyState",
    "NotSealed",
    "PlaintextUnusable",
    "PublicKeyUnusable",
    "SealBroken",
    "SealError",
    "SealedToRetiredKey",
    "SealedToUnknownKey",
    "SealingKeys",
    "TokenBroken",
    "TokenMalformed",
    "TokenUnderRetiredKey",
    "TokenUnderUnknownKey",
    "Vault",
    "looks_sealed",
    "preferred_key",
    "seal",
]
