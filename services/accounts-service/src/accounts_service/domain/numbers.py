"""What routing and account numbers must be. They are text: zeros in front belong to them.

A fault is a sentence for the sender, or None; it never repeats the number.
"""

import re
from collections.abc import Mapping

from bankrails_rails.routing_numbers import routing_number_is_valid

SANDBOX_ROUTING_NUMBER = "123456789"
"""Helix's sandbox takes it although its check digit is wrong (docs.helix.q2.com/reference/externalaccountinitiate)."""

HELIX_ACCOUNT_NUMBER = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9 -]{1,17}")
"""The length is documented (Helix: External Account); its list of characters is not public, so this is the NACHA
field's common use. The one place for it."""

CANADIAN_ACCOUNT_NUMBER = re.compile(r"[0-9]{7,12}")
"""Depends on the bank. Source: Helcim OpenAPI, bank account create."""

LAST_FOUR_CHARACTERS_MIN = 7
"""Of a shorter number, the last four would be most of it."""


def account_number_fault(country: str, number: str) -> str | None:
    if country == "CA":
        return None if CANADIAN_ACCOUNT_NUMBER.fullmatch(number) else "an account number in CA has 7 to 12 digits"
    if HELIX_ACCOUNT_NUMBER.fullmatch(number):
        return None
    return "an account number in US has 1 to 17 letters, digits, spaces and hyphens"


def routing_number_fault(number: str, *, sandbox_number_allowed: bool) -> str | None:
    if sandbox_number_allowed and number == SANDBOX_ROUTING_NUMBER:
        return None
    return None if routing_number_is_valid(number) else "the routing number's check digit is wrong"


def last_four(number: str) -> str:
    """Its last four characters, or nothing of a number so short that they would give it away."""
    bare = spelling(number)
    return bare[-4:] if len(bare) >= LAST_FOUR_CHARACTERS_MIN else ""


def spelled_out(number: str, texts: Mapping[str, str]) -> str | None:
    """The name of the first text in which the number stands. A short one may stand in any text by chance."""
    bare = spelling(number)
    if len(bare) < LAST_FOUR_CHARACTERS_MIN:
        return None
    return next((name for name, text in texts.items() if bare in spelling(text)), None)


def spelling(number: str) -> str:
    """One spelling for the same number: banks print spaces and hyphens, and letters in either case."""
    return re.sub(r"[ -]", "", number).upper()
