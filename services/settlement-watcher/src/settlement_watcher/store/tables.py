"""The service's own tables: one row per aggregate, its columns the snapshot's fields. No behaviour."""

from datetime import date, datetime

from bankrails_messaging.columns import UtcTime
from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class WatchedPaymentRow(Row, table=True):
    __tablename__ = "watched_payment"
    __table_args__ = (
        Index("watched_payment_open", "merchant_id", "state"),
        Index("watched_payment_vendor", "merchant_id", "vendor_payment_id"),
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
    final_at: datetime | None = Field(default=None, sa_type=UtcTime)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class BatchRow(Row, table=True):
    __tablename__ = "batch"

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    closed_at: datetime = Field(sa_type=UtcTime)
    payments: int
    total_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int
