"""A notification of change: the bank tells that a number or type is no longer right, after it let an entry through.

Which field each code corrects is Nacha's; that the vendor applies it by itself and keeps the status is an assumption,
except that an account told to be a general ledger account gets that type (docs.helix.q2.com: External Account).
"""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.records import AccountType, ExternalAccount

NUMBER, ROUTING, TYPE = "account_number", "routing_number", "type"
CORRECTED_BY_CODE = {
    "C01": (NUMBER,),
    "C02": (ROUTING,),
    "C03": (ROUTING, NUMBER),
    "C05": (TYPE,),
    "C06": (NUMBER, TYPE),
    "C07": (ROUTING, NUMBER, TYPE),
}


@dataclass(frozen=True, slots=True)
class Notification:
    """Exactly the fields that `code` corrects."""

    code: str
    account_number: str | None = None
    routing_number: str | None = None
    type: AccountType | None = None

    def __post_init__(self) -> None:
        if self.code not in CORRECTED_BY_CODE:
            raise ValueError(f"code must be one of {', '.join(CORRECTED_BY_CODE)}")
        corrected = CORRECTED_BY_CODE[self.code]
        for field in (NUMBER, ROUTING, TYPE):
            if (getattr(self, field) is not None) != (field in corrected):
                raise ValueError(f"{self.code} corrects {' and '.join(corrected)}")


def apply(books: Books, account: ExternalAccount, notification: Notification, now: datetime) -> None:
    account.noc_code = notification.code
    account.modified_at = now
    if books.assumptions.noc_applied:
        account.account_number = notification.account_number or account.account_number
        account.type = notification.type or account.type
        if notification.routing_number is not None:
            account.routing_number = notification.routing_number
            account.name = books.bank_name(notification.routing_number, account.name)
    elif notification.type is AccountType.GENERAL_LEDGER:
        account.type = notification.type
    books.record("corrected", account, now, None)
