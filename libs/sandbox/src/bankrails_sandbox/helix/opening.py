"""`create` and `initiate`: one request, two ways in. Neither has an idempotency key; the tag is what makes a repeat safe.

Everything that is wrong is told at once, as the vendor does; nothing is made then.
"""

import random
import re
from datetime import datetime, timedelta
from typing import Any

from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.codes import OpeningCodes
from bankrails_sandbox.helix.count_limit import is_full
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.payload import shape_problems, text
from bankrails_sandbox.helix.permission import permission_problem
from bankrails_sandbox.helix.program import VerificationType
from bankrails_sandbox.helix.records import AccountType, ExternalAccount, Status
from bankrails_sandbox.helix.routing import routing_problem

ACCOUNT_NUMBER_LENGTH_MAX = 17
TRIAL_AMOUNT_MINOR_MAX = 49
FROM_THE_API = tuple(type for type in AccountType if type is not AccountType.GENERAL_LEDGER)


def create(books: Books, call: Call) -> Reply:
    """Verified at once: the caller has proved elsewhere whose it is."""
    program = books.program
    if not program.create_enabled or program.verification_type is VerificationType.TRIAL_DEPOSITS:
        raise Refused(Problem(codes.CREATE.disabled, codes.DISABLED))
    if problems := opening_problems(books, call, codes.CREATE, FROM_THE_API):
        raise Refused(*problems)
    return Reply({"externalAccountId": open_verified(books, call, call.id).id})


def initiate(books: Books, call: Call) -> Reply:
    """Unverified; two credits and one debit for their sum go to the bank."""
    program = books.program
    if not program.initiate_enabled or program.verification_type is VerificationType.NONE:
        raise Refused(Problem(codes.INITIATE.disabled, codes.DISABLED))
    if problems := opening_problems(books, call, codes.INITIATE, FROM_THE_API):
        raise Refused(*problems)
    account = _new_account(books, call, Status.UNVERIFIED)
    account.trial_amounts_minor = books.assumptions.trial_amounts_minor or _drawn_amounts(account.id)
    start_window(books, account, call.now)
    books.add_account(account)
    books.move(account, Status.UNVERIFIED, call.now)
    books.record("initiated", account, call.now, call.id)
    for amount in (*account.trial_amounts_minor, -sum(account.trial_amounts_minor)):
        books.record("trial_deposit_sent", account, call.now, call.id, amount_minor=amount)
    return Reply({"externalAccountId": account.id})


def open_verified(books: Books, call: Call, call_id: int | None) -> ExternalAccount:
    """Of a body without problems."""
    account = _new_account(books, call, Status.VERIFIED)
    books.add_account(account)
    books.record("created", account, call.now, call_id)
    return account


def start_window(books: Books, account: ExternalAccount, now: datetime) -> None:
    account.attempts_left = books.assumptions.attempts_max
    account.verify_sent_at = now
    account.verify_expires_at = now + timedelta(days=books.assumptions.verification_window_days)


def opening_problems(
    books: Books, call: Call, own: OpeningCodes, types: tuple[AccountType, ...], *, limited: bool = True
) -> list[Problem]:
    """`limited` off is a person in the admin site, who may go beyond both limits."""
    body, assumptions = call.body, books.assumptions
    if problems := shape_problems(body, assumptions.unusable_body_code):
        return problems
    customer = books.customers.get(body.get("customerId") or 0)
    if customer is None or customer.archived:
        return [Problem(assumptions.unknown_customer_code, "The customer is unknown.")]
    if problem := permission_problem(customer, body):
        return [problem]

    problems = []
    type = next((one for one in types if one == body.get("type")), None)
    if type is None:
        problems.append(Problem(own.type, codes.BAD_TYPE))
    else:
        problems += _name_problems(body, type, own)
    problems += _number_problems(text(body, "accountNumber"), assumptions.account_number_pattern, own)
    routing = text(body, "routingNumber")
    missing_code = assumptions.routing_number_missing_code_on_create if own is codes.CREATE else 69203
    if problem := routing_problem(books, routing, missing_code):
        problems.append(problem)
    if (tag := text(body, "tag")) is not None and tag in books.by_tag:
        problems.append(Problem(own.tag, codes.TAG_USED))
    nickname = text(body, "nickName")
    if (
        (own is codes.INITIATE or assumptions.nickname_unique_on_create)
        and nickname is not None
        and books.nickname_taken(customer.id, nickname)
    ):
        problems.append(Problem(own.nickname, codes.NICKNAME_USED))
    if limited:
        problems += _limit_problems(books, customer.id, call.now, own)
    return problems


def _limit_problems(books: Books, customer_id: int, now: datetime, own: OpeningCodes) -> list[Problem]:
    problems = []
    if is_full(books, customer_id, now):
        limit = books.program.external_accounts_max
        problems.append(Problem(own.count, codes.COUNT_LIMIT.format(limit=limit)))
    on_create = own is codes.CREATE and books.assumptions.archive_limit_on_create
    if on_create and not books.archives_left(customer_id, now):
        problems.append(codes.ARCHIVE_LIMIT)
    return problems


def _name_problems(body: dict[str, Any], type: AccountType, own: OpeningCodes) -> list[Problem]:
    if type is AccountType.GENERAL_LEDGER:
        return []
    if type.business:
        return [] if text(body, "businessName") else [Problem(own.business_name, codes.BUSINESS_NAME)]
    first, last = text(body, "firstName"), text(body, "lastName")
    if first is None and last is None and own.names is not None:
        return [Problem(own.names, codes.NEITHER_NAME)]
    problems = [] if first else [Problem(own.first_name, codes.FIRST_NAME)]
    return problems if last else [*problems, Problem(own.last_name, codes.LAST_NAME)]


def _number_problems(number: str | None, pattern: str, own: OpeningCodes) -> list[Problem]:
    if number is None:
        return [Problem(own.number_missing, codes.NUMBER_MISSING)]
    problems = []
    if len(number) > ACCOUNT_NUMBER_LENGTH_MAX:
        problems.append(Problem(own.number_length, codes.NUMBER_LENGTH))
    if not re.fullmatch(pattern, number):
        problems.append(Problem(own.number_characters, codes.NUMBER_CHARACTERS))
    return problems


def _new_account(books: Books, call: Call, status: Status) -> ExternalAccount:
    body = call.body
    routing = body["routingNumber"]
    return ExternalAccount(
        id=books.new_account_id(),
        customer_id=body["customerId"],
        account_number=body["accountNumber"],
        routing_number=routing,
        type=AccountType(body["type"]),
        status=status,
        status_at=call.now,
        modified_at=call.now,
        first_name=text(body, "firstName"),
        last_name=text(body, "lastName"),
        business_name=text(body, "businessName"),
        name=books.bank_name(routing, text(body, "name")),
        nickname=text(body, "nickName"),
        tag=text(body, "tag"),
        custom_fields=[text(body, f"customField{number}") for number in range(1, 6)],
    )


def _drawn_amounts(account_id: int) -> tuple[int, int]:
    """Different from account to account, and the same in every run."""
    dice = random.Random(account_id)
    return dice.randint(1, TRIAL_AMOUNT_MINOR_MAX), dice.randint(1, TRIAL_AMOUNT_MINOR_MAX)
