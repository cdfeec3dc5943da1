"""Each Helcim call with its class: what a crash or a time-out means for it (bankrails_messaging.calls)."""

from typing import Any

from bankrails_messaging.calls import VendorCall

from payments_service.vendor.bank_accounts import (
    CreateBankAccount,
    LookForBankAccount,
    RemoveBankAccount,
    RequestBankAccount,
    SetDefaultBankAccount,
)
from payments_service.vendor.cancels import Cancel
from payments_service.vendor.candidates import ReadCandidate
from payments_service.vendor.customers import AdoptCustomer, CreateCustomer, UpdateCustomer
from payments_service.vendor.debits import Withdraw
from payments_service.vendor.helcim import Helcim
from payments_service.vendor.mandates import LookAtMandates, RequestMandate, UpdateMandate
from payments_service.vendor.refunds import Refund
from payments_service.vendor.voids import Void


def helcim_calls(helcim: Helcim) -> list[VendorCall]:
    kinds: list[Any] = [
        CreateCustomer,
        AdoptCustomer,
        UpdateCustomer,
        CreateBankAccount,
        RequestBankAccount,
        LookForBankAccount,
        RemoveBankAccount,
        SetDefaultBankAccount,
        RequestMandate,
        UpdateMandate,
        LookAtMandates,
        Withdraw,
        Refund,
        Void,
        Cancel,
        ReadCandidate,
    ]
    return [kind(helcim) for kind in kinds]
