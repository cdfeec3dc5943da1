"""RegisterPayer: a payer of ours, and the vendor's customer that is made for them or taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import RegisterPayer
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from payments_service.ports import Reads

CREATE_CUSTOMER = "create_customer"
ADOPT_CUSTOMER = "adopt_customer"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None


def decide(command: RegisterPayer, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant = situation.merchant
    if merchant is None:
        return UNKNOWN_MERCHANT
    if command.address.country != merchant.country:
        return Refusal(
            RefusalCode.COUNTRY_MISMATCH,
            f"the merchant is in {merchant.country}, and so must its payers be",
            field="address.country",
        )
    payer = Payer(
        id=command.payer_id,
        merchant_id=merchant.id,
        state=PayerState.REGISTERING,
        contact_name=command.contact_name,
        business_name=command.business_name,
        email=command.email,
        phone=command.phone,
        street=command.address.street,
        city=command.address.city,
        province=command.address.province,
        postal_code=command.address.postal_code,
        country=command.address.country,
        register_accounts_of=command.register_accounts_of,
        adopts_code=command.adopt_customer_code,
    )
    if payer.adopts_code is not None:
        adoption = {"merchant_id": payer.merchant_id, "customer_code": payer.adopts_code}
        return Decision(payer, work=(Work(ADOPT_CUSTOMER, adoption, helcim_budget(merchant.id), Lane.PERSON),))
    payload = {
        "merchant_id": payer.merchant_id,
        "payer_id": payer.id,
        "contact_name": payer.contact_name,
        "business_name": payer.business_name,
        "email": payer.email,
        "phone": payer.phone,
        "street": payer.street,
        "city": payer.city,
        "province": payer.province,
        "postal_code": payer.postal_code,
        "country": payer.country,
    }
    return Decision(payer, work=(Work(CREATE_CUSTOMER, payload, helcim_budget(merchant.id), Lane.PERSON),))


def handling(merchants: Merchants) -> Handling[RegisterPayer, Situation]:
    def load(reads: Reads, commands: Sequence[RegisterPayer]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        return [Situation(merchants.get(item.merchant_id), payers.get(item.payer_id)) for item in commands]

    return Handling(RegisterPayer, load, decide, existing=lambda situation: situation.payer)
