"""`/users/{u}/micro_deposits`: two small deposits, whose amounts only the account's owner can see.

There is no idempotency key and no update: a caller in doubt lists, and one that changes its mind deletes and creates.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from bankrails_sandbox.mx import microdeposit_steps as steps
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.finding import user_of
from bankrails_sandbox.mx.formats import stamp, stamp_or_none
from bankrails_sandbox.mx.payload import all_of, read_object, text, wrapped
from bankrails_sandbox.mx.records import Microdeposit, User
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor, new_guid
from bankrails_sandbox.mx.vocabulary import VERIFIABLE, AccountType, MicrodepositStatus
from bankrails_sandbox.routing_numbers import passes_aba_check
from bankrails_sandbox.vendor_api import Call, Reply

ACCOUNT_NUMBER_LENGTH_MAX = 17
NAME_LENGTH_MAX = 50
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# Each deposit, in cents (github.com/mxenabled/connect-widget, views/microdeposits).
AMOUNT_CENTS_MAX = 9

ACCOUNT_FIELDS = ("account_number", "routing_number", "account_type")
PERSON_FIELDS = ("first_name", "last_name", "email")
# What the person is told of a micro-deposit that has failed; codes and words are made up, only the fields are the vendor's.
ERRORS = {
    MicrodepositStatus.ERRORED: "The deposits could not be sent",
    MicrodepositStatus.PREVENTED: "The amounts were wrong too often",
    MicrodepositStatus.CONFLICTED: "There is a micro-deposit for this account already",
    MicrodepositStatus.REJECTED: "The micro-deposit was rejected",
}


def create_microdeposit(vendor: MxVendor, call: Call) -> Reply:
    """INITIATED; or PREINITIATED with no more than the person's name and address."""
    user = _permitted_user(vendor, call)
    fields = wrapped(read_object(call), "micro_deposit")
    beforehand = not any(field in fields for field in (*ACCOUNT_FIELDS, "account_name"))
    details = person_details(fields, vendor.assumptions, complete=beforehand)
    if not beforehand:
        details |= account_details(fields, vendor.assumptions)
    deposit = _made(vendor, call, user, details)
    if not beforehand:
        steps.start(vendor, deposit, call.now, call.id)
    return _answer(deposit)


def list_microdeposits(vendor: MxVendor, call: Call) -> Reply:
    user = _permitted_user(vendor, call)
    rows = [microdeposit_json(deposit) for deposit in vendor.microdeposits_of(user)]
    return all_of("micro_deposits", rows, vendor.assumptions)


def get_microdeposit(vendor: MxVendor, call: Call) -> Reply:
    return _answer(_of_user(vendor, call))


def delete_microdeposit(vendor: MxVendor, call: Call) -> Reply:
    steps.delete(vendor, _of_user(vendor, call), call.now, call.id)
    return Reply(204)


def verify_microdeposit(vendor: MxVendor, call: Call) -> Reply:
    """Without the user in its path. A 200 alone says nothing: only the status VERIFIED does."""
    _permit(vendor)
    deposit = vendor.microdeposits.get(call.path["microdeposit"])
    if deposit is None or deposit.client != call.merchant or deposit.deleted_at is not None:
        raise refused(404, "Microdeposit not found")
    fields = wrapped(read_object(call), "micro_deposit")
    cents = _cents(fields, "deposit_amount_1", vendor), _cents(fields, "deposit_amount_2", vendor)
    if deposit.status not in steps.AWAITS_AMOUNTS:
        raise refused(vendor.assumptions.deposit_verify_too_early_status, "The microdeposit does not await amounts")
    steps.hear_amounts(vendor, deposit, cents, call.now, call.id)
    return _answer(deposit)


