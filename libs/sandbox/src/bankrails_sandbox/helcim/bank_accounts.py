"""`/customers/{id}/bank-accounts`: names on write differ from names on read (Helcim OpenAPI and guide)."""

import dataclasses
import hashlib
import re
from typing import Any

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.customers import known_customer
from bankrails_sandbox.helcim.merchants import Country
from bankrails_sandbox.helcim.pads import new_pad
from bankrails_sandbox.helcim.payload import digits, one_of, require_object, text
from bankrails_sandbox.helcim.records import AccountType, Address, BankAccount, Customer, Mail, Ownership
from bankrails_sandbox.helcim.replies import ErrorShape, list_error, message_error, text_error
from bankrails_sandbox.helcim.timestamps import stamp
from bankrails_sandbox.routing_numbers import passes_aba_check
from bankrails_sandbox.vendor_api import Refused, Reply

# Enough to tell an address from none; what the vendor calls valid is not published.
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def list_bank_accounts(books: Books, call: Call) -> Reply:
    customer = known_customer(books, call)
    flags = {name: call.query[name] for name in ("verified", "ready") if name in call.query}
    if any(value not in ("0", "1") for value in flags.values()):
        raise list_error("verified and ready must be 0 or 1")
    token = call.query.get("bankToken")
    return Reply(
        200,
        [
            bank_account_json(books, account)
            for account in books.accounts_of(customer)
            if token in (None, account.token)
            and all(getattr(account, name) is (value == "1") for name, value in flags.items())
        ],
    )


def create_bank_account(books: Books, call: Call) -> Reply:
    """201. Mails the customer and makes a PAD that is not accepted; the account does not become the default."""
    customer = _customer_of_write(books, call)
    account = add_account(books, customer, require_object(call.body, ErrorShape.MESSAGE), call)
    _require_email(customer)
    mail_customer(books, customer, call)
    body = {
        "bankAccount": {"id": account.id},
        "message": f"Successfully created new bank account with ID #{account.id}. "
        f"A bank authorization email was also emailed to {customer.email}.",
    }
    return Reply(201, {"data": body} if books.assumptions.bank_account_create_under_data else body)


def request_bank_account(books: Books, call: Call) -> Reply:
    """A GET that mails the customer, and makes a new PAD for an account that has no active one.

    Which account that is when there are several is not documented: the default one, else the newest. A customer
    without accounts gets one when the form is filled in, through the control API.
    """
    customer = _customer_of_write(books, call)
    _require_email(customer)
    unproven = [account for account in books.accounts_of(customer) if books.active_pad(account.id) is None]
    if unproven:
        asked = next((one for one in unproven if one.id == customer.default_bank_account_id), unproven[-1])
        new_pad(books, asked, call)
    mail_customer(books, customer, call)
    return Reply(200, {"message": f"A bank authorization email was emailed to {customer.email}."})


def get_bank_account(books: Books, call: Call) -> Reply:
    return _one(books, _known_account(books, call, text_error(404, "Bank account not found")))


def delete_bank_account(books: Books, call: Call) -> Reply:
    """204. Deleting it again is 404. Rows that wait on it go on waiting; no PAD can free them any more."""
    account = _known_account(books, call, message_error("Bank account not found.", 404))
    account.deleted = True
    account.updated_at = call.now
    customer = books.customers[account.customer_id]
    if customer.default_bank_account_id == account.id:
        customer.default_bank_account_id = None
    _record(books, "delete-bank-account", account, call)
    return Reply(204)


def set_default_bank_account(books: Books, call: Call) -> Reply:
    """The object read back has no field that would show it."""
    account = _known_account(books, call, text_error(404, "Bank account not found"))
    books.customers[account.customer_id].default_bank_account_id = account.id
    _record(books, "set-default-bank-account", account, call)
    return _one(books, account)


