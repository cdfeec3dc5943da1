"""A secret's text to bytes and back. UnicodeError carries what it failed on, so it must not leave this file, not even
as another error's context."""

from typing import Final

from bankrails_sealing.errors import PlaintextUnusable

# Passwords, answers and account numbers are below 1 KB. The bound keeps a sealed field far below a record's 256 KiB.
PLAINTEXT_BYTES_MAX: Final = 16_384


def encoded(plaintext: str) -> bytes:
    """UTF-8. Raises PlaintextUnusable when it is too long, or holds half a surrogate pair and so is not text."""
    data = _utf8(plaintext)
    if data is None:
        raise PlaintextUnusable("it holds half a surrogate pair, which UTF-8 cannot carry")
    if len(data) > PLAINTEXT_BYTES_MAX:
        raise PlaintextUnusable(f"it has {len(data)} bytes, at most {PLAINTEXT_BYTES_MAX} are allowed")
    return data


def decoded(data: bytes) -> str | None:
    """None when it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _utf8(plaintext: str) -> bytes | None:
    try:
        return plaintext.encode()
    except UnicodeEncodeError:
        return None
