"""Any commands in any order, over months: what is answered and what is left is what a plain model of the rules says."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from accounts_service.handlers import rules as service_rules
from accounts_service.vendor.new_account import NewHelixAccount
from bankrails_contracts.accounts import (
    ApproveOverLimit,
    ArchiveExternalAccount,
    InitiateExternalAccount,
    LinkExternalAccount,
    LockExternalAccount,
    UnlockExternalAccount,
    VerifyTrialDeposits,
)
from bankrails_contracts.payments import PaymentAccepted
from bankrails_contracts.settlement import PaymentCleared
from bankrails_testkit.accounts_desk import AccountsDesk, Keys
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

LIMIT, ARCHIVES, ATTEMPTS = 3, 3, 3
CHICAGO = ZoneInfo("America/Chicago")
HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
TAKES_A_PLACE = ("UNVERIFIED", "VERIFY_LOCKED", "VERIFIED")
NUMBERS = st.integers(1, 6)


@dataclass
class Known:
    """One account, as the rules see it."""

    number: int
    initiated: bool
    state: str
    helix_id: int | None = None
    attempts_left: int = ATTEMPTS
    expires_at: datetime | None = None
    locked: bool = False
    locked_by_vendor: bool = False
    settled_at: datetime | None = None
    payments: set[str] = field(default_factory=set)


@dataclass
class Model:
    accounts: dict[str, Known] = field(default_factory=dict)
    archived: dict[date, int] = field(default_factory=dict)
    vendor_ids: int = 4000

    def counted(self, now: datetime) -> int:
        return sum(each.state in TAKES_A_PLACE or self._lately(each, now) for each in self.accounts.values())

    def _lately(self, known: Known, now: datetime) -> bool:
        if known.state != "ARCHIVED" or known.settled_at is None:
            return False
        return (now.astimezone(CHICAGO).date() - known.settled_at.astimezone(CHICAGO).date()).days <= 90

    def expire(self, now: datetime) -> None:
        for known in self.accounts.values():
            if known.state == "UNVERIFIED" and known.expires_at is not None and now >= known.expires_at:
                known.state = "EXPIRED"

    def new_at_vendor(self) -> int:
        self.vendor_ids += 1
        return self.vendor_ids

    def archive_day(self, now: datetime) -> date:
        here = now.astimezone(CHICAGO)
        return here.date() - timedelta(days=here.hour < 5)


DAY = timedelta(days=1)
DAILY = service_rules.Rules(share=True, look_every=DAY, look_every_open=DAY, find_every=DAY)
"""Months of looks at every hour would be what this test spends its time on."""

_FOLDER = TemporaryDirectory()
KEYS = Keys.generate(Path(_FOLDER.name))


class Rules(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk, self.model, self.made = AccountsDesk(KEYS, DAILY), Model(), 0
        self.cleared: set[str] = set()
        """Payments that ended: no later word of their beginning counts."""

    def teardown(self) -> None:
        self.desk.close()

    # Commands

    @initialize(initiated=st.tuples(*[st.booleans()] * LIMIT))
    def begin_with_every_place_taken(self, initiated: tuple[bool, ...]) -> None:
        for number, initiate in enumerate(initiated, 1):
            self._open(number, initiate)

    @rule(openings=st.lists(st.tuples(NUMBERS, st.booleans()), min_size=1, max_size=2))
    def open(self, openings: list[tuple[int, bool]]) -> None:
        for number, initiate in openings:
            self._open(number, initiate)

    def _open(self, number: int, initiate: bool) -> None:
        self.made += 1
        id, now, model = f"external-{self.made}", self.desk.now, self.model
        message: Any = InitiateExternalAccount if initiate else LinkExternalAccount
        sealed = {"country": "US", "routing_number": "121042882", "account_number": KEYS.sealed(f"00012345670{number}")}
        made = {"external_account_id": id, "user_id": "ada", "account": sealed, "account_type": "checking"}
        said = self.desk.send(message.model_validate(made | {"holder": HOLDER, "helix_customer_id": 1001}))
        if any(each.number == number and each.state in TAKES_A_PLACE for each in model.accounts.values()):
            self._refused(said, "ALREADY_EXISTS")
            return
        known = Known(number, initiate, "OVER_LIMIT")
        full = model.counted(now) >= LIMIT
        model.accounts[id] = known
        if full:
            assert [each.name for each in said] == ["account-limit-reached"]
            assert (said[0].data["counted"], said[0].data["ours"]) == (model.counted(now), True)
            return
        known.helix_id = model.new_at_vendor()
        self._opened(known, now)
        assert said[0].name == ("external-account-initiated" if initiate else "external-account-linked")

    def _opened(self, known: Known, now: datetime) -> None:
        known.state = "UNVERIFIED" if known.initiated else "VERIFIED"
        known.attempts_left, known.expires_at = ATTEMPTS, now + timedelta(days=10)

    @rule(data=st.data(), answers=st.lists(st.booleans(), min_size=1, max_size=4))
    def verify(self, data: st.DataObject, answers: list[bool]) -> None:
        id, known = self._pick(data, "UNVERIFIED")
        for right in answers:
            if known is not None:
                self._verify(id, known, right)

    def _verify(self, id: str, known: Known, right: bool) -> None:
        amounts = (28, 18) if right else (1, 2)
        said = self.desk.send(VerifyTrialDeposits(external_account_id=id, amounts_minor=amounts))
        if known.state != "UNVERIFIED":
            self._refused(said, "WRONG_STATE")
        elif right:
            known.state = "VERIFIED"
            assert said[0].name == "external-account-verified"
        else:
            known.attempts_left -= 1
            if known.attempts_left:
                assert said[0].data["attempts_left"] == known.attempts_left
            else:
                known.state = "VERIFY_LOCKED"
                assert said[0].name == "external-account-verify-locked"

    @rule(data=st.data())
    def lock(self, data: st.DataObject) -> None:
        id, known = self._pick(data, "VERIFIED")
        if known is None:
            return
        said = self.desk.send(LockExternalAccount(external_account_id=id, reason="why"))
        if known.state != "VERIFIED" or known.locked:
            self._refused(said, "WRONG_STATE")
        else:
            known.locked = True
            assert said[0].name == "external-account-locked"

    @rule(data=st.data())
    def unlock(self, data: st.DataObject) -> None:
        id, known = self._pick(data, "VERIFIED")
        if known is None:
            return
        said = self.desk.send(UnlockExternalAccount(external_account_id=id))
        if known.state != "VERIFIED" or not known.locked:
            self._refused(said, "WRONG_STATE")
        elif known.locked_by_vendor:
            self._refused(said, "ACCOUNT_LOCKED")
        else:
            known.locked = False
            assert said[0].name == "external-account-unlocked"

    @rule(data=st.data(), all_of_them=st.booleans())
    def archive(self, data: st.DataObject, all_of_them: bool) -> None:
        id, _ = self._pick(data, "VERIFIED")
        for each, known in list(self.model.accounts.items()):
            if each == id or (all_of_them and known.state == "VERIFIED"):
                self._archive(each, known)

    def _archive(self, id: str, known: Known) -> None:
        said, day = (
            self.desk.send(ArchiveExternalAccount(external_account_id=id)),
            self.model.archive_day(self.desk.now),
        )
        if known.state != "VERIFIED":
            self._refused(said, "WRONG_STATE")
        elif known.payments:
            self._refused(said, "OUTSTANDING_PAYMENTS")
        elif self.model.archived.get(day, 0) >= ARCHIVES:
            self._refused(said, "ARCHIVE_LIMIT_REACHED")
        else:
            known.state = "ARCHIVED"
            self.model.archived[day] = self.model.archived.get(day, 0) + 1
            assert said[0].name == "external-account-archived"

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        id, known = self._pick(data, "OVER_LIMIT")
        if known is None:
            return
        said = self.desk.send(ApproveOverLimit(external_account_id=id, by="m", reason="r"))
        if known.state != "OVER_LIMIT":
            self._refused(said, "WRONG_STATE")
        else:
            known.state = "APPROVED_OVER_LIMIT"
            assert said[0].name == "over-limit-approved"

    # Others

    @rule(data=st.data())
    def a_person_makes_an_approved_one(self, data: st.DataObject) -> None:
        id, known = self._pick(data, "APPROVED_OVER_LIMIT", any_state=False)
        if known is None:
            return
        tag = self.desk.account(id).tag
        new = NewHelixAccount(1001, f"00012345670{known.number}", "121042882", "Checking", tag or "")
        known.helix_id = self.model.new_at_vendor()
        self.desk.helix.made_by_a_person(new, "Unverified" if known.initiated else "Verified")
        at = self.desk.now
        self._opened(known, at)
        self._pass(DAY)

    @rule(data=st.data(), status=st.sampled_from(["Verified", "Unverified", "Denied"]))
    def a_person_reviews(self, data: st.DataObject, status: str) -> None:
        _, known = self._pick(data, "VERIFY_LOCKED", any_state=False)
        if known is None or known.helix_id is None:
            return
        self.desk.helix.becomes(known.helix_id, status)
        known.state = status.upper()
        known.attempts_left, known.expires_at = ATTEMPTS, self.desk.now + timedelta(days=10)
        self._pass(DAY)

    @rule(data=st.data())
    def the_vendor_locks_or_unlocks(self, data: st.DataObject) -> None:
        _, known = self._pick(data, "VERIFIED", any_state=False)
        if known is None or known.helix_id is None:
            return
        if known.locked:
            self.desk.helix.unlock_as_admin(known.helix_id)
            known.locked = known.locked_by_vendor = False
        else:
            self.desk.helix.lock_as_admin(known.helix_id, "fraud")
            known.locked = known.locked_by_vendor = True
        self._pass(DAY)

    @rule(data=st.data(), payment=st.integers(1, 3), clears=st.booleans())
    def a_payment(self, data: st.DataObject, payment: int, clears: bool) -> None:
        id, known = self._pick(data, "VERIFIED", any_state=False)
        if known is None:
            return
        name, at = f"{id}-{payment}", self.desk.now
        fact = {
            "merchant_id": "m",
            "payment_id": name,
            "payer_id": "p",
            "bank_account_id": "b",
            "vendor_payment_id": "8",
        }
        amount = {"external_account_id": id, "amount": {"amount_minor": 1, "currency": "USD"}}
        if not clears:
            self.desk.hear(PaymentAccepted.model_validate(fact | amount))
            known.payments |= {name} - self.cleared
            return
        cleared = {"cleared_at": at, "funds_available_at": at, "claim_deadline": at.date()}
        self.desk.hear(PaymentCleared.model_validate(fact | amount | cleared))
        known.payments.discard(name)
        self.cleared.add(name)
        known.settled_at = at

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self._pass(timedelta(hours=hours))

    @precondition(lambda self: self.model.accounts)
    @rule(days=st.integers(5, 60))
    def weeks_pass(self, days: int) -> None:
        self._pass(timedelta(days=days))

    def _pass(self, time: timedelta) -> None:
        self.desk.advance(time)
        self.model.expire(self.desk.now)

    # What holds

    @invariant()
    def every_account_is_what_the_rules_say(self) -> None:
        for id, known in self.model.accounts.items():
            account = self.desk.account(id)
            assert (id, account.state, account.locked) == (id, known.state, known.locked)
            assert account.pending == ""

    @invariant()
    def the_vendor_has_each_account_once(self) -> None:
        ids = [self.desk.account(id).helix_external_account_id for id in self.model.accounts]
        known = [id for id in ids if id is not None]
        assert len(set(known)) == len(known) == len(self.desk.helix.accounts)

    def _pick(self, data: st.DataObject, state: str, *, any_state: bool = True) -> tuple[str, Known | None]:
        """One in the state that the step is for, mostly; or one in any other, where the rules say no."""
        fitting = [id for id, known in self.model.accounts.items() if known.state == state]
        ids = (
            fitting if fitting and data.draw(st.integers(0, 3)) else list(self.model.accounts) if any_state else fitting
        )
        if not ids:
            return "", None
        id = data.draw(st.sampled_from(ids))
        return id, self.model.accounts[id]

    def _refused(self, said: list[Any], code: str) -> None:
        assert [each.name for each in said] == ["command-refused"]
        codes = {code, "CONFLICT"} if code == "ALREADY_EXISTS" else {code}
        assert said[0].data["code"] in codes


TestRules = Rules.TestCase
TestRules.settings = settings(max_examples=50, stateful_step_count=50, deadline=None)
