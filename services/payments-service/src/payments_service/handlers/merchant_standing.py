"""What PauseMerchant, ResumeMerchant and the test of a merchant's tokens decide on, and the event that tells of a pause."""

from collections.abc import Sequence
from dataclasses import dataclass

from bankrails_contracts.payments import MerchantPaused, PausedFor, PaymentsCommand
from bankrails_helcim.merchant import Merchant

from payments_service.domain.merchant_status import MerchantStatus
from payments_service.handlers.merchants import Merchants
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    status: MerchantStatus | None


def situations(merchants: Merchants, reads: Reads, commands: Sequence[PaymentsCommand]) -> list[Situation]:
    ids = [command.merchant_id for command in commands]
    found = reads.merchant_statuses(ids)
    return [Situation(merchants.get(item), found.get(item)) for item in ids]


def by_command(status: MerchantStatus) -> MerchantPaused:
    if status.paused_at is None:
        raise ValueError("nobody paused this merchant")
    return MerchantPaused(
        merchant_id=status.id,
        cause=PausedFor.COMMAND,
        reason=status.paused_reason or "",
        by=status.paused_by,
        paused_at=status.paused_at,
    )
