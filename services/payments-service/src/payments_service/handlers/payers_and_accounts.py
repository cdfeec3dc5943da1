"""Every message about payers, their bank accounts and mandates, and every answer to the calls made for them."""

from typing import Any

from bankrails_helcim.rights import MissingRight, Right
from bankrails_messaging.decisions import Answering, Handling

from payments_service.handlers import (
    enable_bank_account,
    note_accounts,
    note_return_actions,
    note_shared_account,
    record_bank_account,
    record_bank_account_look,
    record_bank_account_removal,
    record_bank_account_request,
    record_customer,
    record_default,
    record_mandate_look,
    record_mandate_request,
    record_mandate_update,
    record_payer_update,
    register_bank_account,
    register_payer,
    remove_bank_account,
    request_bank_account,
    request_mandate,
    set_default_bank_account,
    update_mandate,
    update_payer,
)
from payments_service.handlers.enrol import Reseal
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.permission import needs
from payments_service.handlers.record_mandate_look import Alarm, unheard
from payments_service.handlers.register_bank_account import OpenNumber


def handlings(
    merchants: Merchants, open_number: OpenNumber, reseal: Reseal, missing: MissingRight
) -> list[Handling[Any, Any]]:
    called: list[Handling[Any, Any]] = [
        register_payer.handling(merchants),
        update_payer.handling(merchants),
        register_bank_account.handling(merchants, open_number, reseal),
        request_bank_account.handling(merchants),
        remove_bank_account.handling(merchants),
        set_default_bank_account.handling(merchants),
        request_mandate.handling(merchants),
        update_mandate.handling(merchants),
    ]
    return [
        *(needs(Right.WRITE_CUSTOMERS, each, missing) for each in called),
        enable_bank_account.handling(merchants),
        note_shared_account.handling(open_number, reseal),
        *note_accounts.handlings(open_number, reseal),
        note_return_actions.HANDLING,
    ]


def answerings(reseal: Reseal, alarm: Alarm = unheard) -> list[Answering[Any]]:
    return [
        *record_customer.answerings(reseal),
        record_payer_update.ANSWERING,
        record_bank_account.ANSWERING,
        record_bank_account_request.ANSWERING,
        record_bank_account_look.ANSWERING,
        record_bank_account_removal.ANSWERING,
        record_default.ANSWERING,
        record_mandate_request.ANSWERING,
        record_mandate_update.ANSWERING,
        record_mandate_look.answering(alarm),
    ]
