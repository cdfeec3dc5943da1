"""The mail that asks for a bank account is out, or may be; from now on we look for the account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import BankAccountRequested, CommandRefused, RequestBankAccount
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_messaging.refusals import refused
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import next_look
from payments_service.handlers.request_bank_account import REQUEST_BANK_ACCOUNT
from payments_service.handlers.standing_of_accounts import about
from payments_service.ports import Reads

LOOK_FOR_BANK_ACCOUNT = "look_for_bank_account"


def decide(outcome: Outcome, account: BankAccount, now: datetime) -> Decision:
    requested = replace(account, state=BankAccountState.REQUESTED)
    since = account.requested_at or now
    payload = {**outcome.payload, "since": since.isoformat()}
    look = Work(
        LOOK_FOR_BANK_ACCOUNT, payload, helcim_budget(account.merchant_id), Lane.LOOK_UP, due_at=next_look(now, now)
    )
    match outcome.result:
        case Result.ANSWERED:
            return Decision(requested, (BankAccountRequested(**about(account), requested_at=now),), (look,))
        case Result.UNKNOWN:
            # Whoever sent the command decides whether to send another mail. Should this one have gone out, the account
            # that comes of it is found all the same.
            return replace(refused(CommandRefused, outcome, RequestBankAccount, requested), work=(look,))
        case _:
            rejected = replace(account, state=BankAccountState.REJECTED)
            return refused(CommandRefused, outcome, RequestBankAccount, rejected)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[BankAccount]:
    accounts = reads.bank_accounts([outcome.key for outcome in outcomes])
    return [accounts[outcome.key] for outcome in outcomes]


ANSWERING = Answering(REQUEST_BANK_ACCOUNT, RequestBankAccount, load, decide)
