"""A look at one account at the vendor, and what it shows that we did not do: reviews, locks, notices of change, archives.

The vendor tells nobody of these. A look counts only if no change of ours began or ended while it was under way; what it
shows then is news where it differs from what it showed before. The first look only notes what there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import AppliedBy, ExternalAccountState, TrialDepositsExpected
from bankrails_contracts.message import Event
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from accounts_service.domain.correction import Correction
from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.domain.transitions import WATCHED, Trigger
from accounts_service.handlers.correcting import corrected
from accounts_service.handlers.facts import lock_seen, state_seen
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.update_external_account import updated_event
from accounts_service.handlers.watching import LOOK_AT_HELIX, next_look
from accounts_service.ports import Reads

SHOWS = {
    "Unverified": Trigger.REOPENED,
    "VerifyLocked": Trigger.ATTEMPTS_USED_UP,
    "Verified": Trigger.PROVEN,
    "Denied": Trigger.DENIED,
    "Expired": Trigger.WINDOW_OVER,
    "Archived": Trigger.ARCHIVED,
}
"""Another word of theirs is kept beside our state, and counted."""
NOTED = ("account_masked", "routing_number", "type", "noc_code")
"""What a notice of change can make new."""
TEXTS = ("bank_name", "nickname", "first_name", "last_name", "company_name", "custom_fields")
"""What an administrator can make new."""


@dataclass(frozen=True)
class Look:
    account: ExternalAccount
    taken: bool = False
    """The number that the vendor shows is that of another account of the same user's."""


def decide(outcome: Outcome, look: Look, now: datetime, rules: Rules) -> Decision:
    account = look.account
    once = bool(outcome.payload.get("once"))
    if account.state not in WATCHED:
        return Decision(None if once else replace(account, watched=False))
    decision = Decision(account)
    if outcome.result is Result.ANSWERED and _counts(outcome, account) and not outcome.answer.get("missing"):
        decision = _followed(look, outcome.answer, rules, now)
    decision = _timely(decision, rules, now)
    after = decision.aggregate
    if after.state in WATCHED and not once:
        return replace(decision, again_at=next_look(after, rules, now))
    return decision if once else replace(decision, aggregate=replace(after, watched=False))


def _counts(outcome: Outcome, account: ExternalAccount) -> bool:
    return account.pending is Pending.NOTHING and outcome.answer.get("acts") == account.acts


def _timely(decision: Decision, rules: Rules, now: datetime) -> Decision:
    """What the calendar alone says: ask the person now; the window is over."""
    account = decision.aggregate
    if account.state is not ExternalAccountState.UNVERIFIED or account.pending is not Pending.NOTHING:
        return decision
    if account.expires_at is not None and now >= account.expires_at:
        after, events, work = state_seen(account, Trigger.WINDOW_OVER, rules, now)
        return replace(decision, aggregate=after, events=(*decision.events, *events), work=(*decision.work, *work))
    if account.ask_at is not None and now >= account.ask_at:
        ask = TrialDepositsExpected(
            external_account_id=account.id,
            user_id=account.user_id,
            expected_since=account.ask_at,
            expires_at=account.expires_at or now,
        )
        return replace(decision, aggregate=replace(account, ask_at=None), events=(*decision.events, ask))
    return decision


@dataclass
class _Following:
    account: ExternalAccount
    events: tuple[Event, ...] = ()
    work: tuple[Any, ...] = ()
    also: tuple[Decision, ...] = ()

    def add(self, decision: Decision) -> None:
        self.account = decision.aggregate
        self.events += decision.events
        self.work += decision.work
        self.also += decision.also


def _followed(look: Look, shown: dict[str, Any], rules: Rules, now: datetime) -> Decision:
    account, before = look.account, look.account.seen
    seen = {name: shown[name] for name in (*NOTED, *TEXTS)}
    into = _Following(replace(account, seen=seen))
    trigger = SHOWS.get(shown["status"])
    if trigger is not None:
        after, events, work = state_seen(into.account, trigger, rules, now, reviewed=True)
        into.add(Decision(after, events, work))
    if into.account.state is ExternalAccountState.UNVERIFIED and shown["expires_at"] is not None:
        into.account = replace(into.account, expires_at=datetime.fromisoformat(shown["expires_at"]))
    locked_at = None if shown["locked_at"] is None else datetime.fromisoformat(shown["locked_at"])
    after, events = lock_seen(
        into.account, locked=shown["is_locked"], reason=shown["lock_reason"], locked_at=locked_at, now=now
    )
    into.add(Decision(after, events))
    if before is not None:
        _texts(into, before, seen, now)
        if any(before.get(name) != seen[name] for name in NOTED):
            _notice(into, before, shown, rules, now, taken=look.taken)
    elif seen["bank_name"]:
        into.account = replace(into.account, bank_name=seen["bank_name"])
    followed = replace(into.account, vendor_status=shown["status"])
    return Decision(followed, into.events, into.work, also=into.also)


def _texts(into: _Following, before: dict[str, Any], seen: dict[str, Any], now: datetime) -> None:
    news = {name: seen[name] for name in TEXTS if before.get(name) != seen[name]}
    changed = {name: value for name, value in news.items() if getattr(into.account, name) != value}
    if changed:
        after = replace(into.account, **changed, modified_at=now)
        into.add(Decision(after, (updated_event(into.account, after),)))


def _notice(
    into: _Following, before: dict[str, Any], shown: dict[str, Any], rules: Rules, now: datetime, *, taken: bool
) -> None:
    """The vendor has applied it; where it shows the number in full, ours follows. Where not, it is told, masked."""
    account = into.account
    number = None if shown["number"] is None else OpenedNumber(**shown["number"])
    changed: dict[str, Any] = {}
    if shown["routing_number"] != before["routing_number"]:
        changed["routing_number"] = shown["routing_number"]
    if shown["type"] != before["type"] and shown["account_type"] is not None:
        changed["account_type"] = shown["account_type"]
    if number is not None and number.fault is None:
        if shown["account_masked"] != before["account_masked"]:
            changed |= {"account_number_encrypted": number.encrypted, "account_last4": number.last4}
        changed["number_fingerprint"] = None if taken else number.fingerprint
    changed = {name: value for name, value in changed.items() if getattr(account, name) != value}
    whole = number is not None or shown["account_masked"] == before["account_masked"]
    if not changed or not whole:
        after = replace(account, noc_code=shown["noc_code"], modified_at=now)
        if after.noc_code != account.noc_code:
            into.add(Decision(after, (updated_event(account, after),)))
        return
    correction = Correction(code=shown["noc_code"] or "")
    into.add(corrected(account, correction, changed, AppliedBy.VENDOR, rules, now))


def answering(rules: Rules) -> Answering[Look]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Look]:
        accounts = reads.external_accounts([outcome.key for outcome in outcomes])
        found = [(accounts[outcome.key], outcome.answer.get("number")) for outcome in outcomes]
        same = reads.same_accounts([(each.user_id, number["fingerprint"]) for each, number in found if number])
        return [Look(each, _taken(each, number, same)) for each, number in found]

    def decide_on(outcome: Outcome, look: Look, now: datetime) -> Decision:
        return decide(outcome, look, now, rules)

    return Answering(LOOK_AT_HELIX, None, load, decide_on)


def _taken(
    account: ExternalAccount, number: dict[str, str] | None, same: Mapping[tuple[str, str], ExternalAccount]
) -> bool:
    other = None if number is None else same.get((account.user_id, number["fingerprint"]))
    return other is not None and other.id != account.id
