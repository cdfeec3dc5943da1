"""Each Helcim call with its class: what a crash or a time-out means for it (bankrails_messaging.calls)."""

from typing import Any

from bankrails_messaging.calls import VendorCall

from payments_service.vendor.bank_accounts import CreateBankAccount, SetDefaultBankAccount
from payments_service.vendor.customers import CreateCustomer
from payments_service.vendor.debits import Withdraw
from payments_service.vendor.helcim import Helcim
from payments_service.vendor.mandates import RequestMandate, WatchMandate


def helcim_calls(helcim: Helcim) -> list[VendorCall]:
    kinds: list[Any] = [
        CreateCustomer,
        CreateBankAccount,
        SetDefaultBankAccount,
        RequestMandate,
        WatchMandate,
        Withdraw,
    ]
    return [kind(helcim) for kind in kinds]
