"""CollectPayment: accepted as ours to collect, or refused by name. The bank hears of it later, perhaps on another day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    CollectPayment,
    PaymentAccepted,
    PaymentScheduled,
    PaymentState,
    PreNotificationDue,
)
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Tally

from payments_service.domain import representment
from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.limits import Limit, LimitTotal, limits_on, reached
from payments_service.domain.mandate import Mandate, counting, why_not
from payments_service.domain.payer import Payer
from payments_service.domain.payment import Payment
from payments_service.domain.schedule import Schedule, local_day, opens_at, schedule
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.withdrawal_work import withdrawal
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None
    account: BankAccount | None
    mandates: Sequence[Mandate]
    """All that the account ever had."""
    payment: Payment | None
    totals: Mapping[str, LimitTotal] = field(default_factory=dict)
    before: Payment | None = None
    """The one that this one presents again."""
    successor: Payment | None = None
    """The one that did so already."""


def decide(command: CollectPayment, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer, account = situation.merchant, situation.payer, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if command.amount.currency != merchant.currency:
        return Refusal(
            RefusalCode.CURRENCY_MISMATCH, f"this merchant collects {merchant.currency}", field="amount.currency"
        )
    if command.amount.amount_minor > merchant.payment_max_minor:
        return Refusal(
            RefusalCode.AMOUNT_ABOVE_LIMIT,
            f"at most {merchant.payment_max_minor:,} minor units a payment",
            field="amount.amount_minor",
        )
    if command.not_after is not None and command.not_after <= now:
        return Refusal(RefusalCode.TOO_LATE, "not_after has passed", field="not_after")
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if account is None or account.payer_id != payer.id:
        return not_found("bank account of this payer", "bank_account_id")
    for country, name in ((payer.country, "payer_id"), (account.country, "bank_account_id")):
        if country != merchant.country:
            return Refusal(
                RefusalCode.COUNTRY_MISMATCH, f"it is in {country}, and the merchant in {merchant.country}", field=name
            )
    return _account_refuses(account) or _decide(command, situation, merchant, account, now)


def _account_refuses(account: BankAccount) -> Refusal | None:
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"the bank account is {account.state}", field="bank_account_id")
    reason = account.why_not_debitable
    return None if reason is None else Refusal(RefusalCode.ACCOUNT_DISABLED, reason, field="bank_account_id")


def _decide(
    command: CollectPayment, situation: Situation, merchant: Merchant, account: BankAccount, now: datetime
) -> Decision | Refusal:
    today = local_day(merchant.time_zone, now)
    amount = command.amount.amount_minor
    forbidden = why_not(situation.mandates, command.payment_id, command.re_presents)
    mandate = counting(situation.mandates)
    if forbidden is not None or mandate is None:
        code, reason = forbidden or (RefusalCode.MANDATE_MISSING, "no mandate was requested for it")
        return Refusal(code, reason, field="bank_account_id")
    if command.re_presents is not None:
        stays = representment.why_not(amount, account, situation.before, situation.successor, today)
        if stays is not None:
            return Refusal(RefusalCode.RETRY_NOT_ALLOWED, stays, field="re_presents")
    limits = limits_on(merchant, account.payer_id, account.id, today)
    passed = reached(limits, situation.totals, amount)
    if passed is not None:
        return Refusal(RefusalCode.LIMIT_REACHED, passed, field="amount.amount_minor")
    plan = schedule(merchant, mandate, command.collect_on, command.notified_on, today)
    due_at = opens_at(merchant.time_zone, plan.due_on) if plan.due_on > today else None
    if due_at is not None and command.not_after is not None and command.not_after <= due_at:
        reason = f"it may go out on {plan.due_on.isoformat()} at the earliest, and not_after is before that"
        return Refusal(RefusalCode.TOO_LATE, reason, field="not_after")
    payment = _payment(command, situation, account, mandate, plan, limits)
    return Decision(
        payment,
        _events(payment, plan, mandate),
        (withdrawal(payment, account, merchant.time_zone, due_at),),
        also=_also(payment, situation, mandate),
        tallies=tuple(Tally(LimitTotal, limit.total_id, amount, limit.at_most) for limit in limits),
    )


def _payment(
    command: CollectPayment,
    situation: Situation,
    account: BankAccount,
    mandate: Mandate,
    plan: Schedule,
    limits: Sequence[Limit],
) -> Payment:
    before = situation.before
    return Payment(
        id=command.payment_id,
        merchant_id=account.merchant_id,
        payer_id=account.payer_id,
        bank_account_id=account.id,
        external_account_id=command.external_account_id or account.external_account_id,
        amount_minor=command.amount.amount_minor,
        currency=command.amount.currency,
        state=PaymentState.ACCEPTED,
        not_after=command.not_after,
        country=account.country,
        holder_type=account.holder_type,
        mandate_id=mandate.id,
        one_time_mandate_id=mandate.id if mandate.one_time else None,
        notified_on=command.notified_on,
        due_on=plan.due_on if plan.waits_for is not None else None,
        limits=[limit.total_id for limit in limits],
        counts=bool(limits),
        re_presents=command.re_presents,
        presentment=1 if before is None else before.presentment + 1,
    )


def _events(payment: Payment, plan: Schedule, mandate: Mandate) -> tuple[Event, ...]:
    events: list[Event] = [PaymentAccepted(**payment.about)]
    if plan.waits_for is not None:
        events.append(PaymentScheduled(**payment.about, due_on=plan.due_on, reason=plan.waits_for))
    if plan.notify_on is not None:
        events.append(
            PreNotificationDue(
                **payment.about,
                mandate_id=mandate.id,
                notify_on=plan.notify_on,
                collect_on=plan.due_on,
                days=plan.notice_days,
            )
        )
    return tuple(events)


def _also(payment: Payment, situation: Situation, mandate: Mandate) -> tuple[Decision, ...]:
    """What two at once must not both take: the returned payment, and a mandate for one debit."""
    also: list[Decision] = []
    if situation.before is not None:
        also.append(Decision(replace(situation.before, re_presented_by=payment.id)))
    if mandate.one_time:
        also.append(Decision(replace(mandate, used_by=payment.id)))
    return tuple(also)


def handling(merchants: Merchants, now: Callable[[], datetime]) -> Handling[CollectPayment, Situation]:
    """`now` says which day's totals to read; what counts is the day of the decision, and the store's own guard."""

    def load(reads: Reads, commands: Sequence[CollectPayment]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        account_ids = [command.bank_account_id for command in commands]
        accounts = reads.bank_accounts(account_ids)
        mandates = reads.mandates_of(account_ids)
        again = [command.re_presents for command in commands if command.re_presents is not None]
        payments = reads.payments([command.payment_id for command in commands] + again)
        successors = reads.payments([p.re_presented_by for p in payments.values() if p.re_presented_by is not None])
        totals = reads.limit_totals([total_id for command in commands for total_id in _totals_of(command)])
        situations = []
        for item in commands:
            before = None if item.re_presents is None else payments.get(item.re_presents)
            situations.append(
                Situation(
                    merchants.get(item.merchant_id),
                    payers.get(item.payer_id),
                    accounts.get(item.bank_account_id),
                    mandates.get(item.bank_account_id, ()),
                    payments.get(item.payment_id),
                    totals,
                    before,
                    None if before is None else successors.get(before.re_presented_by or ""),
                )
            )
        return situations

    def _totals_of(command: CollectPayment) -> list[str]:
        merchant = merchants.get(command.merchant_id)
        if merchant is None or not merchant.limits.configured:
            return []
        today = local_day(merchant.time_zone, now())
        return [limit.total_id for limit in limits_on(merchant, command.payer_id, command.bank_account_id, today)]

    return Handling(CollectPayment, load, decide, existing=lambda situation: situation.payment)
