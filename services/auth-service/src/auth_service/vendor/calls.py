"""Each call with its class: what a crash or a time-out means for it (bankrails_messaging.calls).

The secrets rule: what a person typed is opened here, lives as long as the one call, and is cut out of whatever the
vendor says before anything else sees that.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


@dataclass(frozen=True)
class Logins:
    """What every call needs."""

    vendor: BankLogin
    clock: Clock
    open_sealed: OpenSealed
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


class _Start(_LoginCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        start = LoginStart(payload["connection_id"], payload["user_id"], payload["institution"])
        typed = self.typed(payload)
        if typed is None:
            return _answer(await self.logins.vendor.recover(start))
        return _answer(await _without(typed, self.logins.vendor.start(start, typed)))


class HeliumStart(_Start, NeverRepeatCall):
    """The bank counts wrong passwords, and the vendor knows no key of ours."""

    kind = HELIUM.kind(Call.START)


class MxStart(_Start, NaturalKeyCall):
    """The member's `id` is our connection id: a second one is refused before the bank hears of it."""

    kind = MX.kind(Call.START)


class _AnswerChallenge(_LoginCall, NeverRepeatCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        typed = self.typed(payload)
        if typed is None:
            # It never left us; what the vendor shows of the login is what there is.
            return _answer(await self.logins.vendor.read(_ref(payload)))
        return _answer(await _without(typed, self.logins.vendor.answer(_ref(payload), typed)))


class HeliumAnswer(_AnswerChallenge):
    kind = HELIUM.kind(Call.ANSWER)


class MxAnswer(_AnswerChallenge):
    kind = MX.kind(Call.ANSWER)


class _Read(_LoginCall, ReadCall):
    async def send(self, payload: Payload) -> Answer:
        return _answer(await self.logins.vendor.read(_ref(payload)))


class HeliumRead(_Read):
    kind = HELIUM.kind(Call.READ)


class MxRead(_Read):
    kind = MX.kind(Call.READ)


class _Fetch(_LoginCall):
    deadline_seconds = START_SECONDS

    async def send(self, payload: Payload) -> Answer:
        seal = self.logins.seal_to_accounts
        shown = await self.logins.vendor.fetch(
            _ref(payload), numbers_wanted=seal is not None, asked_for=tuple(payload["asked_for"])
        )
        match shown:
            case NotYet():
                return {"asked_for": list(shown.asked_for)}
            case Interrupted():
                return {"challenged": _answer(shown.step)}
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


def _answer(step: Step) -> Answer:
    return step.model_dump(mode="json", exclude_none=True)


async def _without(typed: Typed, step: Awaitable[Step]) -> Step:
    """Its step, or its error, with nothing of what was typed in it."""
    try:
        return censored_step(await step, typed)
    except VendorError as error:
        error.reason = censored(error.reason, typed)
        error.args = (f"{error.operation}: {error.reason}",)
        raise error from None  # its cause holds the request, and that the credentials


async def _told(shown: ShownAccount, country: str, seal: SealToAccounts | None) -> FoundAccount:
    """With its numbers, the account number sealed, where they are complete."""
    numbers = shown.numbers
    if seal is None or numbers is None:
        return shown.found
    bank = BankNumbers(numbers.institution_number, numbers.transit_number, numbers.routing_number)
    try:
        details = account_at(country, bank, await seal(numbers.account_number))
    except ValidationError:
        return shown.found
    return shown.found.model_copy(update={"details": details})
