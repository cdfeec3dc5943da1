"""Whether a routing number can be one, and whose it is."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from bankrails_contracts.accounts.base import AccountsCommand
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Event, Service
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Country


class BlockedFor(StrEnum):
    INVALID = "INVALID"
    """It is no routing number."""
    BLOCKED = "BLOCKED"
    """Nobody may use it."""
    CLIENT_BLOCKED = "CLIENT_BLOCKED"
    """Our configuration forbids it."""
    IAV_PREFERRED = "IAV_PREFERRED"
    """Its bank offers a login, which proves an account at once; deposits are possible all the same."""


class CheckRoutingNumber(AccountsCommand):
    """Answered by RoutingNumberChecked, also when the number is wrong, or by CommandRefused. Nothing is kept."""

    aggregate_field = "check_id"
    check_id: Id
    country: Country
    """Never guessed from the number: both countries have nine digits, and one in ten Canadian ones passes the ABA sum."""
    routing_number: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """As a person wrote it. US: nine digits. Canada: `TTTTT-III` or `0IIITTTTT`."""


class RoutingNumberChecked(Event):
    service = Service.ACCOUNTS
    aggregate_field = "check_id"
    check_id: Id
    country: str
    valid: bool
    """It has the form and, in the US, the check digit. That says nothing about whether its bank exists."""
    usable: bool
    """Valid, and not blocked."""
    fault: str | None = None
    routing_number: str | None = None
    """US: the nine digits."""
    institution_number: str | None = None
    transit_number: str | None = None
    bank_name: str | None = None
    """By the FedACH directory, where one is configured."""
    in_directory: bool | None = None
    """None where no directory is configured."""
    blocked: Open[BlockedFor] | None = None
