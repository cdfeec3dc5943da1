"""`update`, `archive`, `lock` and `unlock` of an account that is there."""

from datetime import datetime

from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.payload import shape_problems, text
from bankrails_sandbox.helix.permission import permission_problem
from bankrails_sandbox.helix.records import ExternalAccount, LockedBy, Status

NAMES = {"firstName": "first_name", "lastName": "last_name", "businessName": "business_name"}
FIXED = ("accountNumber", "routingNumber", "type")


def update(books: Books, call: Call) -> Reply:
    account = account_of_write(books, call, codes.UPDATE_UNKNOWN)
    if account.locked:
        raise Refused(codes.UPDATE_LOCKED)
    if problems := _update_problems(books, account, call):
        raise Refused(*problems)
    body, assumptions = call.body, books.assumptions

    def changeable(field: str) -> bool:
        return body.get(field) is not None or not assumptions.omitted_fields_stay

    if changeable("nickName"):
        account.nickname = text(body, "nickName")
    for number in range(1, 6):
        if changeable(f"customField{number}"):
            account.custom_fields[number - 1] = text(body, f"customField{number}")
    if assumptions.names_changeable:
        for theirs, ours in NAMES.items():
            setattr(account, ours, text(body, theirs) or getattr(account, ours))
    if account.tag is None and (tag := text(body, "tag")) is not None:
        account.tag = tag
        books.by_tag[tag] = account
    account.modified_at = call.now
    books.record("updated", account, call.now, call.id)
    return _id(account)


def archive(books: Books, call: Call) -> Reply:
    """One way. An account that moved money lately goes on counting against the limit."""
    account = account_of_write(books, call, codes.UNKNOWN)
    if account.status is not Status.VERIFIED:
        raise Refused(codes.archive_not_allowed(books.assumptions.archive_wrong_status_code, account.status))
    if account.pending_transactions:
        raise Refused(Problem(books.assumptions.archive_pending_code, codes.OUTSTANDING))
    if books.assumptions.archive_limit_on_archive and not books.archives_left(account.customer_id, call.now):
        raise Refused(codes.ARCHIVE_LIMIT)
    books.move(account, Status.ARCHIVED, call.now)
    account.archived_day = books.archive_day(call.now)
    books.record("archived", account, call.now, call.id)
    return _id(account)


def lock(books: Books, call: Call) -> Reply:
    _require_approval(books)
    account = account_of_write(books, call, codes.UNKNOWN)
    if account.status is not Status.VERIFIED:
        raise Refused(codes.LOCK_NOT_VERIFIED)
    if account.locked:
        raise Refused(codes.LOCK_ALREADY)
    set_lock(books, account, LockedBy.API, text(call.body, "lockedReason"), call.now, call.id)
    return _locking_reply(books, account)


def unlock(books: Books, call: Call) -> Reply:
    _require_approval(books)
    account = account_of_write(books, call, codes.UNKNOWN)
    if account.status is not Status.VERIFIED:
        raise Refused(codes.UNLOCK_NOT_VERIFIED)
    if not account.locked:
        raise Refused(codes.UNLOCK_ALREADY)
    if account.locked_by is LockedBy.ADMIN:
        raise Refused(codes.UNLOCK_ADMIN)
    release_lock(books, account, call.now, call.id)
    return _locking_reply(books, account)


def set_lock(
    books: Books, account: ExternalAccount, by: LockedBy, reason: str | None, now: datetime, call_id: int | None
) -> None:
    account.locked_by, account.locked_reason = by, reason
    account.locked_at = account.modified_at = now
    books.record("locked", account, now, call_id)


def release_lock(books: Books, account: ExternalAccount, now: datetime, call_id: int | None) -> None:
    """`lockedDate` stays: it is when the account was last locked."""
    account.locked_by = account.locked_reason = None
    account.modified_at = now
    books.record("unlocked", account, now, call_id)


def account_of_write(books: Books, call: Call, unknown: Problem) -> ExternalAccount:
    """Raises Refused for a body that cannot be used, an account that is not this customer's, and a lack of permission."""
    body = call.body
    if problems := shape_problems(body, books.assumptions.unusable_body_code):
        raise Refused(*problems)
    account = books.known(body.get("customerId"), body.get("externalAccountId"))
    if account is None:
        raise Refused(unknown)
    if problem := permission_problem(books.customers[account.customer_id], body):
        raise Refused(problem)
    return account


def _update_problems(books: Books, account: ExternalAccount, call: Call) -> list[Problem]:
    body, assumptions = call.body, books.assumptions
    problems = []
    nickname, tag = text(body, "nickName"), text(body, "tag")
    if nickname is not None and books.nickname_taken(account.customer_id, nickname, but=account):
        problems.append(codes.UPDATE_NICKNAME)
    if tag is not None and tag != account.tag:
        taken = books.by_tag.get(tag) is not None
        if (account.tag is None and taken) or (account.tag is not None and assumptions.tag_change_refused):
            problems.append(codes.UPDATE_TAG)
    if assumptions.numbers_change_refused:
        told = {"accountNumber": account.account_number, "routingNumber": account.routing_number, "type": account.type}
        problems += [
            Problem(assumptions.unusable_body_code, f"{field} cannot be changed.")
            for field in FIXED
            if (value := text(body, field)) is not None and value != told[field]
        ]
    return problems


def _require_approval(books: Books) -> None:
    if not books.program.locking_approved:
        raise Refused(codes.NOT_AUTHORIZED)


def _id(account: ExternalAccount) -> Reply:
    return Reply({"externalAccountId": account.id})


def _locking_reply(books: Books, account: ExternalAccount) -> Reply:
    return _id(account) if books.assumptions.locking_answers_id else Reply()
