"""MX as a BankLogin: a member per connection, and jobs that carry the credentials to the bank.

Theory. The vendor has no idempotency key, but a member's `id` is ours and unique. A start in doubt may therefore be
sent again: the vendor refuses a second member before the bank hears of it, and the one that is there is adopted and
left alone, since its job has the credentials already. An answer to a challenge has no such mark and is sent once.

A person whose first try failed still has that member, and the vendor refuses another one with the same login. Then the
member is given the new credentials under the new connection's id: one act of the person, one visit to the bank. By
that id the vendor does not know a repeat, so there is none: what became of it is looked up.
"""

from bankrails_contracts.answers import RefusalCode
from bankrails_vendor_http.errors import VendorRejected, VendorUnavailable
from bankrails_vendor_http.json_api import Endpoint

from auth_service.domain.bank_data import BankData, Interrupted, NotYet
from auth_service.domain.login import Step, StepOutcome
from auth_service.ports import LoginRef, LoginStart, Typed
from auth_service.vendor.mx import endpoints, mapping
from auth_service.vendor.mx.client import MxClient, taken
from auth_service.vendor.mx.wire import Credential, Institution, Member, User

PRODUCTS = ("account_verification", "identity_verification")
"""Account numbers and owners, gathered by the job of the login itself, so that the bank is visited once."""
JOBS: dict[str, Endpoint] = {"numbers": endpoints.VERIFY, "owners": endpoints.IDENTIFY}
OWN_ID_PREFIX = "bankrails:"
RESERVED_PREFIXES = ("USR-", "MBR-")
"""An `id` of ours may not begin like one of the vendor's."""


class MxLogin:
    def __init__(self, client: MxClient) -> None:
        self._client = client
        self._given_anew: set[str] = set()
        """Connections whose new credentials have left us without an answer so far. After a restart there are none, and
        no credentials either."""

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        if start.connection_id in self._given_anew:
            return await self.recover(start)
        try:
            bank = await self._client.institution(start.institution)
            form = await self._client.login_form(start.institution)
        except VendorRejected as error:
            unknown = RefusalCode.UNKNOWN_INSTITUTION if error.status == 404 else RefusalCode.VENDOR_REJECTED
            return _refused(unknown, error.reason, "institution")
        if (refused := _unsuited(bank, form, typed)) is not None:
            return refused
        credentials = mapping.credentials(form, typed) or []
        user = await self._user(start.user_id)
        own = own_id(start.connection_id)
        try:
            member = await self._client.create_member(
                user.guid,
                own_id=own,
                institution=start.institution,
                credentials=credentials,
                products=[product for product in PRODUCTS if product in bank.supported_products],
            )
        except VendorRejected as error:
            if not taken(error):
                return _refused(RefusalCode.VENDOR_REJECTED, error.reason)
            members = await self._client.members(user.guid)
            found = _own(members, own)
            if found is None:
                return await self._try_again(start, members, user, credentials)
            member = found
        return _begun(member, user)

    async def recover(self, start: LoginStart) -> Step:
        user = await self._client.find_user(own_id(start.user_id))
        member = None if user is None else _own(await self._client.members(user.guid), own_id(start.connection_id))
        self._given_anew.discard(start.connection_id)
        if user is None or member is None:
            return Step(outcome=StepOutcome.UNKNOWN, reason="no answer came, and the vendor shows no such login")
        return _begun(member, user)

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        try:
            await self._client.resume(ref, [{"guid": guid, "value": value} for guid, value in typed.items()])
        except VendorRejected as error:
            if error.status == 405:
                return await self.read(ref)  # no challenge is open any more: it expired, or was answered
            return Step(outcome=StepOutcome.FAILED, reason=error.reason)
        return Step(outcome=StepOutcome.IN_PROGRESS)

    async def read(self, ref: LoginRef) -> Step:
        return mapping.step(await self._client.status(ref))

    async def fetch(
        self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]
    ) -> BankData | NotYet | Interrupted:
        step = await self.read(ref)
        match step.outcome:
            case StepOutcome.SUCCEEDED:
                pass
            case StepOutcome.IN_PROGRESS:
                return NotYet(asked_for)
            case StepOutcome.CHALLENGED:
                return Interrupted(step)
            case _:
                raise VendorRejected(endpoints.READ_STATUS.operation, step.reason)
        numbers = await self._client.account_numbers(ref) if numbers_wanted else []
        owners = await self._client.account_owners(ref)
        for name, there in (("numbers", bool(numbers) or not numbers_wanted), ("owners", bool(owners))):
            if not there and name not in asked_for and await self._begin(JOBS[name], ref):
                return NotYet((*asked_for, name))
        accounts = await self._client.accounts(ref)
        return mapping.bank_data(accounts, {number.account_guid: number for number in numbers}, owners)

    async def _user(self, user_id: str) -> User:
        own = own_id(user_id)
        try:
            return await self._client.create_user(own)
        except VendorRejected as error:
            if not taken(error):
                raise
            user = await self._client.find_user(own)
            if user is None:
                raise VendorUnavailable(error.operation, "the user exists, and is not listed yet") from error
            return user

    async def _try_again(
        self, start: LoginStart, members: list[Member], user: User, credentials: list[dict[str, str]]
    ) -> Step:
        """The person has been here before with this login."""
        there = [member for member in members if member.institution_code == start.institution]
        if len(there) != 1:
            reason = "the person has several connections at this bank, and the vendor does not say which one this is"
            return _refused(RefusalCode.VENDOR_REJECTED, reason)
        if there[0].is_being_aggregated:
            reason = "another login of this person at this bank is under way"
            return _refused(RefusalCode.VENDOR_REJECTED, reason)
        ref = LoginRef(there[0].guid, user.guid)
        self._given_anew.add(start.connection_id)
        try:
            member = await self._client.give_new_credentials(
                ref, own_id=own_id(start.connection_id), credentials=credentials
            )
        except VendorRejected as error:
            self._given_anew.discard(start.connection_id)
            return _refused(RefusalCode.VENDOR_REJECTED, error.reason)
        except VendorUnavailable:
            self._given_anew.discard(start.connection_id)  # a definite no to the attempt: the next one may give them
            raise
        self._given_anew.discard(start.connection_id)
        return _begun(member, user)

    async def _begin(self, endpoint: Endpoint, ref: LoginRef) -> bool:
        """False where this institution, or our contract, has no such job."""
        try:
            await self._client.begin(endpoint, ref)
        except VendorRejected:
            return False
        except VendorUnavailable as error:
            if error.status == 403:
                return False
            raise
        return True


def own_id(ours: str) -> str:
    return f"{OWN_ID_PREFIX}{ours}" if ours.startswith(RESERVED_PREFIXES) else ours


def _own(members: list[Member], own: str) -> Member | None:
    return next((member for member in members if member.id == own), None)


def _begun(member: Member, user: User) -> Step:
    return Step(outcome=StepOutcome.IN_PROGRESS, login_ref=member.guid, user_ref=user.guid)


def _unsuited(bank: Institution, form: list[Credential], typed: Typed) -> Step | None:
    if bank.supports_oauth:
        return _refused(RefusalCode.NOT_OFFERED, "this bank is logged in to on its own page", "institution")
    if mapping.credentials(form, typed) is None:
        asked = ", ".join(mapping.fields_of(form))
        return _refused(RefusalCode.INVALID, f"this bank asks for: {asked}", "credentials")
    return None


def _refused(code: RefusalCode, reason: str, field: str | None = None) -> Step:
    return Step(outcome=StepOutcome.REFUSED, code=code, reason=reason, field=field)
