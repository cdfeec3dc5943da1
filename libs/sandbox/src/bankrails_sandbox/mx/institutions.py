"""The test banks that are logged in to with credentials, and their login forms (docs.mx.com/resources/test-platform).

Those with a login page of their own (OAuth) are not served here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bankrails_sandbox.mx.vocabulary import Product


@dataclass(frozen=True, slots=True)
class Credential:
    guid: str
    field_name: str
    label: str
    type: str
    display_order: int


@dataclass(frozen=True, slots=True)
class Institution:
    """`always_fresh`: exempt from the interval between aggregations."""

    code: str
    guid: str
    name: str
    url: str
    credentials: tuple[Credential, ...]
    products: tuple[Product, ...] = tuple(Product)
    always_fresh: bool = False

    @property
    def login_credential(self) -> Credential:
        return self.credentials[0]

    @property
    def password_credential(self) -> Credential:
        return self.credentials[1]


CREATED_AT = datetime(2020, 1, 1, tzinfo=UTC)

MX_BANK = Institution(
    "mxbank",
    "INS-1572a04c-912b-59bf-5841-332c7dfafaef",
    "MX Bank",
    "https://www.mx.com",
    (
        Credential("CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1", "LOGIN", "Username", "LOGIN", 1),
        Credential("CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d", "PASSWORD", "Password", "PASSWORD", 2),
    ),
    always_fresh=True,
)
MXCU = Institution(
    "mxcu_credential",
    "INS-5d9b0a52-6a6f-4bd5-8d0c-37b0a1a3f1c2",
    "MXCU (Credential)",
    "https://www.mx.com",
    (
        Credential("CRD-1a2f6f0e-3a9c-4b65-9d0e-5a1c7c2b8e01", "LOGIN", "Username", "LOGIN", 1),
        Credential("CRD-1a2f6f0e-3a9c-4b65-9d0e-5a1c7c2b8e02", "PASSWORD", "Password", "PASSWORD", 2),
    ),
)
# Nobody logs in to it, and no list has it; its guid begins as the vendor's own does.
MANUAL = Institution("mx_manual", "INS-MANUAL-1572a04c-912b-59bf-5841", "Manual Institution", "", (), products=())
INSTITUTIONS = {bank.code: bank for bank in (MX_BANK, MXCU)}
BY_GUID = {bank.guid: bank for bank in (*INSTITUTIONS.values(), MANUAL)}
