"""The service's own tables: one row per aggregate, its columns the snapshot's fields. No behaviour."""

from datetime import date, datetime
from typing import Any

from bankrails_helcim.denials import denied_right_table
from bankrails_messaging.columns import UtcTime
from sqlalchemy import JSON, BigInteger, Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class WatchedPaymentRow(Row, table=True):
    __tablename__ = "watched_payment"
    __table_args__ = (
        Index("watched_payment_open", "merchant_id", "state"),
        Index("watched_payment_vendor", "merchant_id", "vendor_payment_id"),
        Index("watched_payment_since", "merchant_id", "since"),
        Index("watched_payment_batch", "vendor_batch_id", "merchant_id"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    vendor_payment_id: str | None = Field(default=None, sa_type=Text)
    external_account_id: str | None = Field(default=None, sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    country: str = Field(sa_type=Text)
    holder_type: str | None = Field(default=None, sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)
    told: str = Field(sa_type=Text)
    refused: bool
    auth: str | None = Field(default=None, sa_type=Text)
    clearing: str | None = Field(default=None, sa_type=Text)
    vendor_batch_id: str | None = Field(default=None, sa_type=Text)
    batch_closed: bool
    observed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    in_settlement_at: datetime | None = Field(default=None, sa_type=UtcTime)
    cleared_at: datetime | None = Field(default=None, sa_type=UtcTime)
    funds_available_at: datetime | None = Field(default=None, sa_type=UtcTime)
    available_at: datetime | None = Field(default=None, sa_type=UtcTime)
    claim_deadline: date | None = None
    contested_at: datetime | None = Field(default=None, sa_type=UtcTime)
    returned_on: date | None = None
    return_code: str | None = Field(default=None, sa_type=Text)
    presentment: int
    re_presents: str | None = Field(default=None, sa_type=Text)
    first_settled_on: date | None = None
    disputes: str = Field(sa_type=Text)
    bank_account_id: str | None = Field(default=None, sa_type=Text)
    counted_on: date | None = None
    counted_as: str = Field(sa_type=Text)
    final_at: datetime | None = Field(default=None, sa_type=UtcTime)
    looks_ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    kind: str = Field(sa_type=Text)
    refund_of: str | None = Field(default=None, sa_type=Text)
    refunds: str = Field(sa_type=Text)
    double_losses: str = Field(sa_type=Text)
    missing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    overdue_at: datetime | None = Field(default=None, sa_type=UtcTime)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class UnclaimedRowRow(Row, table=True):
    __tablename__ = "unclaimed_row"
    __table_args__ = (Index("unclaimed_row_seen", "merchant_id", "state", "first_seen_at"),)

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    transaction_type: str = Field(sa_type=Text)
    original_vendor_payment_id: str | None = Field(default=None, sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    auth: str = Field(sa_type=Text)
    clearing: str = Field(sa_type=Text)
    vendor_batch_id: str | None = Field(default=None, sa_type=Text)
    batch_closed: bool
    created_at: datetime | None = Field(default=None, sa_type=UtcTime)
    first_seen_at: datetime = Field(sa_type=UtcTime)
    observed_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class BatchRow(Row, table=True):
    __tablename__ = "batch"
    __table_args__ = (Index("batch_state", "merchant_id", "state"),)

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    opened_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    seen_closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    payments: int
    total_minor: int = Field(sa_type=BigInteger)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    cleared: int
    returned: int
    reconciled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reconcile_planned: bool
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class DiscrepancyRow(Row, table=True):
    __tablename__ = "discrepancy"
    __table_args__ = (
        Index("discrepancy_state", "merchant_id", "state", "kind"),
        Index("discrepancy_batch", "vendor_batch_id", "state"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    ours: str = Field(sa_type=Text)
    theirs: str = Field(sa_type=Text)
    found_at: datetime = Field(sa_type=UtcTime)
    payment_id: str | None = Field(default=None, sa_type=Text)
    refund_id: str | None = Field(default=None, sa_type=Text)
    vendor_payment_id: str | None = Field(default=None, sa_type=Text)
    vendor_batch_id: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class OpenOutcomeRow(Row, table=True):
    __tablename__ = "open_outcome"
    __table_args__ = (Index("open_outcome_state", "merchant_id", "state"),)

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    call: str = Field(sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class MerchantCountsRow(Row, table=True):
    __tablename__ = "merchant_counts"

    id: str = Field(primary_key=True, sa_type=Text)
    days: dict[str, Any] = Field(sa_type=JSON)
    claims_open_minor: int = Field(sa_type=BigInteger)
    unauthorized: str = Field(sa_type=Text)
    administrative: str = Field(sa_type=Text)
    overall: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class ChangeNoticeRow(Row, table=True):
    __tablename__ = "change_notice"
    __table_args__ = (
        Index("change_notice_open", "state", "merchant_id"),
        Index("change_notice_external_account", "external_account_id"),
        Index("change_notice_bank_account", "bank_account_id"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    external_account_id: str | None = Field(default=None, sa_type=Text)
    bank_account_id: str | None = Field(default=None, sa_type=Text)
    code: str = Field(sa_type=Text)
    routing_number: str | None = Field(default=None, sa_type=Text)
    account_number_encrypted: str | None = Field(default=None, sa_type=Text)
    account_masked: str | None = Field(default=None, sa_type=Text)
    account_type: str | None = Field(default=None, sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)
    individual_id: str | None = Field(default=None, sa_type=Text)
    received_on: date
    apply_by: date
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class MerchantPauseRow(Row, table=True):
    __tablename__ = "merchant_pause"

    id: str = Field(primary_key=True, sa_type=Text)
    reason: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


DENIED_RIGHT = denied_right_table(Row.metadata)
