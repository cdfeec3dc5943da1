"""What follows for a bank account and its waiting debits when its mandate, its standing or its successor changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import (
    BankAccountDisabled,
    BankAccountEnabled,
    BankAccountSuperseded,
    CancelPayment,
    MandateAccepted,
    MandateRevoked,
    PaymentState,
    SetDefaultBankAccount,
)

from payments_service.domain.bank_account import BankAccount, BankAccountState, Cause
from payments_service.domain.mandate import Mandate, MandateState, why_not
from payments_service.domain.payer import Payer
from payments_service.domain.payment import Payment
from payments_service.handlers.changing import refused_before_it_was_sent
from payments_service.handlers.consequences import Consequences
from payments_service.ports import Reads

WAITING = (PaymentState.ACCEPTED, PaymentState.AWAITING_MANDATE)
"""Debits that have not gone to a bank: those that we keep, and those that the vendor keeps for want of a mandate."""


@dataclass(frozen=True)
class Surroundings:
    """A bank account, and what a change of it concerns."""

    account: BankAccount
    payer: Payer | None
    mandates: Sequence[Mandate] = ()
    waiting: Sequence[Payment] = ()
    replaced: BankAccount | None = None
    """The account that it corrects."""
    mandates_of_replaced: Sequence[Mandate] = ()
    waiting_on_replaced: Sequence[Payment] = ()
    successor: BankAccount | None = None


def surroundings(reads: Reads, bank_account_ids: Iterable[str]) -> Mapping[str, Surroundings]:
    """By bank account, for those that exist."""
    accounts = reads.bank_accounts(sorted(set(bank_account_ids)))
    linked = [name for each in accounts.values() for name in (each.replaces, each.successor_id) if name is not None]
    others = reads.bank_accounts(linked)
    payers = reads.payers([each.payer_id for each in accounts.values()])
    mandates = reads.mandates_of([*accounts, *others])
    waiting = reads.payments_on([*accounts, *others], WAITING)
    return {
        name: Surroundings(
            account,
            payers.get(account.payer_id),
            mandates.get(name, ()),
            waiting.get(name, ()),
            others.get(account.replaces or ""),
            mandates.get(account.replaces or "", ()),
            waiting.get(account.replaces or "", ()),
            others.get(account.successor_id or ""),
        )
        for name, account in accounts.items()
    }


def accept(
    into: Consequences, mandate: Mandate, around: Surroundings, *, at: datetime, changes: Mapping[str, Any], by: str
) -> None:
    """The payer agrees: a pause for want of approval ends, and a corrected account takes its place."""
    accepted = mandate.then(
        "accepted", at, by, **{"state": MandateState.ACCEPTED, "accepted_at": at, "inconsistent_at": None, **changes}
    )
    event = MandateAccepted(**mandate.about, accepted_at=at, earliest_debit_on=accepted.earliest_debit_on)
    into.change(accepted, event)
    supersede(into, around, at)
    enable(into, around.account, [Cause.PAUSE], "the payer, who accepted a mandate")


def revoke(
    into: Consequences, mandate: Mandate, around: Surroundings, *, at: datetime, by: str, reason: str | None
) -> None:
    """Consent is gone: whatever waits for it is stopped, unless another mandate of the account permits it."""
    revoked = mandate.then("revoked", at, by, state=MandateState.REVOKED, revoked_at=at, inconsistent_at=None)
    into.change(revoked, MandateRevoked(**mandate.about, revoked_at=at, reason=reason))
    stop_unpermitted(into, around, at)


def stop_unpermitted(into: Consequences, around: Surroundings, now: datetime) -> None:
    mandates = [into.latest(each) for each in around.mandates]
    for payment in around.waiting:
        refusal = why_not(mandates, payment.id, payment.re_presents)
        if refusal is not None:
            stop(into, [payment], mandates, now, *refusal)


def stop(
    into: Consequences,
    payments: Iterable[Payment],
    mandates: Iterable[Mandate],
    now: datetime,
    code: RefusalCode,
    reason: str,
) -> None:
    """What we keep is refused at once; what the vendor keeps is cancelled there. `mandates`: of the payments' account."""
    for payment in payments:
        if into.concerns(payment):
            continue
        if payment.state is PaymentState.ACCEPTED:
            serving = next((into.latest(each) for each in mandates if each.used_by == payment.id), None)
            into.add(refused_before_it_was_sent(payment, code, reason, serving, now))
        else:
            into.command(CancelPayment(merchant_id=payment.merchant_id, payment_id=payment.id))


def disable(
    into: Consequences, around: Surroundings, cause: Cause, reason: str, now: datetime, code: str | None = None
) -> None:
    account = into.latest(around.account)
    disabled = account.disabled(cause, code)
    if disabled is account:
        return
    into.change(disabled, BankAccountDisabled(**about(account), reason=reason, return_code=code))
    why = disabled.why_not_debitable or reason
    stop(into, around.waiting, around.mandates, now, RefusalCode.ACCOUNT_DISABLED, why)
    if code is not None and around.successor is not None:
        take_over(into, disabled, around.successor, around.payer, now)


def enable(into: Consequences, account: BankAccount, causes: Sequence[Cause], by: str) -> None:
    before = into.latest(account)
    enabled = before.enabled(*causes)
    if enabled is not before:
        into.change(enabled, *_enabled(enabled, by))


def supersede(into: Consequences, around: Surroundings, now: datetime) -> None:
    """The account takes the place of the one that it corrects."""
    if around.replaced is not None and around.replaced.superseded_at is None:
        take_over(into, around.replaced, around.account, around.payer, now)
        why = into.latest(around.replaced).why_not_debitable
        if why is not None:
            waiting, mandates = around.waiting_on_replaced, around.mandates_of_replaced
            stop(into, waiting, mandates, now, RefusalCode.ACCOUNT_DISABLED, why)


def take_over(
    into: Consequences,
    replaced: BankAccount,
    successor: BankAccount,
    payer: Payer | None,
    now: datetime,
) -> None:
    """Money never moves from another account than was commanded, so what waits on the old one is refused."""
    replaced, successor = into.latest(replaced), into.latest(successor)
    if replaced.superseded_at is not None or successor.state is not BankAccountState.REGISTERED:
        return
    superseded = replace(replaced, successor_id=successor.id, superseded_at=now)
    into.change(superseded, BankAccountSuperseded(**about(replaced), superseded_by=successor.id))
    if payer is not None and payer.default_bank_account_id == replaced.id:
        into.command(set_default(successor))


def _enabled(account: BankAccount, by: str) -> Iterator[BankAccountEnabled]:
    """Said once no cause is left."""
    if not account.disabled_for:
        yield BankAccountEnabled(**about(account), by=by)


def set_default(account: BankAccount) -> SetDefaultBankAccount:
    return SetDefaultBankAccount(merchant_id=account.merchant_id, payer_id=account.payer_id, bank_account_id=account.id)


def about(account: BankAccount) -> dict[str, Any]:
    """What every event about it says."""
    return {
        "merchant_id": account.merchant_id,
        "bank_account_id": account.id,
        "payer_id": account.payer_id,
        "external_account_id": account.external_account_id,
    }
