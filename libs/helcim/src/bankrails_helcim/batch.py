"""A merchant's batch as the vendor shows it. Source: Helcim guide: ACH Payment API, samples; Helcim OpenAPI, AchBatch."""

from pydantic import Field

from bankrails_helcim import mapping
from bankrails_helcim.mapping import Word
from bankrails_helcim.wire import Cents, Instant, Number, Text, Wire


class AchBatch(Wire):
    """Totals are of everybody's payments in it, not of ours alone."""

    batch_id: int
    status_batch: Word
    batch_reference: Text = ""
    """`ach-1234`; not in the guide's older sample."""
    amount_withdrawals_minor: Cents = Field(0, validation_alias="amountWithdrawals")
    count_withdrawals: Number = 0
    amount_deposits_minor: Cents = Field(0, validation_alias="amountDeposits")
    count_deposits: Number = 0
    amount_reversed_minor: Cents = Field(0, validation_alias="amountReversed")
    count_reversed: Number = 0
    amount_refunded_minor: Cents = Field(0, validation_alias="amountRefunded")
    count_refunded: Number = 0
    opened_at: Instant = Field(None, validation_alias="dateOpened")
    closed_at: Instant = Field(None, validation_alias="dateClosed")
    """Read, never computed: a batch of the guide's stayed open for months and closed at 16:15:37."""

    @property
    def status(self) -> mapping.BatchStatus:
        return mapping.batch_status(self.status_batch)
