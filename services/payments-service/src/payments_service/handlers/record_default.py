"""The vendor's answer to a change of the default account."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import CommandRefused, DefaultBankAccountSet, SetDefaultBankAccount
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.payer import Payer
from payments_service.handlers.record_customer import payers
from payments_service.handlers.set_default_bank_account import SET_DEFAULT


def decide(outcome: Outcome, payer: Payer, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        return refused(CommandRefused, outcome, SetDefaultBankAccount, payer)
    account_id = outcome.payload["bank_account_id"]
    event = DefaultBankAccountSet(merchant_id=payer.merchant_id, payer_id=payer.id, bank_account_id=account_id)
    return Decision(replace(payer, default_bank_account_id=account_id), (event,))


ANSWERING = Answering(SET_DEFAULT, SetDefaultBankAccount, payers, decide)
