"""The service's own tables: one row per aggregate, its columns the snapshot's fields. No behaviour."""

from datetime import date, datetime
from typing import Any

from bankrails_messaging.columns import UtcTime
from sqlalchemy import JSON, Date, Index, Text, false
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class ExternalAccountRow(Row, table=True):
    __tablename__ = "external_account"
    __table_args__ = (
        Index("external_account_number", "user_id", "number_fingerprint", unique=True),
        Index("external_account_helix", "helix_external_account_id", unique=True),
        Index("external_account_customer", "customer_id"),
        Index("external_account_tag", "tag", unique=True),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    user_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    country: str = Field(sa_type=Text)
    institution_number: str | None = Field(default=None, sa_type=Text)
    transit_number: str | None = Field(default=None, sa_type=Text)
    routing_number: str | None = Field(default=None, sa_type=Text)
    account_number_encrypted: str = Field(sa_type=Text)
    number_fingerprint: str | None = Field(default=None, sa_type=Text)
    account_last4: str = Field(sa_type=Text)
    account_type: str = Field(sa_type=Text)
    holder_type: str = Field(sa_type=Text)
    first_name: str | None = Field(default=None, sa_type=Text)
    last_name: str | None = Field(default=None, sa_type=Text)
    company_name: str | None = Field(default=None, sa_type=Text)
    bank_name: str | None = Field(default=None, sa_type=Text)
    connection_id: str | None = Field(default=None, sa_type=Text)
    helix_customer_id: int | None = None
    helix_external_account_id: str | None = Field(default=None, sa_type=Text)
    customer_id: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    method: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "attested"})
    microdeposit_id: str | None = Field(default=None, sa_type=Text)
    verification_id: str | None = Field(default=None, sa_type=Text)
    tag: str | None = Field(default=None, sa_type=Text)
    nickname: str | None = Field(default=None, sa_type=Text)
    custom_fields: dict[str, str] = Field(sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    state_at: datetime | None = Field(default=None, sa_type=UtcTime)
    locked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    locked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lock_reason: str | None = Field(default=None, sa_type=Text)
    locked_by_vendor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    noc_code: str | None = Field(default=None, sa_type=Text)
    modified_at: datetime | None = Field(default=None, sa_type=UtcTime)
    initiated_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ask_at: datetime | None = Field(default=None, sa_type=UtcTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    over_limit: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    approved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    approved_by: str | None = Field(default=None, sa_type=Text)
    approval_reason: str | None = Field(default=None, sa_type=Text)
    pending: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    acts: int = Field(sa_column_kwargs={"server_default": "0"})
    watched: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    vendor_status: str | None = Field(default=None, sa_type=Text)
    seen: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class AccountUseRow(Row, table=True):
    __tablename__ = "account_use"

    id: str = Field(primary_key=True, sa_type=Text)
    last_cleared_at: datetime = Field(sa_type=UtcTime)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class CustomerRow(Row, table=True):
    __tablename__ = "customer"

    id: str = Field(primary_key=True, sa_type=Text)
    archived_on: date | None = Field(default=None, sa_type=Date)
    archived: int
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class ProgramRow(Row, table=True):
    __tablename__ = "program"

    id: str = Field(primary_key=True, sa_type=Text)
    external_accounts_max: int | None = None
    verification_type: str | None = Field(default=None, sa_type=Text)
    time_zone: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class PaymentInFlightRow(Row, table=True):
    __tablename__ = "payment_in_flight"
    __table_args__ = (Index("payment_in_flight_account", "external_account_id", "ended"),)

    id: str = Field(primary_key=True, sa_type=Text)
    external_account_id: str = Field(sa_type=Text)
    ended: bool
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int


class AppliedChangeRow(Row, table=True):
    __tablename__ = "applied_change"
    __table_args__ = (
        Index("applied_change_account", "external_account_id"),
        Index("applied_change_told", "told_at", "apply_by"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    external_account_id: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    routing_number: str | None = Field(default=None, sa_type=Text)
    account_number_encrypted: str | None = Field(default=None, sa_type=Text)
    account_last4: str | None = Field(default=None, sa_type=Text)
    account_type: str | None = Field(default=None, sa_type=Text)
    first_name: str | None = Field(default=None, sa_type=Text)
    last_name: str | None = Field(default=None, sa_type=Text)
    company_name: str | None = Field(default=None, sa_type=Text)
    applied_at: datetime = Field(sa_type=UtcTime)
    applied_by: str = Field(sa_type=Text)
    received_on: date | None = Field(default=None, sa_type=Date)
    apply_by: date | None = Field(default=None, sa_type=Date)
    payment_id: str | None = Field(default=None, sa_type=Text)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int
