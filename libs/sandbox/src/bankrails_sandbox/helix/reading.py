"""`get`, `getByTag` and `list`, and how an external account and the program read."""

from datetime import datetime
from typing import Any, TypeVar

from bankrails_sandbox.account_numbers import masked
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call, as_id
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.program import VerificationType
from bankrails_sandbox.helix.records import AccountType, ExternalAccount, Status
from bankrails_sandbox.helix.timestamps import stamp

PAGE_ROWS = 200
T = TypeVar("T")


def get(books: Books, call: Call) -> Reply:
    return _one(books, books.known(call.path_id("customer_id"), call.path_id("account_id")))


def get_by_tag(books: Books, call: Call) -> Reply:
    """Tags are unique in the program, and yet only the customer's own are found."""
    account = books.by_tag.get(call.path["tag"])
    return _one(books, account if account and account.customer_id == call.path_id("customer_id") else None)


def list_accounts(books: Books, call: Call) -> Reply:
    """All of the customer's, archived ones too. Pages are numbered from 0."""
    customer_id = call.path_id("customer_id")
    if customer_id not in books.customers:
        raise Refused(Problem(books.assumptions.unknown_customer_code, "The customer is unknown."))
    return Reply([account_json(books, account) for account in page_of(call, books.accounts_of(customer_id))])


def page_of(call: Call, rows: list[T]) -> list[T]:
    """`pageNumber` from 0, and `pageSize`."""
    page, size = _query_number(call, "pageNumber", 0), _query_number(call, "pageSize", PAGE_ROWS) or PAGE_ROWS
    return rows[page * size : (page + 1) * size]


def get_program(books: Books, _call: Call) -> Reply:
    """As far as external accounts are concerned: products, fees and transfer limits are left out."""
    program = books.program
    return Reply(
        {
            "name": program.name,
            "verificationType": VerificationType(program.verification_type).value,
            "timeZone": program.time_zone,
            "decimalCount": 2,
            "perUserExternalAccountCountMax": program.external_accounts_max,
            "isInternalToInternalTransferEnabled": False,
        }
    )


def account_json(books: Books, account: ExternalAccount) -> dict[str, Any]:
    shows_number = books.assumptions.shows_account_number
    body = {
        "externalAccountId": account.id,
        "customerId": account.customer_id,
        "accountNumber": account.account_number if shows_number else None,
        "accountNumberMasked": account.number_masked,
        "routingNumber": account.routing_number,
        "routingNumberMasked": masked(account.routing_number),
        "type": AccountType(account.type).value,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "businessName": account.business_name,
        "name": account.name,
        "nickName": account.nickname,
        "tag": account.tag,
        **{f"customField{number}": value for number, value in enumerate(account.custom_fields, 1)},
        "status": Status(account.status).value,
        "statusDate": stamp(account.status_at),
        "isLocked": account.locked,
        "lockedDate": _at(account.locked_at),
        "lockedReason": account.locked_reason,
        "nocCode": account.noc_code,
        "lastModifiedDate": stamp(account.modified_at),
        "isActive": account.status is Status.VERIFIED,
        "lastVerifySentDate": _at(account.verify_sent_at),
        "lastVerifyExpiredDate": _at(account.verify_expires_at),
    }
    if books.assumptions.omit_null_fields:
        return {field: value for field, value in body.items() if value is not None}
    return body


def _one(books: Books, account: ExternalAccount | None) -> Reply:
    if account is None:
        raise Refused(Problem(books.assumptions.unknown_account_read_code, "The external account is unknown."))
    return Reply(account_json(books, account))


def _at(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _query_number(call: Call, name: str, default: int) -> int:
    return as_id(call.query.get(name, "")) or default
