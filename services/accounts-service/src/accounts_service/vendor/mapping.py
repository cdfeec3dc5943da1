"""Our words ⇄ theirs. Total over what the contract can carry."""

from bankrails_contracts.accounts import ExternalAccountType
from bankrails_contracts.parts import HolderType

TYPES = {
    (ExternalAccountType.CHECKING, HolderType.PERSONAL): "Checking",
    (ExternalAccountType.SAVINGS, HolderType.PERSONAL): "Savings",
    (ExternalAccountType.PREPAID, HolderType.PERSONAL): "Prepaid",
    (ExternalAccountType.LOAN, HolderType.PERSONAL): "Loan",
    (ExternalAccountType.CHECKING, HolderType.BUSINESS): "Business Checking",
    (ExternalAccountType.SAVINGS, HolderType.BUSINESS): "Business Savings",
}
"""With the space, and this spelling exactly. Source: Helix: External Account. General Ledger is never sent."""

GENERAL_LEDGER = "General Ledger"
ACCOUNT_TYPES = {theirs: ours for (ours, _), theirs in TYPES.items()} | {
    GENERAL_LEDGER: ExternalAccountType.GENERAL_LEDGER
}

UNVERIFIED, VERIFIED, ARCHIVED = "Unverified", "Verified", "Archived"
TAKES_A_PLACE = (UNVERIFIED, "VerifyLocked", VERIFIED)
NAME_CHARACTERS_MAX = 50
MASK = "******"


def account_type(theirs: str | None) -> ExternalAccountType | None:
    """None for a word that is none of the seven."""
    return ACCOUNT_TYPES.get(theirs or "")


def masked(number: str) -> str:
    """As the vendor writes it, whatever the number's length."""
    return f"{MASK}{number[-4:]}"


def dollars(amount_minor: int) -> float:
    """A JSON number of dollars for 1 to 99 cents: the shortest decimal of each of these is written, 0.29 as 0.29."""
    return amount_minor / 100
