"""Each call with its class: what a crash or a time-out means for it (bankrails_messaging.calls).

The secrets rule: what a person typed is opened here, lives as long as the one call, and is cut out of whatever the
vendor says before anything else sees that (typed.py says how far). It is opened for two minutes from the decision.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bankrails_clock.port import Clock
from bankrails_contracts.auth import FoundAccount, FoundAccountType
from bankrails_contracts.parts import BankNumbers, account_at
from bankrails_messaging.calls import Answer, NaturalKeyCall, NeverRepeatCall, Payload, ReadCall, VendorCall
from bankrails_messaging.unopened import Unopened
from bankrails_vendor_http.errors import VendorError
from pydantic import ValidationError

from auth_service.domain.bank_data import BankData, Interrupted, NotYet, ShownAccount
from auth_service.domain.login import Step
from auth_service.domain.vendors import HELIUM, MX, Call, VendorTraits
from auth_service.handlers.login_steps import EXPIRE_CHALLENGE
from auth_service.handlers.sealed_fields import PREFIX, OpenSealed
from auth_service.ports import BankLogin, LoginRef, LoginStart, Typed
from auth_service.vendor.typed import censored, censored_step

SealToAccounts = Callable[[str], Awaitable[str]]
ACCOUNTS_MAX = 50
"""With an account in about 1 KiB, an event of 64 KiB holds them; those that can be paid from come first."""
PAYABLE = (FoundAccountType.CHECKING, FoundAccountType.SAVINGS)
START_SECONDS = 100.0
NOTHING: Typed = {}

T = TypeVar("T")


@dataclass(frozen=True)
class Logins:
    """What every call needs."""

    vendor: BankLogin
    clock: Clock
    open_sealed: OpenSealed
    fingerprint: Callable[[str], str]
    """Keyed, so that nobody who holds the fingerprint can guess its text."""
    seal_to_accounts: SealToAccounts | None
    """None: full numbers are not asked for, and told to nobody."""


@dataclass(frozen=True)
class _LoginCall(VendorCall):
    logins: Logins

    def typed(self, payload: Payload) -> Typed | None:
        """None when the ciphertext is gone, opens no more, or is too old to be given to a bank."""
        if datetime.fromisoformat(payload["not_after"]) < self.logins.clock.now():
            return None
        opened: dict[str, str] = {}
        for field in payload["fields"]:
            text = self.logins.open_sealed(payload.get(PREFIX + field, ""))
            if isinstance(text, Unopened):
                return None
            opened[field] = text
        return opened

    async def quietly(self, said: Awaitable[T], typed: Typed) -> T:
        """What the vendor says, or its error with nothing of what was typed in it."""
        try:
            return await said
        except VendorError as error:
            error.reason = censored(error.reason, typed)
            error.args = (f"{error.operation}: {error.reason}",)
            raise error from None  # its cause holds the request, and that the credentials

    def kept(self, step: Step, login_ref: str | None, typed: Typed = NOTHING) -> Answer:
        """Fit to be stored and told. A challenge's key was made of the vendor's own words."""
        step = censored_step(step, typed)
        if step.challenge is not None:
            words = hashlib.sha256(f"{login_ref}/{step.challenge.key}".encode(errors="surrogatepass")).hexdigest()
            challenge = step.challenge.model_copy(update={"key": self.logins.fingerprint(words)})
            step = step.model_copy(update={"challenge": challenge})
        return step.model_dump(mode="json", exclude_none=True)

    async def read(self, payload: Payload) -> Answer:
        ref = _ref(payload)
        return self.kept(await self.quietly(self.logins.vendor.read(ref), NOTHING), ref.login_ref)


class _Start(_LoginCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        start = LoginStart(payload["connection_id"], payload["user_id"], payload["institution"])
        typed = self.typed(payload)
        vendor = self.logins.vendor
        begun = vendor.recover(start) if typed is None else vendor.start(start, typed)
        step = await self.quietly(begun, typed or NOTHING)
        return self.kept(step, step.login_ref, typed or NOTHING)


class HeliumStart(_Start, NeverRepeatCall):
    """The bank counts wrong passwords, and the vendor knows no key of ours."""

    kind = HELIUM.kind(Call.START)


class MxStart(_Start, NaturalKeyCall):
    """The member's `id` is our connection id: a second one is refused before the bank hears of it. Where the person has
    a member already, mx/login.py sees to it that a repeat gives it nothing."""

    kind = MX.kind(Call.START)


class _AnswerChallenge(_LoginCall, NeverRepeatCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        typed = self.typed(payload)
        if typed is None:
            # It never left us; what the vendor shows of the login is what there is.
            return await self.read(payload)
        ref = _ref(payload)
        return self.kept(await self.quietly(self.logins.vendor.answer(ref, typed), typed), ref.login_ref, typed)


class HeliumAnswer(_AnswerChallenge):
    kind = HELIUM.kind(Call.ANSWER)


class MxAnswer(_AnswerChallenge):
    kind = MX.kind(Call.ANSWER)


class _Read(_LoginCall, ReadCall):
    async def send(self, payload: Payload) -> Answer:
        return await self.read(payload)


class HeliumRead(_Read):
    kind = HELIUM.kind(Call.READ)


class MxRead(_Read):
    kind = MX.kind(Call.READ)


class _Fetch(_LoginCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        seal, ref = self.logins.seal_to_accounts, _ref(payload)
        fetched = self.logins.vendor.fetch(ref, numbers_wanted=seal is not None, asked_for=tuple(payload["asked_for"]))
        shown = await self.quietly(fetched, NOTHING)
        match shown:
            case NotYet():
                return {"asked_for": list(shown.asked_for)}
            case Interrupted():
                return {"challenged": self.kept(shown.step, ref.login_ref)}
            case BankData():
                accounts = sorted(shown.accounts, key=lambda each: each.found.account_type not in PAYABLE)
                found = [await _told(each, payload["country"], seal) for each in accounts[:ACCOUNTS_MAX]]
                return {
                    "profile": shown.profile.model_dump(mode="json"),
                    "accounts": [each.model_dump(mode="json") for each in found],
                }


class HeliumFetch(_Fetch, ReadCall):
    kind = HELIUM.kind(Call.FETCH)


class MxFetch(_Fetch, NaturalKeyCall):
    """May start the vendor's own gathering; a gathering that runs already goes on."""

    kind = MX.kind(Call.FETCH)


