"""Where the stories happen, and the hands that they need outside Kafka."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from bankrails_sandbox import AsyncControlClient, Effect

from bankrails_cli.consumption import wait_until_taken
from bankrails_cli.output import Output
from bankrails_cli.stories.cast import Cast, american, canadian
from bankrails_cli.story import StoryFailed, Teller
from bankrails_cli.suite import Suite

CLOSE = time(17)
"""By the merchant's wall clock."""
AFTER_THE_CLOSE = timedelta(minutes=5)
DAYS_MAX = 10  # banks take three banking days, around which there may be a long weekend


@dataclass
class Scene:
    teller: Teller
    suite: Suite
    control: AsyncControlClient
    """The payer's hand, the bank's, and the clock's."""
    output: Output
    canadian: Cast = field(default_factory=canadian)
    american: Cast = field(default_factory=american)

    async def debits(self) -> tuple[Effect, ...]:
        """What the vendor really took from the stories' bank accounts, in order."""
        accounts = {self.canadian.vendor_bank_account_id, self.american.vendor_bank_account_id} - {None}
        taken = await self.control.effects(kind="withdraw")
        return tuple(effect for effect in taken if effect.bank_account_id in accounts)

    async def count_debits(self) -> int:
        return len(await self.debits())

    async def advance(self, *, to: datetime) -> None:
        """Virtual time passes, from due time to due time, each waiting for what follows from it."""
        with self.output.progress(f"virtual time passes until {to:%Y-%m-%d}"):
            await self.control.advance(to=to)

    async def advance_days(self, days: float) -> None:
        await self.advance(to=(await self.control.clock()).now + timedelta(days=days))

    async def advance_past_close(self, cast: Cast) -> None:
        """To a little after the next 17:00 of the merchant."""
        now = (await self.control.clock()).now.astimezone(cast.zone)
        close = datetime.combine(now.date(), CLOSE, cast.zone)
        if close <= now:
            close = datetime.combine(now.date() + timedelta(days=1), CLOSE, cast.zone)
        await self.advance(to=close + AFTER_THE_CLOSE)

    async def advance_until(self, kind: str, vendor_payment_id: int | None) -> int:
        """Day by day, until that has happened to it at the vendor. The number of days. Raises StoryFailed."""
        for day in range(1, DAYS_MAX + 1):
            await self.advance_days(1)
            if any(effect.id == vendor_payment_id for effect in await self.control.effects(kind=kind)):
                return day
        raise StoryFailed(f"no {kind} of {vendor_payment_id} at the vendor within {DAYS_MAX} virtual days")

    async def until_taken(self, service: str) -> None:
        """Until the service has read the command that was sent last: only then does virtual time wait for what it does.

        Raises NotThere.
        """
        if (place := self.teller.last_sent) is not None:
            await asyncio.to_thread(wait_until_taken, self.suite.services[service].address, place)
