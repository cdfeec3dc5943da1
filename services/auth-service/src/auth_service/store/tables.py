"""The service's own table: one row per connection, its columns the snapshot's fields. No behaviour."""

from datetime import datetime

from bankrails_messaging.columns import UtcTime
from sqlalchemy import Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    pass


class ConnectionRow(Row, table=True):
    __tablename__ = "connection"

    id: str = Field(primary_key=True, sa_type=Text)
    user_id: str = Field(sa_type=Text, index=True)
    country: str = Field(sa_type=Text)
    vendor: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    fetch_bank_data: bool
    link_accounts: str | None = Field(default=None, sa_type=Text)
    vendor_user_ref: str | None = Field(default=None, sa_type=Text)
    vendor_login_ref: str | None = Field(default=None, sa_type=Text)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcTime)
    challenge_id: str | None = Field(default=None, sa_type=Text)
    challenge_key: str | None = Field(default=None, sa_type=Text)
    challenge_round: int
    challenge_deadline: datetime | None = Field(default=None, sa_type=UtcTime)
    challenge_questions: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    sequence: int
    version: int
