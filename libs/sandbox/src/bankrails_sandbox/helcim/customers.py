"""`/customers` (Helcim OpenAPI). Writes have no idempotency key; `customerCode` is what makes them repeatable."""

import dataclasses
from typing import Any

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.payload import require_object
from bankrails_sandbox.helcim.records import Address, Customer
from bankrails_sandbox.helcim.replies import ErrorShape, field_errors, list_error, text_error
from bankrails_sandbox.vendor_api import Reply

PAGE_ROWS_MAX = 100
MISSING = "Missing required data"
INVALID = "Invalid data"

_TEXTS = {
    "customerCode": "code",
    "contactName": "contact_name",
    "businessName": "business_name",
    "cellPhone": "cell_phone",
}
_ADDRESSES = {"billingAddress": "billing", "shippingAddress": "shipping"}
_ADDRESS_FIELDS = tuple(field.name for field in dataclasses.fields(Address))


def list_customers(books: Books, call: Call) -> Reply:
    code, search = call.query.get("customerCode"), call.query.get("search")
    if code and search:
        raise list_error("Only one of search and customerCode can be used")
    limit = _page_number(call, "limit", PAGE_ROWS_MAX)
    if limit > PAGE_ROWS_MAX:
        raise list_error(f"limit must not be above {PAGE_ROWS_MAX}")
    page = _page_number(call, "page", 1)
    if code:
        customer = books.customers_by_code.get(code)
        found = [customer] if customer else []
    else:
        found = [customer for customer in books.customers.values() if not search or _mentions(customer, search)]
    with_cards = call.query.get("includeCards") == "yes"
    shown = found[(page - 1) * limit : page * limit]
    return Reply(200, [customer_json(customer, with_cards=with_cards) for customer in shown])


def create_customer(books: Books, call: Call) -> Reply:
    given = _checked(require_object(call.body, ErrorShape.TEXT))
    # Generated codes pass over those that a caller chose.
    code = given.pop("code", "") or next(
        code for number in books.ids.customer_codes if (code := f"CST{number}") not in books.customers_by_code
    )
    _refuse_taken(books, code, but=None)
    customer = Customer(next(books.ids.customers), code, **given)
    _require_name(customer)
    books.add_customer(customer)
    books.record("create-customer", customer.id, call.now, call.id, customer_id=customer.id)
    return Reply(200, customer_json(customer))


def get_customer(books: Books, call: Call) -> Reply:
    return Reply(200, customer_json(known_customer(books, call)))


def update_customer(books: Books, call: Call) -> Reply:
    """Replaces the fields that are given; whether it leaves the others is an assumption."""
    customer = known_customer(books, call)
    given = _checked(require_object(call.body, ErrorShape.TEXT))
    if not given.get("code", customer.code):
        del given["code"]
    kept = customer
    if books.assumptions.update_customer_replaces:
        kept = Customer(customer.id, customer.code, default_bank_account_id=customer.default_bank_account_id)
    changed = dataclasses.replace(kept, **given)
    _refuse_taken(books, changed.code, but=customer)
    _require_name(changed)
    del books.customers_by_code[customer.code]
    books.add_customer(changed)
    books.record("update-customer", changed.id, call.now, call.id, customer_id=changed.id)
    return Reply(200, customer_json(changed))


def known_customer(books: Books, call: Call) -> Customer:
    """Raises Refused in shape A: the number and the shape are assumptions."""
    customer = books.customers.get(call.path_id("customer_id") or 0)
    if customer is None:
        raise text_error(books.assumptions.unknown_customer_status, "Customer not found")
    return customer


def customer_json(customer: Customer, *, with_cards: bool = False) -> dict[str, Any]:
    body = {
        "id": customer.id,
        "customerCode": customer.code,
        "contactName": customer.contact_name,
        "businessName": customer.business_name,
        "cellPhone": customer.cell_phone,
        "billingAddress": dataclasses.asdict(customer.billing or Address()),
        "shippingAddress": dataclasses.asdict(customer.shipping or Address()),
    }
    return body | {"cards": []} if with_cards else body


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    """The given fields under our names. Unknown ones are ignored. Raises Refused in shape B, all complaints at once."""
    errors: dict[str, str] = {}
    given: dict[str, Any] = {}
    for theirs, ours in _TEXTS.items():
        if (value := body.get(theirs)) is not None:
            if isinstance(value, str):
                given[ours] = value.strip()
            else:
                errors[theirs] = INVALID
    for theirs, ours in _ADDRESSES.items():
        if (value := body.get(theirs)) is not None:
            problems = _address_problems(value)
            errors |= {f"{theirs}.{name}" if name else theirs: problem for name, problem in problems.items()}
            if not problems:
                given[ours] = Address(**{name: value[name] for name in _ADDRESS_FIELDS if value.get(name) is not None})
    if errors:
        raise field_errors(errors)
    return given


def _address_problems(value: Any) -> dict[str, str]:
    """By field; a problem of the whole has the empty name. The e-mail is judged only when it is used."""
    if not isinstance(value, dict):
        return {"": INVALID}
    present = {name: value[name] for name in _ADDRESS_FIELDS if value.get(name) is not None}
    problems = {name: INVALID for name, item in present.items() if not isinstance(item, str)}
    if problems:
        return problems
    required = ["name", "street1", "postalCode"]
    country = present.get("country", "")
    if country and not (len(country) == 3 and country.isascii() and country.isupper()):
        problems["country"] = INVALID
    if country in ("CAN", "USA"):
        required.append("province")
    problems |= {name: MISSING for name in required if not present.get(name, "").strip()}
    province = present.get("province", "")
    if (
        province
        and country in ("CAN", "USA")
        and not (len(province) == 2 and province.isascii() and province.isalpha())
    ):
        problems["province"] = INVALID
    phone = present.get("phone", "")
    if phone and not (phone.isascii() and phone.isdigit() and 10 <= len(phone) <= 15):
        problems["phone"] = INVALID
    return problems


def _require_name(customer: Customer) -> None:
    if not customer.contact_name and not customer.business_name:
        raise field_errors({"contactName": MISSING})


def _refuse_taken(books: Books, code: str, *, but: Customer | None) -> None:
    if books.customers_by_code.get(code, but) is not but:
        taken = "Customer code already exists"
        raise field_errors({"customerCode": taken}) if books.assumptions.duplicate_code_by_field else list_error(taken)


def _mentions(customer: Customer, search: str) -> bool:
    wanted = search.casefold()
    texts = (customer.code, customer.contact_name, customer.business_name, customer.cell_phone, customer.email)
    return any(wanted in text.casefold() for text in texts)


def _page_number(call: Call, name: str, default: int) -> int:
    value = call.query.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) > 0):
        raise list_error(f"{name} is invalid")
    return int(value)
