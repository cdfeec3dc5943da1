"""Bank account numbers that are nobody's, the same in every run; and a number as it may be shown."""

import hashlib


def account_number_of(login: str, account: str, *, digits: int) -> str:
    """Never with a leading zero, which a careless reader would lose."""
    smallest = int(10 ** (digits - 1))
    digest = hashlib.sha256(f"{login}/{account}".encode()).digest()
    return str(smallest + int.from_bytes(digest[:8]) % (9 * smallest))


def masked(number: str) -> str:
    return "******" + number[-4:]
