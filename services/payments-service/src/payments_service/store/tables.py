"""The service's own tables: one row per aggregate, its columns the snapshot's fields. No behaviour."""

from datetime import date, datetime
from typing import Any

from bankrails_helcim.denials import denied_right_table
from bankrails_messaging.columns import UtcTime
from sqlalchemy import JSON, BigInteger, Index, Text, false, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class PayerRow(Row, table=True):
    __tablename__ = "payer"
    __table_args__ = (Index("payer_vendor", "merchant_id", "vendor_customer_id", unique=True),)

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    contact_name: str | None = Field(default=None, sa_type=Text)
    business_name: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    street: str = Field(sa_type=Text)
    city: str = Field(sa_type=Text)
    province: str = Field(sa_type=Text)
    postal_code: str = Field(sa_type=Text)
    country: str = Field(sa_type=Text)
    vendor_customer_id: str | None = Field(default=None, sa_type=Text)
    default_bank_account_id: str | None = Field(default=None, sa_type=Text)
    register_accounts_of: str | None = Field(default=None, sa_type=Text)
    adopts_code: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class BankAccountRow(Row, table=True):
    __tablename__ = "bank_account"
    __table_args__ = (Index("bank_account_vendor", "merchant_id", "vendor_bank_account_id", unique=True),)

    id: str = Field(primary_key=True, sa_type=Text)
    payer_id: str = Field(sa_type=Text, index=True)
    merchant_id: str = Field(sa_type=Text)
    external_account_id: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    country: str = Field(sa_type=Text)
    institution_number: str | None = Field(default=None, sa_type=Text)
    transit_number: str | None = Field(default=None, sa_type=Text)
    routing_number: str | None = Field(default=None, sa_type=Text)
    account_number_encrypted: str = Field(sa_type=Text)
    account_last4: str = Field(sa_type=Text)
    account_type: str = Field(sa_type=Text)
    holder_type: str = Field(sa_type=Text)
    first_name: str | None = Field(default=None, sa_type=Text)
    last_name: str | None = Field(default=None, sa_type=Text)
    company_name: str | None = Field(default=None, sa_type=Text)
    vendor_customer_id: str = Field(sa_type=Text)
    vendor_bank_account_id: str | None = Field(default=None, sa_type=Text)
    make_default: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    mandate_id: str | None = Field(default=None, sa_type=Text)
    requested_at: datetime | None = Field(default=None, sa_type=UtcTime)
    disabled_for: list[str] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    replaces: str | None = Field(default=None, sa_type=Text)
    successor_id: str | None = Field(default=None, sa_type=Text)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class MandateRow(Row, table=True):
    __tablename__ = "mandate"
    __table_args__ = (Index("mandate_vendor", "merchant_id", "vendor_mandate_id", unique=True),)

    id: str = Field(primary_key=True, sa_type=Text)
    bank_account_id: str = Field(sa_type=Text, index=True)
    merchant_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    vendor_mandate_id: str | None = Field(default=None, sa_type=Text)
    kind: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "personal"})
    one_time: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    pre_notification_days: int | None = None
    requested_at: datetime | None = Field(default=None, sa_type=UtcTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    earliest_debit_on: date | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    used_by: str | None = Field(default=None, sa_type=Text)
    inconsistent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    history: list[dict[str, Any]] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class PaymentRow(Row, table=True):
    __tablename__ = "payment"
    __table_args__ = (
        Index("payment_vendor", "merchant_id", "vendor_payment_id", unique=True),
        Index("payment_by_account", "bank_account_id", "state"),
        Index(
            "payment_unknown",
            "merchant_id",
            "amount_minor",
            sqlite_where=text("state = 'UNKNOWN'"),
            postgresql_where=text("state = 'UNKNOWN'"),
        ),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    merchant_id: str = Field(sa_type=Text)
    payer_id: str = Field(sa_type=Text)
    bank_account_id: str = Field(sa_type=Text)
    external_account_id: str | None = Field(default=None, sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    not_after: datetime | None = Field(default=None, sa_type=UtcTime)
    vendor_payment_id: str | None = Field(default=None, sa_type=Text)
    unknown_since: datetime | None = Field(default=None, sa_type=UtcTime)
    needs_operator: bool = False
    country: str | None = Field(default=None, sa_type=Text)
    holder_type: str | None = Field(default=None, sa_type=Text)
    mandate_id: str | None = Field(default=None, sa_type=Text)
    unknown_reason: str | None = Field(default=None, sa_type=Text)
    candidates: list[str] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    one_time_mandate_id: str | None = Field(default=None, sa_type=Text)
    notified_on: date | None = None
    due_on: date | None = None
    limits: list[str] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    counts: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    wish: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    undo: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    vendor_void_id: str | None = Field(default=None, sa_type=Text)
    refunds: dict[str, Any] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    funds_available_at: datetime | None = Field(default=None, sa_type=UtcTime)
    available: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    claim_deadline: date | None = None
    return_code: str | None = Field(default=None, sa_type=Text)
    retry: str | None = Field(default=None, sa_type=Text)
    retry_until: date | None = None
    presentments_left: int | None = None
    re_presents: str | None = Field(default=None, sa_type=Text)
    presentment: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    re_presented_by: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class LimitTotalRow(Row, table=True):
    __tablename__ = "limit_total"

    id: str = Field(primary_key=True, sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)


class VendorClaimRow(Row, table=True):
    __tablename__ = "vendor_claim"

    id: str = Field(primary_key=True, sa_type=Text)
    payment_id: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class EnrolmentRow(Row, table=True):
    __tablename__ = "enrolment"

    id: str = Field(primary_key=True, sa_type=Text)
    """The user's id."""
    state: str = Field(sa_type=Text)
    payers: dict[str, Any] = Field(sa_type=JSON)
    accounts: dict[str, Any] = Field(sa_type=JSON)
    """By external account id; the numbers in it are encrypted."""
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class ExternalAccountRow(Row, table=True):
    __tablename__ = "external_account"

    id: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    bank_accounts: list[str] = Field(sa_type=JSON)
    corrected: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """The number in it is encrypted."""
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class PayerWatchRow(Row, table=True):
    __tablename__ = "payer_watch"

    id: str = Field(primary_key=True, sa_type=Text)
    """The payer's id."""
    state: str = Field(sa_type=Text)
    round: int
    since: datetime | None = Field(default=None, sa_type=UtcTime)
    looked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class MerchantStatusRow(Row, table=True):
    __tablename__ = "merchant_status"

    id: str = Field(primary_key=True, sa_type=Text)
    """The merchant's."""
    state: str = Field(sa_type=Text)
    paused_at: datetime | None = Field(default=None, sa_type=UtcTime)
    paused_by: str | None = Field(default=None, sa_type=Text)
    paused_reason: str | None = Field(default=None, sa_type=Text)
    token_rejected_at: datetime | None = Field(default=None, sa_type=UtcTime)
    token_reason: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


DENIED_RIGHT = denied_right_table(Row.metadata)
