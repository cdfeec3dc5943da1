"""How often a bank was reached with a login, for tests that prove that one act of a person reached it once."""

from collections import Counter
from dataclasses import dataclass

from bankrails_sandbox.vendor import Vendor


@dataclass(frozen=True, slots=True)
class LoginCount:
    """`attempts` with credentials, and `answers` to what the bank asked, by one merchant."""

    merchant: str
    login: str
    attempts: int
    answers: int


def count_logins(vendor: Vendor, login: str | None = None) -> list[LoginCount]:
    """In alphabetical order; None for all logins."""
    attempts = _counted(vendor, f"{vendor.name}.bank_attempt")
    answers = _counted(vendor, f"{vendor.name}.challenge_answer")
    return [
        LoginCount(*who, attempts[who], answers[who])
        for who in sorted(attempts.keys() | answers.keys())
        if login in (None, who[1])
    ]


def _counted(vendor: Vendor, kind: str) -> Counter[tuple[str, str]]:
    return Counter((effect.merchant, effect.login or "") for effect in vendor.effects.matching(kind=kind))
