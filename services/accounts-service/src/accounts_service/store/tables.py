"""The service's own tables: one row per aggregate, its columns the snapshot's fields. No behaviour."""

from datetime import datetime

from bankrails_messaging.columns import UtcTime
from sqlalchemy import Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class ExternalAccountRow(Row, table=True):
    __tablename__ = "external_account"
    __table_args__ = (
        Index("external_account_number", "user_id", "number_fingerprint", unique=True),
        Index("external_account_helix", "helix_external_account_id", unique=True),
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
