"""Who and what the story is about, and the hands that it needs outside Kafka."""

from dataclasses import dataclass, field
from typing import Any

from bankrails_contracts.ids import uuid7
from bankrails_sandbox import AsyncControlClient, Effect

from bankrails_cli.output import Output
from bankrails_cli.services import MERCHANT_ID
from bankrails_cli.story import Teller
from bankrails_cli.suite import Suite


@dataclass
class Scene:
    teller: Teller
    suite: Suite
    control: AsyncControlClient
    """The payer's hand, the bank's, and the clock's."""
    output: Output
    payer_id: str = field(default_factory=lambda: f"payer-{uuid7()}")
    bank_account_id: str = field(default_factory=lambda: f"account-{uuid7()}")
    mandate_id: str = field(default_factory=lambda: f"mandate-{uuid7()}")
    payment_id: str = field(default_factory=lambda: f"payment-{uuid7()}")
    collect_id: str = field(default_factory=uuid7)
    """The id of the command that collects `payment_id`."""
    vendor_bank_account_id: int | None = None
    """Known once the bank account is registered."""

    async def debits(self) -> tuple[Effect, ...]:
        """What the vendor really took from this story's bank account, in order."""
        taken = await self.control.effects(kind="withdraw")
        return tuple(effect for effect in taken if effect.bank_account_id == self.vendor_bank_account_id)

    async def count_debits(self) -> int:
        return len(await self.debits())

    def collection(self, payment_id: str, amount_minor: int) -> dict[str, Any]:
        """The body of a CollectPayment from this story's payer."""
        return {
            "payment_id": payment_id,
            "payer_id": self.payer_id,
            "bank_account_id": self.bank_account_id,
            "merchant_id": MERCHANT_ID,
            "amount": {"amount_minor": amount_minor, "currency": "CAD"},
        }
