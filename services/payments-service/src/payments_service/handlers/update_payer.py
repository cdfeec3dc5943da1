"""UpdatePayer: what is given changes, at the vendor and then here; what is left out stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import UpdatePayer
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.ports import Reads

UPDATE_CUSTOMER = "update_customer"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None


def decide(command: UpdatePayer, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer = situation.merchant, situation.payer
    if merchant is None:
        return UNKNOWN_MERCHANT
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if payer.state is not PayerState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"the payer is {payer.state}", field="payer_id", about=payer)
    if command.address is not None and command.address.country != merchant.country:
        return Refusal(
            RefusalCode.COUNTRY_MISMATCH,
            f"the merchant is in {merchant.country}, and so must its payers be",
            field="address.country",
            about=payer,
        )
    given = command.model_dump(include={"contact_name", "business_name", "email", "phone"}, exclude_none=True)
    if command.address is not None:
        given |= command.address.model_dump()
    payload = {
        "merchant_id": merchant.id,
        "vendor_customer_id": payer.vendor_customer_id,
        "country": payer.country,
        "changes": given,
    }
    # One at a time per customer: each reads the customer whole and writes it whole.
    gate = f"{merchant.id}/update/{payer.vendor_customer_id}"
    return Decision(payer, work=(Work(UPDATE_CUSTOMER, payload, helcim_budget(merchant.id), Lane.PERSON, gate=gate),))


def handling(merchants: Merchants) -> Handling[UpdatePayer, Situation]:
    def load(reads: Reads, commands: Sequence[UpdatePayer]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        return [Situation(merchants.get(item.merchant_id), payers.get(item.payer_id)) for item in commands]

    return Handling(UpdatePayer, load, decide)
