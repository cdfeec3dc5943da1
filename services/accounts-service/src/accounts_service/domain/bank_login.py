"""Accounts that a bank login shows: their ids here."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6f0d3c52-3b6c-5d0a-9a41-0d7f7e1c8a55")
"""Fixed for ever: another one would link every account of every login a second time."""


def external_account_id(connection_id: str, account_ref: str) -> str:
    """The same for the same account of the same login, however often the login's data are fetched."""
    return str(uuid5(_NAMESPACE, f"{connection_id}/{account_ref}"))  # an id holds no slash
