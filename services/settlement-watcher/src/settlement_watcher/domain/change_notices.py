"""What a bank's notice of change corrects: 29 characters, cut up as the notice's code says.

The layouts are those of addenda 98 (moov-io/ach, addenda98.go). Whatever cannot be read without guessing is
refused, never stored: the next debit would go to somebody else's account. A notice is no return: the money has moved.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from bankrails_contracts.settlement import CorrectedAccountType
from bankrails_rails.banking_days import BankingCalendar
from bankrails_rails.routing_numbers import routing_number_is_valid

DATA_CHARACTERS = 29
ACCOUNT_CHARACTERS = 17
ROUTING_CHARACTERS = 9
NAME_CHARACTERS = 22
APPLY_WITHIN_BANKING_DAYS = 6
"""Or before the next entry, if that is later (Nacha; moov-io/ach docs/changes.md)."""
REFUSE_WITHIN = timedelta(days=15)
"""Of receipt; after that the bank need not take the refusal (moov-io/ach docs/changes.md)."""

MISROUTED, BAD_DATA, BAD_TRANSACTION_CODE = "C61", "C65", "C69"
"""Which refusal the originating bank sends back (moov-io/ach: misrouted; incorrectly formatted corrected data; incorrect
transaction code)."""

ACCOUNT_TYPES = {
    "2": CorrectedAccountType.CHECKING,
    "3": CorrectedAccountType.SAVINGS,
    "4": CorrectedAccountType.GENERAL_LEDGER,
    "5": CorrectedAccountType.LOAN,
}
"""By a transaction code's first digit; the second says credit, debit or prenote."""

_ACCOUNT = re.compile(r"(?=.*[0-9A-Za-z])[0-9A-Za-z-]{1,17}")
_TEXT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True)
class Correction:
    """What a notice does not correct is None. The account number is in the clear: it lives in memory alone."""

    routing_number: str | None = None
    account_number: str | None = field(default=None, repr=False)
    account_type: CorrectedAccountType | None = None
    name: str | None = None
    individual_id: str | None = None


class BadCorrection(ValueError):
    """It cannot be read. The text quotes nothing of it."""

    def __init__(self, reason: str, refuse_as: str = BAD_DATA) -> None:
        super().__init__(reason)
        self.refuse_as = refuse_as


@dataclass(frozen=True)
class ChangeCode:
    corrects: str
    read: Callable[[str], Correction]
    of_the_account: bool = True
    """Whether something of the account's own data changes, which somebody has to apply."""


def read_correction(code: str, data: str) -> Correction:
    """`data` as the bank wrote it; blanks at its end may be missing. Raises BadCorrection."""
    if len(data) > DATA_CHARACTERS:
        raise BadCorrection(f"the corrected data have more than {DATA_CHARACTERS} characters")
    if not data.isascii() or not data.isprintable():
        raise BadCorrection("the corrected data hold characters that these rails do not have")
    return CODES[code].read(data)


def applies(code: str) -> bool:
    return CODES[code].of_the_account


def apply_by(calendar: BankingCalendar, received_on: date) -> date:
    return calendar.add(received_on, APPLY_WITHIN_BANKING_DAYS)


def masked(account_number: str) -> str:
    """At most half of it is shown, and never more than four characters."""
    shown = min(4, len(account_number) // 2)
    return "******" + account_number[len(account_number) - shown :]


def _account_alone(data: str) -> Correction:
    return Correction(account_number=_account(data))


def _routing_alone(data: str) -> Correction:
    return Correction(routing_number=_routing(data.rstrip()))


def _routing_and_account(data: str) -> Correction:
    rest = data[ROUTING_CHARACTERS:]
    return Correction(routing_number=_routing(data[:ROUTING_CHARACTERS]), account_number=_account(rest))


def _name(data: str) -> Correction:
    return Correction(name=_text(data, "name"))


def _type_alone(data: str) -> Correction:
    return Correction(account_type=_type(data.rstrip()))


def _account_and_type(data: str) -> Correction:
    account, code = data[:ACCOUNT_CHARACTERS], data[ACCOUNT_CHARACTERS:].strip(" ")
    return Correction(account_number=_account(account), account_type=_type(code))


def _routing_account_and_type(data: str) -> Correction:
    rest = data[ROUTING_CHARACTERS:]
    words = [] if rest.startswith(" ") else rest.split()
    if len(words) == 1 and len(words[0]) == ACCOUNT_CHARACTERS + 2:
        words = [words[0][:ACCOUNT_CHARACTERS], words[0][ACCOUNT_CHARACTERS:]]
    if len(words) != 2:
        raise BadCorrection("an account number and a transaction code must stand there")
    account_number, account_type = _account(words[0]), _type(words[1])
    return Correction(_routing(data[:ROUTING_CHARACTERS]), account_number, account_type)


def _individual_id(data: str) -> Correction:
    return Correction(individual_id=_text(data, "individual id"))


def _nothing_of_ours(data: str) -> Correction:
    return Correction()


def _account(text: str) -> str:
    number = text.strip(" ")
    if _ACCOUNT.fullmatch(number) is None:
        raise BadCorrection(f"an account number is 1 to {ACCOUNT_CHARACTERS} letters, digits and hyphens")
    if not number.strip("0-"):
        raise BadCorrection("an account number is not all zeros")
    return number


def _routing(text: str) -> str:
    if not routing_number_is_valid(text):
        raise BadCorrection("the routing number fails its check digit, or is none")
    return text


def _type(text: str) -> CorrectedAccountType:
    kind = ACCOUNT_TYPES.get(text[:1])
    if len(text) != 2 or not text.isdigit() or kind is None:
        raise BadCorrection("a transaction code is two digits, the first 2, 3, 4 or 5", refuse_as=BAD_TRANSACTION_CODE)
    return kind


def _text(data: str, what: str) -> str:
    text = data.strip(" ")
    if len(text) > NAME_CHARACTERS or _TEXT.fullmatch(text) is None:
        raise BadCorrection(f"the {what} is 1 to {NAME_CHARACTERS} characters")
    return text


CODES: dict[str, ChangeCode] = {
    "C01": ChangeCode("account number", _account_alone),
    "C02": ChangeCode("routing number", _routing_alone),
    "C03": ChangeCode("routing and account number", _routing_and_account),
    "C04": ChangeCode("name", _name),
    "C05": ChangeCode("transaction code", _type_alone),
    "C06": ChangeCode("account number and transaction code", _account_and_type),
    "C07": ChangeCode("routing number, account number and transaction code", _routing_account_and_type),
    "C08": ChangeCode("foreign receiving bank", _nothing_of_ours, of_the_account=False),
    "C09": ChangeCode("individual id", _individual_id, of_the_account=False),
    "C10": ChangeCode("company name", _nothing_of_ours, of_the_account=False),
    "C11": ChangeCode("company id", _nothing_of_ours, of_the_account=False),
    "C12": ChangeCode("company name and id", _nothing_of_ours, of_the_account=False),
    "C13": ChangeCode("addenda format", _nothing_of_ours, of_the_account=False),
    "C14": ChangeCode("entry class of an outbound international payment", _nothing_of_ours, of_the_account=False),
}
