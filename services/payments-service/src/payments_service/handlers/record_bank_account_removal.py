"""The vendor's answer to a bank account's removal; its mandates go with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import BankAccountRemoved, CommandRefused, RemoveBankAccount
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.mandate import MandateState
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.remove_bank_account import REMOVE_BANK_ACCOUNT
from payments_service.handlers.standing_of_accounts import Surroundings, about, revoke, surroundings
from payments_service.ports import Reads

GONE = "the bank account was removed"


def decide(outcome: Outcome, around: Surroundings, now: datetime) -> Decision:
    account, payer = around.account, around.payer
    if outcome.result is not Result.ANSWERED:
        # In doubt it may be gone: then its next use says so, and a further command finds it gone.
        kept = replace(account, state=BankAccountState.REGISTERED)
        return refused(CommandRefused, outcome, RemoveBankAccount, kept)
    into = Consequences()
    into.change(replace(account, state=BankAccountState.REMOVED), BankAccountRemoved(**about(account)))
    for mandate in around.mandates:
        if mandate.state in (MandateState.REQUESTED, MandateState.ACCEPTED):
            revoke(into, mandate, around, at=now, by=f"command {outcome.command_id}", reason=GONE)
    if payer is not None and payer.default_bank_account_id == account.id:
        into.change(replace(payer, default_bank_account_id=None))
    return into.decision()


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Surroundings]:
    found = surroundings(reads, [outcome.key for outcome in outcomes])
    return [found[outcome.key] for outcome in outcomes]


ANSWERING = Answering(REMOVE_BANK_ACCOUNT, RemoveBankAccount, load, decide)
