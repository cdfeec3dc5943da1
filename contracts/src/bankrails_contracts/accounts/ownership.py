"""Whose account the bank says it is, and which of several the person means."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bankrails_contracts.accounts.base import AccountsCommand, AccountsEvent
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Event, Service
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Part


class NameMatch(StrEnum):
    EXACT = "exact"
    """The same but for case, accents, punctuation and spaces."""
    NEAR = "near"
    """The same by a stated rule, which `rule` names."""
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    """The bank shows no name."""


class OwnershipCompared(AccountsEvent):
    """The name on the account against the customer's. Published for every account that a login is to link."""

    aggregate_field = "external_account_id"
    connection_id: Id
    match: Open[NameMatch]
    rule: str | None = None
    """Why they are near: `initials`, `order`, `hyphen`, `company_suffix`, …"""
    bank_name_on_account: str | None = None
    """As the bank shows it."""
    customer_name: str
    linked: bool
    """False: the command does not allow this match, and the account was not linked."""


class OfferedAccount(Part):
    account_ref: str
    """The vendor's id of it, stable within the connection."""
    external_account_id: Id
    """Under which it will be known."""
    account_type: str
    name: str | None = None
    account_masked: str | None = None
    match: Open[NameMatch]


class AccountChoiceRequired(Event):
    """The login shows several accounts, and the person is to choose. Answer with ChooseAccounts."""

    service = Service.ACCOUNTS
    aggregate_field = "connection_id"
    connection_id: Id
    user_id: Id
    accounts: tuple[OfferedAccount, ...]


class ChooseAccounts(AccountsCommand):
    """Which of the accounts offered are linked. Each is answered as by LinkExternalAccount, or CommandRefused."""

    aggregate_field = "connection_id"
    connection_id: Id
    account_refs: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
