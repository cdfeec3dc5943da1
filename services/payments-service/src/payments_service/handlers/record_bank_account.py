"""The vendor's answer to a bank account's creation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.message import Command
from bankrails_contracts.payments import (
    BankAccountRegistered,
    CommandRefused,
    RegisterBankAccount,
    RequestMandate,
)
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.bank_account import BankAccount, BankAccountState, Cause
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.register_bank_account import CREATE_BANK_ACCOUNT
from payments_service.handlers.standing_of_accounts import Surroundings, about, set_default, supersede, surroundings
from payments_service.ports import Reads


def decide(outcome: Outcome, around: Surroundings, now: datetime) -> Decision:
    account, replaced = around.account, around.replaced
    if outcome.result is not Result.ANSWERED:
        rejected = replace(account, state=BankAccountState.REJECTED)
        verdict = refused(CommandRefused, outcome, RegisterBankAccount, rejected)
        if replaced is None or replaced.successor_id != account.id:
            return verdict
        return replace(verdict, also=(Decision(replace(replaced, successor_id=None)),))
    into = Consequences()
    vendor_id = outcome.answer["vendor_bank_account_id"]
    account = replace(account, state=BankAccountState.REGISTERED, vendor_bank_account_id=vendor_id)
    into.change(account, registered(account, adopted=outcome.found))
    if replaced is not None and replaced.has(Cause.RETURN, Cause.PAUSE):
        supersede(into, around, now)  # its bank has refused it already
    for command in _next_steps(account):
        into.command(command)
    return into.decision()


def registered(account: BankAccount, *, adopted: bool) -> BankAccountRegistered:
    return BankAccountRegistered(
        **about(account),
        vendor_bank_account_id=account.vendor_bank_account_id or "",
        country="CA" if account.country == "CA" else "US",
        account_masked=account.masked,
        adopted=adopted,
    )


def _next_steps(account: BankAccount) -> Iterator[Command]:
    """What its registration was to be followed by."""
    if account.make_default:
        yield set_default(account)
    if account.mandate_id is not None:
        yield RequestMandate(merchant_id=account.merchant_id, mandate_id=account.mandate_id, bank_account_id=account.id)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Surroundings]:
    found = surroundings(reads, [outcome.key for outcome in outcomes])
    return [found[outcome.key] for outcome in outcomes]


ANSWERING = Answering(CREATE_BANK_ACCOUNT, RegisterBankAccount, load, decide)
