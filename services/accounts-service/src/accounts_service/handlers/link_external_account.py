"""LinkExternalAccount: an account that is proven to be the person's. In the US it is made at Helix, in Canada here alone."""

from datetime import datetime

from bankrails_contracts.accounts import LinkExternalAccount, VerificationMethod
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Decision, Handling, Refusal
from bankrails_messaging.unopened import Unopened

from accounts_service.handlers import opening
from accounts_service.handlers.at_limit import at_our_limit
from accounts_service.handlers.opening import Situation
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.verified import linked
from accounts_service.ports import OpenNumber

CREATE_AT_HELIX = "create_at_helix"


def decide(command: LinkExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    number = situation.number
    if (refusal := opening.refusal(command, situation)) is not None:
        return refusal
    assert not isinstance(number, Unopened)  # noqa: S101 - refused above
    account = opening.new_account(command, number, _method(command), now)
    if account.at_helix and not situation.program.may_create:
        reason = "the program at the vendor takes trial deposits alone"
        return Refusal(RefusalCode.NOT_OFFERED, reason)
    if (places := situation.places(now)).full:
        return at_our_limit(account, places, now)
    if account.at_helix:
        return opening.asking_helix(account, situation, CREATE_AT_HELIX)
    return opening.taking_a_place(linked(account, situation.rules, now), situation)


def _method(command: LinkExternalAccount) -> VerificationMethod:
    if command.microdeposit_id is not None:
        return VerificationMethod.MICRO_DEPOSITS
    return VerificationMethod.ATTESTED if command.connection_id is None else VerificationMethod.BANK_LOGIN


def handling(rules: Rules, open_number: OpenNumber) -> Handling[LinkExternalAccount, Situation]:
    return opening.handling(LinkExternalAccount, rules, open_number, decide)
