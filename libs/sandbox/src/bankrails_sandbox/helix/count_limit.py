"""How many external accounts of a customer count against the program's limit (docs.helix.q2.com: External Account).

Unverified, VerifyLocked and Verified ones do; so does an archived one while a transaction of it settled in the last
90 calendar days. Denied, Expired and older archives are free. Archiving to make room therefore does not always.
"""

from datetime import datetime, timedelta

from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.records import ExternalAccount, Status

OCCUPYING = (Status.UNVERIFIED, Status.VERIFY_LOCKED, Status.VERIFIED)


def is_full(books: Books, customer_id: int, now: datetime) -> bool:
    return counted(books, customer_id, now) >= books.program.external_accounts_max


def counted(books: Books, customer_id: int, now: datetime) -> int:
    return sum(_counts(books, account, now) for account in books.accounts_of(customer_id))


def _counts(books: Books, account: ExternalAccount, now: datetime) -> bool:
    if account.status in OCCUPYING:
        return True
    if account.status is not Status.ARCHIVED or account.last_settled_at is None:
        return False
    settled_on = account.last_settled_at.astimezone(books.zone).date()
    today = now.astimezone(books.zone).date()
    return today - settled_on <= timedelta(days=books.assumptions.settled_days_counted)