class ExpireChallenge(ReadCall):
    """Calls nobody: its due time is all there is to it."""

    kind = EXPIRE_CHALLENGE

    async def send(self, payload: Payload) -> Answer:
        return {}


def login_calls(logins: dict[str, Logins]) -> list[VendorCall]:
    """`logins` by vendor, of those that are configured."""
    kinds: dict[VendorTraits, tuple[Any, ...]] = {
        HELIUM: (HeliumStart, HeliumAnswer, HeliumRead, HeliumFetch),
        MX: (MxStart, MxAnswer, MxRead, MxFetch),
    }
    calls = [kind(logins[traits.vendor]) for traits, some in kinds.items() if traits.vendor in logins for kind in some]
    return [*calls, ExpireChallenge()]


def _ref(payload: Payload) -> LoginRef:
    return LoginRef(payload["login_ref"], payload["user_ref"])


async def _told(shown: ShownAccount, country: str, seal: SealToAccounts | None) -> FoundAccount:
    """With its numbers, the account number sealed, where they are complete; and with none in its names."""
    names = {"name": shown.found.name, "holder_name": shown.found.holder_name}
    found = shown.found.model_copy(
        update={field: None if name is None else censored(name, NOTHING) for field, name in names.items()}
    )
    numbers = shown.numbers
    if seal is None or numbers is None:
        return found
    bank = BankNumbers(numbers.institution_number, numbers.transit_number, numbers.routing_number)
    try:
        details = account_at(country, bank, await seal(numbers.account_number))
    except ValidationError:
        return found
    return found.model_copy(update={"details": details})
