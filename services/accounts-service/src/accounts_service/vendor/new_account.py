"""What is sent of an account: when it is made, and when it is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NewHelixAccount:
    """Of `externalAccount/create` and `initiate`. A person has both names, a business its own."""

    customer_id: int
    account_number: str = field(repr=False)
    routing_number: str
    type: str
    tag: str
    """At most 50 characters; unique in the whole program, and what a repeat is known by."""
    first_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    name: str | None = None
    """The bank's. With Nacha enabled the vendor puts the directory's name in its place."""
    nickname: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    """By our names."""

    def body(self) -> dict[str, Any]:
        fields = {
            "customerId": self.customer_id,
            "accountNumber": self.account_number,
            "routingNumber": self.routing_number,
            "type": self.type,
            "tag": self.tag,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "businessName": self.business_name,
            "name": self.name,
            "nickName": self.nickname,
            **_their_fields(self.custom_fields),
        }
        return {name: value for name, value in fields.items() if value is not None}


_THEIR_NAMES = {
    "nickname": "nickName",
    "first_name": "firstName",
    "last_name": "lastName",
    "company_name": "businessName",
}


def _their_fields(custom_fields: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("custom_field_", "customField"): value for name, value in custom_fields.items()}


def their_changes(changes: Mapping[str, Any]) -> dict[str, str]:
    """An update's, by their names."""
    plain = {_THEIR_NAMES[name]: value for name, value in changes.items() if name in _THEIR_NAMES}
    return {**plain, **_their_fields(changes.get("custom_fields", {}))}
