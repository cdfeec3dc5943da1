"""NotificationOfChangeReceived: the bank of one of our payments says what to correct. A fact: what cannot be applied is
told as CorrectionRefused, and nothing of it is stored.
"""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.accounts import AppliedBy, CorrectionRefused, ExternalAccountState
from bankrails_contracts.settlement import NotificationOfChangeReceived
from bankrails_messaging.decisions import Decision, Handling
from bankrails_messaging.unopened import Unopened

from accounts_service.domain.correction import NOT_OURS, Bad, Correction
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.apply_notification_of_change import Notice, Situation, checked, situations
from accounts_service.handlers.correcting import corrected
from accounts_service.handlers.rules import Rules
from accounts_service.ports import CorrectNumber, Reads


class NumberUnreadable(Exception):
    """A fact cannot be refused, and without its number it is none: a person has to look at the keys."""


def decide(event: NotificationOfChangeReceived, situation: Situation, now: datetime) -> Decision:
    account, number = situation.account, situation.number
    if account is None or not event.applies:
        return Decision()
    if isinstance(number, Unopened):
        raise NumberUnreadable(number.reason)
    correction = _of_event(event)
    if account.country != "US" or not correction.applies:
        return _refused(account, event, Bad("it corrects nothing of this account", NOT_OURS))
    if account.state is not ExternalAccountState.VERIFIED:
        # Nothing is debited from it any more, or never was by us.
        return _refused(account, event, Bad(f"the account is {account.state}", NOT_OURS))
    verdict = checked(account, correction, number, situation.same, situation.rules)
    if isinstance(verdict, Bad):
        return _refused(account, event, verdict)
    if not verdict and account.noc_code == event.code:
        return Decision()  # told before, of another payment or by the vendor
    return corrected(account, correction, verdict, AppliedBy.US, situation.rules, now)


def _of_event(event: NotificationOfChangeReceived) -> Correction:
    return Correction(
        code=event.code,
        routing_number=event.routing_number,
        has_number=event.account_number is not None,
        account_type=event.account_type,
        name=event.name,
        received_on=event.received_on,
        apply_by=event.apply_by,
        payment_id=event.payment_id,
    )


def _refused(account: ExternalAccount, event: NotificationOfChangeReceived, bad: Bad) -> Decision:
    told = CorrectionRefused(
        external_account_id=account.id,
        user_id=account.user_id,
        code=event.code,
        reason=bad.reason,
        send_back=bad.send_back,
        payment_id=event.payment_id,
        apply_by=event.apply_by,
    )
    return Decision(account, (told,))


def handling(rules: Rules, correct: CorrectNumber) -> Handling[NotificationOfChangeReceived, Situation]:
    def load(reads: Reads, events: Sequence[NotificationOfChangeReceived]) -> list[Situation]:
        return situations(reads, [Notice(each.external_account_id, each) for each in events], rules, correct)

    return Handling(NotificationOfChangeReceived, load, decide)
