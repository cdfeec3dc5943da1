"""What every Helcim call needs: clients, tokens, the clock, and the accounts it speaks of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bankrails_clock.port import Clock
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_messaging.calls import (
    Payload,
    VendorCall,
)

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.payer import Payer

CLOCKS_APART = timedelta(hours=2)
"""The vendor's times have no zone; an hour that occurs twice, and a clock that is off, still fall into the window."""

AccessFor = Callable[[str], MerchantAccess]
LoadAccount = Callable[[str], Awaitable[tuple[BankAccount, Payer]]]
Decrypt = Callable[[BankAccount], str]


@dataclass(frozen=True)
class Helcim:
    """What every call needs."""

    client: Callable[[str], HelcimClient]
    """By merchant id. Each merchant has connections of its own: one that is slow, or spends its quota, holds up itself."""
    clock: Clock
    general: AccessFor
    """By merchant id: customers, bank accounts, mandates."""
    processing: AccessFor
    """By merchant id: debits, and reading what became of them."""
    refunding: AccessFor
    """By merchant id: refunds, voids, cancellations."""
    load_account: LoadAccount
    decrypt: Decrypt


@dataclass(frozen=True)
class HelcimCall(VendorCall):
    helcim: Helcim

    def client(self, payload: Payload) -> HelcimClient:
        return self.helcim.client(payload["merchant_id"])

    def general(self, payload: Payload) -> MerchantAccess:
        return self.helcim.general(payload["merchant_id"])

    def reading(self, payload: Payload) -> MerchantAccess:
        return self.helcim.processing(payload["merchant_id"])

    def refunding(self, payload: Payload) -> MerchantAccess:
        return self.helcim.refunding(payload["merchant_id"])
