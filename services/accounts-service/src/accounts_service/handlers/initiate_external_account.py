"""InitiateExternalAccount: an account that trial deposits are to prove. United States alone."""

from datetime import datetime

from bankrails_contracts.accounts import InitiateExternalAccount, VerificationMethod
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import CanadianAccount
from bankrails_messaging.decisions import Decision, Handling, Refusal
from bankrails_messaging.unopened import Unopened

from accounts_service.handlers import opening
from accounts_service.handlers.at_limit import at_our_limit
from accounts_service.handlers.opening import Situation
from accounts_service.handlers.rules import Rules
from accounts_service.ports import OpenNumber

INITIATE_AT_HELIX = "initiate_at_helix"


def decide(command: InitiateExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    if isinstance(command.account, CanadianAccount):
        reason = "trial deposits are made in the United States alone; a bank login proves a Canadian account"
        return Refusal(RefusalCode.NOT_OFFERED, reason, field="account.country")
    number = situation.number
    if (refusal := opening.refusal(command, situation)) is not None:
        return refusal
    assert not isinstance(number, Unopened)  # noqa: S101 - refused above
    if not situation.program.may_initiate:
        return Refusal(RefusalCode.NOT_OFFERED, "the program at the vendor makes no trial deposits")
    account = opening.new_account(command, number, VerificationMethod.TRIAL_DEPOSITS, now)
    if (places := situation.places(now)).full:
        return at_our_limit(account, places, now)
    return opening.asking_helix(account, situation, INITIATE_AT_HELIX)


def handling(rules: Rules, open_number: OpenNumber) -> Handling[InitiateExternalAccount, Situation]:
    return opening.handling(InitiateExternalAccount, rules, open_number, decide)
