"""Mandates against the vendor's sandbox, and the accounts that notices of change correct."""

from datetime import timedelta
from typing import Any

import pytest
from bankrails_contracts.accounts import ExternalAccountCorrected, ExternalAccountShared
from bankrails_contracts.parts import AccountHolder, AccountType, HolderType
from bankrails_contracts.payments import (
    MandateAction,
    UpdateMandate,
)
from bankrails_sandbox import FaultKind, Moment
from bankrails_testkit import commands
from bankrails_testkit.engine import START
from bankrails_testkit.payments_shop import TOKEN, PaymentsShop, canadian_account
from bankrails_vendor_http.errors import VendorUnavailable
from payments_service.domain.mandate import MandateState
from payments_service.store.repositories import MANDATES, PAYERS
from payments_service.vendor.mandates import RequestMandate

# Mandates


async def test_a_mandate_is_accepted_and_revoked_by_command(shop: PaymentsShop) -> None:
    """With the payer's address; the vendor shows it, and a repeat finds it so and writes nothing."""
    await shop.payer()
    account = await shop.account()
    pad_id = await shop.mandate()
    names = {"merchant_id": "maple-books", "mandate_id": "mandate"}
    accept = UpdateMandate(**names, action=MandateAction.ACCEPT, ip_address="203.0.113.7")
    shop.control.fault(FaultKind.CUT, operation="update-pad", moment=Moment.AFTER_EFFECT, times=1)
    await shop.engine.send(accept)
    await shop.engine.idle()
    await shop.pass_by(timedelta(seconds=1))  # the call's next try; the next look is four seconds later
    await shop.until("mandate-accepted")
    assert "command-refused" not in shop.names
    ids = (int(account.vendor_customer_id), int(account.vendor_bank_account_id or 0), pad_id)
    pad = await shop.client.get_pad(TOKEN, *ids)
    assert (pad.state, pad.type) == ("ACTIVE", "PERSONAL")
    assert shop.calls("update-pad") == 1
    await shop.ask(UpdateMandate(**names, action=MandateAction.REVOKE, reason="by phone"), "mandate-revoked")
    assert (await shop.client.get_pad(TOKEN, *ids)).state == "REVOKED"
    refused = await shop.ask(commands.collect_payment("payer", "account"), "command-refused")
    assert refused[0].data["code"] == "MANDATE_REVOKED"
    assert [each["what"] for each in (await shop.one(MANDATES, "mandate")).history] == [
        "requested",
        "accepted",
        "revoked",
    ]


async def test_a_second_mandate_cannot_be_active_beside_the_first(shop: PaymentsShop) -> None:
    """Ours knows it by name; where ours does not know yet, the vendor's list does."""
    await shop.payer()
    await shop.account()
    first, second = await shop.mandate("first"), await shop.mandate("second")
    shop.control.accept_pad(first)
    accept = UpdateMandate(merchant_id="maple-books", mandate_id="second", action=MandateAction.ACCEPT)
    refused = await shop.ask(accept, "command-refused")
    assert (refused[0].data["code"], "one at most" in refused[0].data["reason"]) == ("VENDOR_REJECTED", True)
    assert first != second
    await shop.pass_by(timedelta(seconds=5))
    refused = await shop.ask(accept, "command-refused")
    assert (refused[0].data["code"], "mandate first" in refused[0].data["reason"]) == ("WRONG_STATE", True)


async def test_a_revocation_is_learned_before_the_debit_of_that_day_goes_out(shop: PaymentsShop) -> None:
    """Idle for weeks, the mandate costs no call; shortly before the debit one look tells, and nothing is sent."""
    await shop.payer()
    await shop.account()
    pad_id = await shop.mandate()
    shop.control.accept_pad(pad_id)
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-accepted")
    looks = shop.calls("list-pads")
    due_on = (START + timedelta(days=20)).date()
    payment = commands.collect_payment("payer", "account", collect_on=due_on)
    await shop.ask(payment, "payment-scheduled")
    shop.control.revoke_pad(pad_id)
    await shop.pass_by(timedelta(days=19))
    assert shop.calls("list-pads") == looks
    await shop.pass_by(timedelta(hours=20, minutes=45))  # a quarter before eight in Toronto, when the debit goes out
    await shop.until("mandate-revoked")
    refused = await shop.until("payment-refused")
    await shop.pass_by(timedelta(hours=3))
    assert (refused.subject, refused.data["code"]) == (payment.payment_id, "MANDATE_REVOKED")
    assert (shop.calls("list-pads"), shop.calls("withdraw")) == (looks + 1, 0)


async def test_a_debit_that_the_vendor_keeps_back_tells_of_a_revocation_we_had_not_heard_of(shop: PaymentsShop) -> None:
    """It said 5 where we had an accepted mandate: so we look."""
    await shop.payer()
    await shop.account()
    pad_id = await shop.mandate()
    shop.control.accept_pad(pad_id)
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-accepted")
    shop.control.revoke_pad(pad_id)
    await shop.ask(commands.collect_payment("payer", "account"), "payment-awaiting-mandate")
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-revoked")
    await shop.until("payment-cancelled")