def add_account(books: Books, customer: Customer, body: dict[str, Any], call: Call) -> BankAccount:
    """Checks and keeps the account with its first PAD. Raises Refused; then nothing was made."""
    country = text(body, "countryAlpha2")
    if country not in Country.__members__ or country != books.merchant.country:
        raise message_error("Invalid payload: bank account country is invalid")
    ownership = Ownership(one_of(body, "accountCorporate", (1, 2)))
    account_type = AccountType(one_of(body, "accountType", (1, 2)))
    institution = transit = routing = ""
    if country == Country.CA:
        number = digits(body, "bankAccountNumber", 7, 12)
        institution = digits(body, "bankFinancialNumber", 3, 3)
        transit = digits(body, "bankTransitNumber", 5, 5)
    else:
        number = digits(body, "bankAccountNumber", 8, 12)
        routing = digits(body, "bankRoutingNumber", 9, 9)
        if books.assumptions.aba_check_digit and not passes_aba_check(routing):
            raise message_error("Invalid payload: bankRoutingNumber is invalid")
    province = text(body, "provinceAlpha2")
    if not (len(province) == 2 and province.isascii() and province.isalpha()):
        raise message_error("Invalid payload: provinceAlpha2 is invalid")
    address = Address(
        name=_owner(body),
        street1=text(body, "streetAddress"),
        city=text(body, "city"),
        province=province,
        country=Country(country).alpha3,
        postalCode=text(body, "postalCode"),
    )
    if not books.assumptions.account_kept_without_email:
        _require_email(customer)
    account_id = next(books.ids.bank_accounts)
    account = BankAccount(
        id=account_id,
        customer_id=customer.id,
        # 22 hex characters as in the samples, and the same in every run.
        token=hashlib.sha256(f"bank account {account_id}".encode()).hexdigest()[:22],
        ownership=ownership,
        account_type=account_type,
        country=Country(country),
        institution=institution,
        transit=transit,
        routing=routing,
        number_l4=number[-4:],
        address=address,
        created_at=call.now,
    )
    books.add_bank_account(account)
    _record(books, "create-bank-account", account, call)
    new_pad(books, account, call)
    return account


def mail_customer(books: Books, customer: Customer, call: Call) -> None:
    books.mails.append(Mail(books.merchant.name, customer.id, customer.email, call.now))
    books.record("mail", customer.id, call.now, call.id, customer_id=customer.id)


def bank_account_json(books: Books, account: BankAccount) -> dict[str, Any]:
    def at(instant: Any) -> str:
        return stamp(instant, books.zone)

    return {
        "id": account.id,
        "customerId": account.customer_id,
        "dateCreated": at(account.created_at),
        "dateUpdated": at(account.updated_at),
        "dateLastUsed": at(account.last_used_at),
        "dateVerified": at(account.verified_at),
        "bankToken": account.token,
        "accountType": account.account_type.name,
        "accountCorporate": account.ownership.name,
        "verified": int(account.verified),
        "ready": int(account.ready),
        "bankIdNumber": account.institution,
        "transitNumber": account.transit,
        "routingNumber": account.routing,
        "bankAccountNumberL4": account.number_l4,
        "address": dataclasses.asdict(account.address),
    }


def _one(books: Books, account: BankAccount) -> Reply:
    body = bank_account_json(books, account)
    return Reply(200, [body] if books.assumptions.bank_account_as_array else body)


def _owner(body: dict[str, Any]) -> str:
    if body.get("companyName") is not None:
        return text(body, "companyName")
    if body.get("firstName") is None and body.get("lastName") is None:
        raise message_error("Invalid payload: firstName and lastName, or companyName, is required")
    return f"{text(body, 'firstName')} {text(body, 'lastName')}"


def _require_email(customer: Customer) -> None:
    if not EMAIL.fullmatch(customer.email):
        raise message_error(f"Customer email address on file ({customer.email}) is invalid.")


def _customer_of_write(books: Books, call: Call) -> Customer:
    customer = books.customers.get(call.path_id("customer_id") or 0)
    if customer is None:
        raise message_error("Customer not found.")
    return customer


def _known_account(books: Books, call: Call, refusal: Refused) -> BankAccount:
    """Another customer's account is unknown here, like a deleted one."""
    account = books.bank_accounts.get(call.path_id("bank_account_id") or 0)
    if account is None or account.deleted or account.customer_id != call.path_id("customer_id"):
        raise refusal
    return account


def _record(books: Books, kind: str, account: BankAccount, call: Call) -> None:
    books.record(kind, account.id, call.now, call.id, customer_id=account.customer_id, bank_account_id=account.id)
