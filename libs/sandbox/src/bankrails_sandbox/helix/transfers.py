"""`transfer/create` and `transfer/void`: money between a customer's own account and one outside. The tag is what makes a
repeat safe: it is unique over all transfers of the program."""

from datetime import datetime, time

from bankrails_sandbox.helix import codes, ledger
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.money import AccountState, InternalAccount, Transaction, TransactionStatus
from bankrails_sandbox.helix.payload import amount_minor, shape_problems, text
from bankrails_sandbox.helix.permission import permission_problem
from bankrails_sandbox.helix.records import Customer, ExternalAccount, Status
from bankrails_sandbox.helix.transactions import transaction_json

Side = InternalAccount | ExternalAccount
STATE_PROBLEMS = {AccountState.INACTIVE: codes.TRANSFER_INACTIVE, AccountState.FROZEN: codes.TRANSFER_FROZEN}


def create_transfer(books: Books, call: Call) -> Reply:
    """Initiated. The list has the one transaction."""
    body = call.body
    customer = _customer(books, call)
    source, target = _side(books, customer, body.get("fromId")), _side(books, customer, body.get("toId"))
    amount = amount_minor(body, "amount")
    problems = _side_problems(books, source, target) + _amount_problems(books, source, amount)
    if (tag := text(body, "tag")) is not None and tag in books.ledger.by_tag:
        problems.append(codes.TRANSFER_TAG)
    if body.get("isSameDaySettle"):
        problems += _same_day_problems(books, amount, call.now)
    if problems or amount is None:
        raise Refused(*problems)
    internal, external = (source, target) if isinstance(source, InternalAccount) else (target, source)
    assert isinstance(internal, InternalAccount), "one side is the customer's own"  # noqa: S101
    assert isinstance(external, ExternalAccount), "and one is outside"  # noqa: S101
    transaction = ledger.open_transaction(
        books, external, amount, call.now, call.id, is_credit=source is external, account=internal, tag=tag
    )
    ledger.plan(books, transaction, call.now)
    return Reply([transaction_json(transaction)])


def void_transfer(books: Books, call: Call) -> Reply:
    """By id or by tag; only before its file has been delivered."""
    customer = _customer(books, call)
    tag, id = text(call.body, "tag"), call.body.get("transactionId")
    transaction = books.ledger.transactions.get(id) if id is not None else books.ledger.by_tag.get(tag or "")
    if transaction is None or transaction.customer_id != customer.id:
        raise Refused(Problem(books.assumptions.unknown_transaction_code, "The transaction is unknown."))
    if not _voidable(books, transaction):
        words = f"A transaction that is {transaction.status} cannot be voided."
        raise Refused(Problem(books.assumptions.void_too_late_code, words))
    ledger.void(books, transaction, call.now, call.id)
    return Reply([transaction_json(transaction)])


def _customer(books: Books, call: Call) -> Customer:
    """Who the transfer is for. Raises Refused."""
    code = books.assumptions.unusable_body_code
    if problems := shape_problems(call.body, code):
        raise Refused(*problems)
    if not isinstance(call.body.get("isSameDaySettle"), bool | None):
        raise Refused(Problem(code, "isSameDaySettle must be true or false."))
    customer = books.customers.get(call.body.get("customerId") or 0)
    if customer is None or customer.archived:
        raise Refused(Problem(books.assumptions.unknown_customer_code, "The customer is unknown."))
    if permission_problem(customer, call.body):
        raise Refused(codes.TRANSFER_PRIVILEGES)
    return customer


def _side(books: Books, customer: Customer, id: int | None) -> Side | None:
    """None for another customer's as for one that does not exist."""
    internal = books.internal_accounts.get(id or 0)
    if internal is not None:
        return internal if internal.customer_id == customer.id else None
    return books.known(customer.id, id)


def _side_problems(books: Books, source: Side | None, target: Side | None) -> list[Problem]:
    problems = [codes.TRANSFER_SOURCE] if source is None else []
    alike = isinstance(source, ExternalAccount) == isinstance(target, ExternalAccount)
    if target is None or (source is not None and alike):
        problems.append(codes.TRANSFER_DESTINATION)
    for side in (source, target):
        if isinstance(side, InternalAccount) and side.state in STATE_PROBLEMS:
            problems.append(STATE_PROBLEMS[side.state])
        if isinstance(side, ExternalAccount) and side.status is not Status.VERIFIED:
            code = codes.SOURCE_NOT_VERIFIED if side is source else books.assumptions.destination_not_verified_code
            problems.append(Problem(code, "The external account is not verified."))
        if isinstance(side, ExternalAccount) and side.locked:
            problems.append(codes.TRANSFER_LOCKED)
    return problems


def _amount_problems(books: Books, source: Side | None, amount: int | None) -> list[Problem]:
    if amount is None:
        return [Problem(books.assumptions.bad_amount_code, "The amount is not a positive amount.")]
    if isinstance(source, InternalAccount) and amount > source.balance_minor:
        return [Problem(books.assumptions.low_balance_code, "The balance is too low.")]
    return []


def _same_day_problems(books: Books, amount: int | None, now: datetime) -> list[Problem]:
    assumptions = books.assumptions
    problems = []
    if now.astimezone(books.zone).time() >= time.fromisoformat(assumptions.same_day_deadline):
        problems.append(codes.SAME_DAY_DEADLINE)
    if amount is not None and amount > assumptions.same_day_amount_minor_max:
        problems.append(codes.SAME_DAY_AMOUNT)
    return problems


def _voidable(books: Books, transaction: Transaction) -> bool:
    """A return is the other bank's, and nobody's to void."""
    if transaction.status is TransactionStatus.PENDING:
        return books.assumptions.void_while_pending
    return transaction.status is TransactionStatus.INITIATED