async def test_idle_mandates_cost_no_calls(shop: PaymentsShop) -> None:
    """However many there are: nothing waits and nothing is due."""
    await shop.payer()
    await shop.account()
    shop.control.accept_pad(await shop.mandate())
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-accepted")
    before = shop.control.calls().total
    for _ in range(6):
        await shop.pass_by(timedelta(days=10))
    assert shop.control.calls().total == before


async def test_active_though_nobody_accepted_is_an_alarm_and_permits_nothing(shop: PaymentsShop) -> None:
    await shop.payer()
    await shop.account()
    shop.control.contradict_pad(await shop.mandate())
    await shop.pass_by(timedelta(minutes=1))
    await shop.until("mandate-inconsistent")
    await shop.pass_by(timedelta(minutes=9))
    assert shop.names.count("mandate-inconsistent") == 1
    refused = await shop.ask(commands.collect_payment("payer", "account"), "command-refused")
    assert refused[0].data["code"] == "MANDATE_MISSING"


async def test_a_one_time_mandate_permits_one_debit_and_the_next_needs_a_new_one(shop: PaymentsShop) -> None:
    """Asking for the new one ends the old one at the vendor, which would go on debiting under it."""
    await shop.payer()
    account = await shop.account()
    pad_id = await shop.mandate(one_time=True)
    shop.control.accept_pad(pad_id)
    await shop.pass_by(timedelta(seconds=5))
    await shop.ask(commands.collect_payment("payer", "account"), "payment-approved")
    await shop.until("mandate-used-up")
    assert (await shop.one(MANDATES, "mandate")).state is MandateState.USED_UP
    refused = await shop.ask(commands.collect_payment("payer", "account"), "command-refused")
    assert refused[0].data["code"] == "MANDATE_MISSING"
    await shop.mandate("next")
    ids = (int(account.vendor_customer_id), int(account.vendor_bank_account_id or 0), pad_id)
    assert (await shop.client.get_pad(TOKEN, *ids)).state == "REVOKED"
    await shop.ask(commands.collect_payment("payer", "account"), "payment-awaiting-mandate")


async def test_waiting_for_an_agreement_to_be_listed_is_no_outage(shop: PaymentsShop) -> None:
    """Taken for one, it would pause every call of the merchant; and nothing is mailed meanwhile."""
    payer = await shop.payer()
    call = RequestMandate(Any)  # type: ignore[arg-type]  # it calls nobody
    with pytest.raises(VendorUnavailable) as raised:
        await call.send({"adopt_only": True, "vendor_customer_id": payer.vendor_customer_id})
    assert raised.value.status == 200
    assert shop.control.mails() == ()


# Corrected by a notice of change


async def test_a_notice_of_change_is_a_new_account_and_the_old_one_serves_until_its_mandate_is_accepted(
    shop: PaymentsShop,
) -> None:
    """Then new debits of the old one are refused and name the new one, and what waited on it does not move over."""
    holder = AccountHolder(holder_type=HolderType.PERSONAL, first_name="Ada", last_name="Lovelace")
    facts = {
        "external_account_id": "x1",
        "user_id": "user-1",
        "account_type": AccountType.CHECKING,
        "account_masked": "******4567",
        "holder": holder,
    }
    await shop.payer(register_accounts_of="user-1")
    await shop.engine.hear(("e1", ExternalAccountShared(**facts, account=canadian_account("1234567"))))
    old = (await shop.until("bank-account-registered")).subject
    first = await shop.until("mandate-requested")
    shop.control.accept_pad(int(first.data["vendor_mandate_id"]))
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-accepted")
    await shop.engine.hear(("e2", ExternalAccountCorrected(**facts, code="C01", account=canadian_account("7654321"))))
    new = (await shop.until("bank-account-registered", 2)).subject
    second = await shop.until("mandate-requested", 2)
    await shop.ask(commands.collect_payment("payer", old), "payment-approved")
    due_on = (START + timedelta(days=20)).date()
    waiting = commands.collect_payment("payer", old, collect_on=due_on)
    await shop.ask(waiting, "payment-scheduled")
    shop.control.accept_pad(int(second.data["vendor_mandate_id"]))
    await shop.pass_by(timedelta(seconds=5))
    superseded = await shop.until("bank-account-superseded")
    assert (superseded.subject, superseded.data["superseded_by"]) == (old, new)
    refused = await shop.until("payment-refused")
    assert (refused.subject, new in refused.data["reason"]) == (waiting.payment_id, True)
    refused = (await shop.ask(commands.collect_payment("payer", old), "command-refused"))[0]
    assert (refused.data["code"], new in refused.data["reason"]) == ("ACCOUNT_DISABLED", True)
    await shop.ask(commands.collect_payment("payer", new), "payment-approved")
    payer = await shop.one(PAYERS, "payer")
    assert payer.default_bank_account_id == new
    assert shop.names.count("command-refused") == 1