def account_details(fields: dict[str, Any], assumptions: Assumptions) -> dict[str, Any]:
    """By the names of Microdeposit. Raises Refused."""
    status = assumptions.deposit_refusal_status
    number, routing = text(fields, "account_number") or "", text(fields, "routing_number") or ""
    type = next((each for each in VERIFIABLE if each == fields.get("account_type")), None)
    if type is None:
        raise refused(status, "account_type must be CHECKING or SAVINGS")
    if len(number) > ACCOUNT_NUMBER_LENGTH_MAX or not re.fullmatch(assumptions.deposit_number_pattern, number):
        raise refused(status, f"account_number must have 1 to {ACCOUNT_NUMBER_LENGTH_MAX} characters")
    well_formed = routing.isascii() and routing.isdigit() and len(routing) == 9 and passes_aba_check(routing)
    bad = assumptions.deposit_bad_routing_number_refused and routing in assumptions.deposit_bad_routing_numbers
    if bad or not well_formed:
        raise refused(status, "routing_number is invalid")
    name = text(fields, "account_name")
    if name is not None and len(name) > NAME_LENGTH_MAX:
        raise refused(status, f"account_name must have 1 to {NAME_LENGTH_MAX} characters")
    return {"account_number": number, "routing_number": routing, "account_type": type, "account_name": name}


def person_details(fields: dict[str, Any], assumptions: Assumptions, *, complete: bool) -> dict[str, str | None]:
    """By the names of Microdeposit. `complete`: all three are needed. Raises Refused."""
    status = assumptions.deposit_refusal_status
    details = {field: text(fields, field) for field in PERSON_FIELDS}
    if complete and None in details.values():
        raise refused(status, "account_number, routing_number and account_type, or first_name, last_name and email")
    for field in ("first_name", "last_name"):
        name = details[field]
        if name is not None and (
            len(name) > NAME_LENGTH_MAX or not re.fullmatch(assumptions.deposit_name_pattern, name)
        ):
            raise refused(status, f"{field} must have 1 to {NAME_LENGTH_MAX} characters and no special ones")
    if details["email"] is not None and not EMAIL.fullmatch(details["email"]):
        raise refused(status, "email must be an e-mail address")
    return details


def microdeposit_json(deposit: Microdeposit) -> dict[str, Any]:
    error = ERRORS.get(deposit.status)
    return {
        "account_name": deposit.account_name,
        "account_number": deposit.account_number,
        "account_type": None if deposit.account_type is None else AccountType(deposit.account_type).value,
        "created_at": stamp(deposit.created_at),
        "email": deposit.email,
        "error_code": None if error is None else deposit.status.name,
        "error_message": error,
        "first_name": deposit.first_name,
        "guid": deposit.guid,
        "institution_code": None,
        "institution_name": None,
        "last_name": deposit.last_name,
        "routing_number": deposit.routing_number,
        "status": deposit.status.name,
        "updated_at": stamp(deposit.updated_at),
        "verified_at": stamp_or_none(deposit.verified_at),
    }


def _answer(deposit: Microdeposit) -> Reply:
    return Reply(200, {"micro_deposit": microdeposit_json(deposit)})


def _made(vendor: MxVendor, call: Call, user: User, details: dict[str, Any]) -> Microdeposit:
    now: datetime = call.now
    attempts = vendor.assumptions.deposit_attempts_max
    status = MicrodepositStatus.PREINITIATED
    deposit = Microdeposit(new_guid("MIC"), call.merchant, user, status, now, now, attempts, **details)
    vendor.microdeposits[deposit.guid] = deposit
    steps.tell(vendor, "created", deposit, now, call.id)
    steps.keep_for_a_time(vendor, deposit)
    return deposit


def _of_user(vendor: MxVendor, call: Call) -> Microdeposit:
    user = _permitted_user(vendor, call)
    found = (each for each in vendor.microdeposits_of(user) if each.guid == call.path["microdeposit"])
    if (deposit := next(found, None)) is None:
        raise refused(404, "Microdeposit not found")
    return deposit


def _permitted_user(vendor: MxVendor, call: Call) -> User:
    _permit(vendor)
    return user_of(vendor, call)


def _permit(vendor: MxVendor) -> None:
    if not vendor.assumptions.micro_deposits_enabled:
        raise refused(403, "Micro-deposits are not enabled for this client")


def _cents(fields: dict[str, Any], field: str, vendor: MxVendor) -> int:
    value = fields.get(field)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        for cents in range(1, AMOUNT_CENTS_MAX + 1):
            if value == Decimal(cents) / 100:
                return cents
    raise refused(vendor.assumptions.deposit_refusal_status, f"{field} must be a number from 0.01 to 0.09")
