"""Accounts that a bank login shows: their ids here."""

from bankrails_contracts.ids import derived_id


def external_account_id(connection_id: str, account_ref: str) -> str:
    """The same for the same account of the same login, however often the login's data are fetched."""
    return derived_id("external account", connection_id, account_ref)
