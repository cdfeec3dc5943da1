"""`/institutions`."""

from typing import Any

from bankrails_sandbox.mx.formats import stamp
from bankrails_sandbox.mx.institutions import BY_GUID, CREATED_AT, INSTITUTIONS, MANUAL, Institution
from bankrails_sandbox.mx.payload import INSTITUTION_ROWS_MAX, page
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.versions import version_of
from bankrails_sandbox.mx.vocabulary import Product, Version
from bankrails_sandbox.vendor_api import Call, Reply

# The filters and flags of the older version; statements are offered by none.
SUPPORTS = {
    "supports_account_identification": Product.IDENTITY_VERIFICATION,
    "supports_account_statement": None,
    "supports_account_verification": Product.ACCOUNT_VERIFICATION,
    "supports_transaction_history": Product.TRANSACTION_HISTORY,
}


def list_institutions(vendor: MxVendor, call: Call) -> Reply:
    query = call.parameters()
    wanted = query.get("name", "").casefold()
    countries = {value for name, value in call.query if name.removesuffix("[]") == "iso_country_code"}
    products = {value for name, value in call.query if name.removesuffix("[]") == "supported_products"}
    found = [
        institution_json(bank, call)
        for bank in INSTITUTIONS.values()
        if wanted in bank.name.casefold()
        and (not countries or "US" in countries)
        and products <= set(bank.products)
        and all(query.get(name) in (None, _yes(product in bank.products)) for name, product in SUPPORTS.items())
    ]
    return page(call, "institutions", found, vendor.assumptions, rows_max=INSTITUTION_ROWS_MAX)


def list_favorites(vendor: MxVendor, call: Call) -> Reply:
    found = [institution_json(bank, call) for bank in INSTITUTIONS.values()]
    return page(call, "institutions", found, vendor.assumptions, rows_max=INSTITUTION_ROWS_MAX)


def get_institution(_vendor: MxVendor, call: Call) -> Reply:
    return Reply(200, {"institution": institution_json(_named(call), call)})


def list_credentials(vendor: MxVendor, call: Call) -> Reply:
    return page(call, "credentials", credentials_json(_named(call)), vendor.assumptions)


def credentials_json(bank: Institution) -> list[dict[str, Any]]:
    return [
        {
            "display_order": each.display_order,
            "field_name": each.field_name,
            "field_type": each.type,
            "guid": each.guid,
            "label": each.label,
            "type": each.type,
        }
        for each in bank.credentials
    ]


def institution_json(bank: Institution, call: Call) -> dict[str, Any]:
    body: dict[str, Any] = {
        "code": bank.code,
        "forgot_password_url": None,
        "forgot_username_url": None,
        "instructional_text": None,
        "instructional_text_steps": [],
        "is_disabled_by_client": False,
        "iso_country_code": "US",
        "medium_logo_url": f"{bank.url}/logos/100x100.png",
        "name": bank.name,
        "small_logo_url": f"{bank.url}/logos/50x50.png",
        "supports_oauth": False,
        "supports_tax_document": False,
        "trouble_signing_in_url": None,
        "url": bank.url,
    }
    if version_of(call.headers) is Version.V20250224:
        products = [product.value for product in bank.products]
        newer = {"guid": bank.guid, "created_at": stamp(CREATED_AT), "is_hidden": False}
        return body | newer | {"supported_products": products}
    return body | {name: product in bank.products for name, product in SUPPORTS.items()}


def _named(call: Call) -> Institution:
    wanted = call.path["institution"]
    bank = MANUAL if wanted == MANUAL.code else INSTITUTIONS.get(wanted)
    if bank is None and version_of(call.headers) is Version.V20250224:
        bank = BY_GUID.get(wanted)
    if bank is None:
        raise refused(404, "Institution not found")
    return bank


def _yes(value: bool) -> str:
    return str(value).lower()
