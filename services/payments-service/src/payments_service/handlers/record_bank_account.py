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
    SetDefaultBankAccount,
)
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.handlers.register_bank_account import CREATE_BANK_ACCOUNT
from payments_service.ports import Reads


def decide(outcome: Outcome, account: BankAccount, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        rejected = replace(account, state=BankAccountState.REJECTED)
        return refused(CommandRefused, outcome, RegisterBankAccount, rejected)
    vendor_id = outcome.answer["vendor_bank_account_id"]
    registered = replace(account, state=BankAccountState.REGISTERED, vendor_bank_account_id=vendor_id)
    event = BankAccountRegistered(
        merchant_id=account.merchant_id,
        bank_account_id=account.id,
        payer_id=account.payer_id,
        external_account_id=account.external_account_id,
        vendor_bank_account_id=vendor_id,
        country="CA" if account.country == "CA" else "US",
        account_masked=account.masked,
        adopted=outcome.found,
    )
    return Decision(registered, (event,), commands=tuple(_next_steps(registered)))


def _next_steps(account: BankAccount) -> Iterator[Command]:
    """What its registration was to be followed by."""
    if account.make_default:
        yield SetDefaultBankAccount(
            merchant_id=account.merchant_id, payer_id=account.payer_id, bank_account_id=account.id
        )
    if account.mandate_id is not None:
        yield RequestMandate(merchant_id=account.merchant_id, mandate_id=account.mandate_id, bank_account_id=account.id)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[BankAccount]:
    accounts = reads.bank_accounts([outcome.key for outcome in outcomes])
    return [accounts[outcome.key] for outcome in outcomes]


ANSWERING = Answering(CREATE_BANK_ACCOUNT, RegisterBankAccount, load, decide)
