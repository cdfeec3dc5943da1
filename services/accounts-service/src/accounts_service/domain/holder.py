"""Whose account it is, as far as the rules go."""

from bankrails_contracts.parts import AccountHolder, HolderType

PERSON_NAME_CHARACTERS_MAX = 50
"""Source: Helix: External Account, firstName and lastName."""


def holder_fault(holder: AccountHolder) -> tuple[str, str] | None:
    """The field and what is against it: a person has two names, a business its own."""
    if holder.holder_type is HolderType.BUSINESS:
        return None if holder.company_name is not None else ("company_name", "a business account needs it")
    for field, name in (("first_name", holder.first_name), ("last_name", holder.last_name)):
        if name is None:
            return field, "a personal account needs it"
        if len(name) > PERSON_NAME_CHARACTERS_MAX:
            return field, f"at most {PERSON_NAME_CHARACTERS_MAX} characters"
    return None
