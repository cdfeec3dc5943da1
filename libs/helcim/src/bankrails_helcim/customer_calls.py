"""Customers, their bank accounts and PADs: `/customers`. No write here takes an idempotency key."""

from bankrails_vendor_http.json_api import read_json

from bankrails_helcim import endpoints
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.bodies import CustomerUpdate, NewBankAccount, NewCustomer, pad_body
from bankrails_helcim.calls import HelcimCalls
from bankrails_helcim.errors import unreadable
from bankrails_helcim.mapping import PadStatus, PadType
from bankrails_helcim.wire import BankAccount, Customer, NewBankAccountId, Pad, read_one


class CustomerCalls(HelcimCalls):
    async def find_customer_by_code(self, access: MerchantAccess, customer_code: str) -> Customer | None:
        """The customer with exactly this code. Whether the vendor's filter is exact is not documented; this is."""
        endpoint = endpoints.LIST_CUSTOMERS
        answer = await self._call(endpoint, access, query={"customerCode": customer_code})
        customers = self._many(endpoint, answer, Customer, "customers")
        return next((found for found in customers if found.customer_code == customer_code), None)

    async def create_customer(self, access: MerchantAccess, customer: NewCustomer) -> Customer:
        """Also raises CustomerCodeRejected, on which the caller looks the code up and adopts."""
        endpoint = endpoints.CREATE_CUSTOMER
        answer = await self._call(endpoint, access, content=customer.body())
        return self._one(endpoint, answer, Customer, "customer")

    async def get_customer(self, access: MerchantAccess, customer_id: int) -> Customer:
        endpoint = endpoints.GET_CUSTOMER
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return self._one(endpoint, answer, Customer, "customer")

    async def update_customer(self, access: MerchantAccess, customer_id: int, update: CustomerUpdate) -> Customer:
        """The customer as it is then. The same update twice is the same customer, so a repeat does no harm."""
        endpoint = endpoints.UPDATE_CUSTOMER
        answer = await self._call(endpoint, access, {"customer_id": customer_id}, content=update.body())
        return self._one(endpoint, answer, Customer, "customer")

    async def create_bank_account(self, access: MerchantAccess, customer_id: int, account: NewBankAccount) -> int:
        """The new bank account's id. Mails the payer an authorization and creates a PAD that is not accepted yet."""
        endpoint = endpoints.CREATE_BANK_ACCOUNT
        answer = await self._call(endpoint, access, {"customer_id": customer_id}, content=account.body())
        return self._one(endpoint, answer, NewBankAccountId, "bankAccount").id

    async def list_bank_accounts(self, access: MerchantAccess, customer_id: int) -> list[BankAccount]:
        endpoint = endpoints.LIST_BANK_ACCOUNTS
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return self._many(endpoint, answer, BankAccount, "bankAccounts")

    async def get_bank_account(self, access: MerchantAccess, customer_id: int, bank_account_id: int) -> BankAccount:
        endpoint = endpoints.GET_BANK_ACCOUNT
        answer = await self._call(endpoint, access, _account(customer_id, bank_account_id))
        return self._one(endpoint, answer, BankAccount, "bankAccount")

    async def set_default_bank_account(
        self, access: MerchantAccess, customer_id: int, bank_account_id: int
    ) -> BankAccount:
        """Takes no key and needs none: setting it twice is setting it."""
        endpoint = endpoints.SET_DEFAULT_BANK_ACCOUNT
        answer = await self._call(endpoint, access, _account(customer_id, bank_account_id))
        return self._one(endpoint, answer, BankAccount, "bankAccount")

    async def delete_bank_account(self, access: MerchantAccess, customer_id: int, bank_account_id: int) -> None:
        """Returns when it is gone. One that is absent or was deleted before is VendorRejected with status 404, which is
        what a repeat after a lost answer meets."""
        endpoint = endpoints.DELETE_BANK_ACCOUNT
        answer = await self._call(endpoint, access, _account(customer_id, bank_account_id))
        if answer.status != 204:
            raise unreadable(endpoint, answer, "not 204")

    async def request_new(self, access: MerchantAccess, customer_id: int) -> None:
        """Mails the payer a request for bank details and a PAD, each time it is called. No id comes back: poll."""
        endpoint = endpoints.REQUEST_NEW
        self._message(endpoint, await self._call(endpoint, access, {"customer_id": customer_id}))

    async def list_pads(self, access: MerchantAccess, customer_id: int) -> list[Pad]:
        """Of all the customer's bank accounts."""
        endpoint = endpoints.LIST_PADS
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return self._many(endpoint, answer, Pad, "pads")

    async def get_pad(self, access: MerchantAccess, customer_id: int, bank_account_id: int, pad_id: int) -> Pad:
        endpoint = endpoints.GET_PAD
        answer = await self._call(endpoint, access, _account(customer_id, bank_account_id, pad_id=pad_id))
        return self._one(endpoint, answer, Pad, "pad")

    async def update_pad(
        self,
        access: MerchantAccess,
        customer_id: int,
        bank_account_id: int,
        pad_id: int,
        *,
        accepted: bool | None = None,
        status: PadStatus | None = None,
        type: PadType | None = None,
        ip_address: str | None = None,
    ) -> Pad | None:
        """Changes what is given. Accepting is `accepted` and `status` ACTIVE, revoking `status` INACTIVE; the same twice
        is the same.

        The vendor declares no body for the answer: None when it is not the PAD, and then get_pad tells.
        """
        endpoint = endpoints.UPDATE_PAD
        content = pad_body(accepted=accepted, status=status, type=type, ip_address=ip_address)
        ids = _account(customer_id, bank_account_id, pad_id=pad_id)
        answer = await self._call(endpoint, access, ids, content=content)
        try:
            return read_one(read_json(answer.content), Pad, ("pad",), self._zone)
        except ValueError:
            return None


def _account(customer_id: int, bank_account_id: int, **more: int) -> dict[str, int]:
    return {"customer_id": customer_id, "bank_account_id": bank_account_id, **more}
