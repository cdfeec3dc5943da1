"""Our words → theirs. Total over what the contract can carry."""

import hashlib

from bankrails_contracts.parts import AccountType, HolderType

TYPES = {
    (AccountType.CHECKING, HolderType.PERSONAL): "Checking",
    (AccountType.SAVINGS, HolderType.PERSONAL): "Savings",
    (AccountType.CHECKING, HolderType.BUSINESS): "Business Checking",
    (AccountType.SAVINGS, HolderType.BUSINESS): "Business Savings",
}
"""With the space, and this spelling exactly. Source: Helix: External Account."""

VERIFIED = "Verified"
NAME_CHARACTERS_MAX = 50


def tag(external_account_id: str) -> str:
    """50 characters, which is all that a tag may have: an id of ours may have 64, and others share the program."""
    return "bankrails-" + hashlib.sha256(external_account_id.encode()).hexdigest()[:40]
