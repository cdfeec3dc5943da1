"""`verify`: the person tells the two trial amounts. A wrong answer costs an attempt, so no caller may repeat it blindly.

The order in which things are looked at: known → permission → lock → status → window → nickname → amounts.
"""

from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.changes import account_of_write
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.payload import amount_minor
from bankrails_sandbox.helix.records import ExternalAccount, Status

BY_STATUS = {
    Status.VERIFY_LOCKED: codes.VERIFY_LOCKED,
    Status.DENIED: codes.VERIFY_DENIED,
    Status.VERIFIED: codes.VERIFY_ALREADY,
    # It was verified once; what the vendor says of it is not documented.
    Status.ARCHIVED: codes.VERIFY_ALREADY,
    Status.EXPIRED: codes.VERIFY_EXPIRED,
}


def verify(books: Books, call: Call) -> Reply:
    account = account_of_write(books, call, codes.VERIFY_UNKNOWN)
    if account.locked:
        raise Refused(codes.VERIFY_IS_LOCKED)
    if problem := BY_STATUS.get(account.status):
        raise Refused(problem)
    if account.nickname is not None and books.nickname_taken(account.customer_id, account.nickname, but=account):
        raise Refused(codes.VERIFY_NICKNAME)

    told = amount_minor(call.body, "amount1"), amount_minor(call.body, "amount2")
    if None in told and not books.assumptions.unusable_amounts_use_an_attempt:
        raise Refused(codes.attempts_left(account.attempts_left))
    if not _same(told, account.trial_amounts_minor, in_any_order=books.assumptions.amounts_in_any_order):
        raise Refused(_failed(books, account, call))
    books.move(account, Status.VERIFIED, call.now)
    books.record("verified", account, call.now, call.id)
    return Reply()


def _failed(books: Books, account: ExternalAccount, call: Call) -> Problem:
    account.attempts_left -= 1
    account.modified_at = call.now
    books.record("verify_failed", account, call.now, call.id)
    if account.attempts_left > 0:
        return codes.attempts_left(account.attempts_left)
    books.move(account, books.assumptions.exhausted_status, call.now)
    books.record("verify_locked", account, call.now, call.id)
    return codes.VERIFY_EXHAUSTED


def _same(told: tuple[int | None, ...], sent: tuple[int, ...], *, in_any_order: bool) -> bool:
    return told == sent or (in_any_order and told == sent[::-1])
