"""What a notice of change makes of an account: checked first, then applied, with the old values kept.

A corrected account keeps its state. Source: Nacha's list of change codes (moov-io/ach, addenda98.go).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bankrails_contracts.accounts import AppliedBy, ExternalAccountType
from bankrails_contracts.ids import derived_id
from bankrails_contracts.parts import HolderType

from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.holder import PERSON_NAME_CHARACTERS_MAX
from accounts_service.domain.numbers import routing_number_fault
from accounts_service.domain.opened_number import OpenedNumber

ROUTING, NUMBER, TYPE, NAME = "routing_number", "account_number", "account_type", "name"
CORRECTS = {
    "C01": (NUMBER,),
    "C02": (ROUTING,),
    "C03": (ROUTING, NUMBER),
    "C04": (NAME,),
    "C05": (TYPE,),
    "C06": (NUMBER, TYPE),
    "C07": (ROUTING, NUMBER, TYPE),
}
"""C08-C14 correct nothing of an account that is ours to keep."""
NAME_CHARACTERS_MAX = 22
BAD_DATA, NOT_OURS = "C65", "C61"
"""Which refusal goes back to the bank: corrected data that cannot be right, and a notice that reached the wrong one."""


@dataclass(frozen=True)
class Correction:
    """A notice's content. The account number is not here: `number` is what is known of it once opened."""

    code: str
    routing_number: str | None = None
    has_number: bool = False
    account_type: str | None = None
    name: str | None = None
    received_on: date | None = None
    apply_by: date | None = None
    payment_id: str | None = None

    @property
    def applies(self) -> bool:
        return self.code in CORRECTS


@dataclass(frozen=True)
class Bad:
    """Nothing of it may be stored: the next debit would go to somebody else."""

    reason: str
    send_back: str = BAD_DATA
    field: str | None = None


def fault(correction: Correction, number: OpenedNumber | None, *, sandbox_number_allowed: bool) -> Bad | None:
    given = {
        ROUTING: correction.routing_number is not None,
        NUMBER: correction.has_number,
        TYPE: correction.account_type is not None,
        NAME: correction.name is not None,
    }
    for field in CORRECTS[correction.code]:
        if not given[field]:
            return Bad(f"{correction.code} corrects the {field.replace('_', ' ')}, and none is given", field=field)
    for field, there in given.items():
        if there and field not in CORRECTS[correction.code]:
            return Bad(f"{correction.code} does not correct the {field.replace('_', ' ')}", field=field)
    if correction.routing_number is not None:
        reason = routing_number_fault(correction.routing_number, sandbox_number_allowed=sandbox_number_allowed)
        if reason is not None:
            return Bad(reason, field=ROUTING)
    if number is not None and number.fault is not None:
        return Bad(number.fault, field=NUMBER)
    if correction.account_type is not None and correction.account_type not in tuple(ExternalAccountType):
        return Bad("no account is of this type", "C69", TYPE)
    if correction.name is not None and len(correction.name) > NAME_CHARACTERS_MAX:
        return Bad(f"a name has at most {NAME_CHARACTERS_MAX} characters", field=NAME)
    return None


def changes(account: ExternalAccount, correction: Correction, number: OpenedNumber | None) -> dict[str, Any]:
    """Fields of the account with their new values, those alone that differ. Raises ValueError for a name that is no
    name of this account's holder."""
    wanted: dict[str, Any] = {}
    if correction.routing_number is not None:
        wanted["routing_number"] = correction.routing_number
    if correction.account_type is not None:
        wanted["account_type"] = correction.account_type
    if correction.name is not None:
        wanted |= _names(account, correction.name)
    changed = {field: value for field, value in wanted.items() if getattr(account, field) != value}
    if number is not None and number.fingerprint != account.number_fingerprint:
        changed["number_fingerprint"] = number.fingerprint
        if correction.has_number:
            changed |= {"account_number_encrypted": number.encrypted, "account_last4": number.last4}
    return changed


def _names(account: ExternalAccount, name: str) -> dict[str, str]:
    if account.holder_type == HolderType.BUSINESS:
        return {"company_name": name}
    first, _, last = name.strip().rpartition(" ")
    if not first or max(len(first), len(last)) > PERSON_NAME_CHARACTERS_MAX:
        raise ValueError("a person has a first and a last name")
    return {"first_name": first.strip(), "last_name": last}


def applied(
    account: ExternalAccount, correction: Correction, changed: dict[str, Any], by: AppliedBy, now: datetime
) -> tuple[ExternalAccount, AppliedChange]:
    after = replace(account, **changed, noc_code=correction.code, modified_at=now)
    old = {field: getattr(account, field) for field in changed if field != "number_fingerprint"}
    return after, AppliedChange(
        id=derived_id("applied change", account.id, str(account.version), correction.code),
        external_account_id=account.id,
        code=correction.code,
        routing_number=old.get("routing_number"),
        account_number_encrypted=old.get("account_number_encrypted"),
        account_last4=old.get("account_last4"),
        account_type=old.get("account_type"),
        first_name=old.get("first_name"),
        last_name=old.get("last_name"),
        company_name=old.get("company_name"),
        applied_at=now,
        applied_by=by,
        received_on=correction.received_on,
        apply_by=correction.apply_by,
        payment_id=correction.payment_id,
    )
