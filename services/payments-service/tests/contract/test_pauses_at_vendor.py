"""A paused merchant against the vendor's sandbox: what keeps money from moving goes out, what moves it waits."""

from datetime import timedelta

from bankrails_contracts import settlement
from bankrails_contracts.payments import (
    CancelPayment,
    CollectPayment,
    PauseMerchant,
    PaymentState,
    RefundPayment,
    ResumeMerchant,
    VoidPayment,
)
from bankrails_testkit import commands
from bankrails_testkit.engine import START
from bankrails_testkit.payments_shop import TOKEN, PaymentsShop
from payments_service.domain.payment import Payment
from payments_service.store.repositories import PAYMENTS

PAUSE = PauseMerchant(merchant_id="maple-books", reason="wrong amounts", by="ada")
RESUME = ResumeMerchant(merchant_id="maple-books", by="ada")


async def collected(shop: PaymentsShop, *, accepted: bool) -> Payment:
    await shop.payer()
    await shop.account()
    pad_id = await shop.mandate()
    if accepted:
        shop.control.accept_pad(pad_id)
    command = commands.collect_payment("payer", "account")
    await shop.ask(command, "payment-approved" if accepted else "payment-awaiting-mandate")
    return await of(shop, command)


async def of(shop: PaymentsShop, command: CollectPayment) -> Payment:
    payment: Payment = await shop.one(PAYMENTS, command.payment_id)
    return payment


async def test_a_payment_is_voided_although_its_merchant_is_paused(shop: PaymentsShop) -> None:
    """Paused for wrong amounts, they must be kept from settling at 17:00; a debit waits meanwhile."""
    payment = await collected(shop, accepted=True)
    await shop.ask(PAUSE, "merchant-paused")
    waits = commands.collect_payment("payer", "account")
    await shop.ask(waits, "payment-accepted")
    await shop.ask(VoidPayment(merchant_id="maple-books", payment_id=payment.id), "payment-voided")
    row = await shop.client.get_transaction(TOKEN, int(payment.vendor_payment_id or 0))
    assert row.auth == "CANCELLED"
    assert (await of(shop, waits)).state is PaymentState.ACCEPTED
    await shop.ask(RESUME, "merchant-resumed")
    await shop.until("payment-approved", times=2)


async def test_a_payment_is_cancelled_although_its_merchant_is_paused(shop: PaymentsShop) -> None:
    """Else the payer's acceptance would make a debit of it."""
    payment = await collected(shop, accepted=False)
    await shop.ask(PAUSE, "merchant-paused")
    await shop.ask(CancelPayment(merchant_id="maple-books", payment_id=payment.id), "payment-cancelled")


async def test_a_refund_waits_until_its_merchant_is_resumed(shop: PaymentsShop) -> None:
    """It moves money."""
    payment = await collected(shop, accepted=True)
    await shop.ask(PAUSE, "merchant-paused")
    row = await shop.client.get_transaction(TOKEN, int(payment.vendor_payment_id or 0))
    await shop.client.settle_batch(TOKEN, row.batch_id, idempotency_key="closed0before0its0time000")
    closed = settlement.PaymentInSettlement(
        merchant_id="maple-books",
        payment_id=payment.id,
        vendor_payment_id=str(row.id),
        amount=payment.money,
        vendor_batch_id=str(row.batch_id),
        since=START,
    )
    await shop.engine.hear(("closed", closed))
    refund = RefundPayment(merchant_id="maple-books", payment_id=payment.id, refund_id="r1", insist=True)
    await shop.engine.send(refund)
    await shop.pass_by(timedelta(minutes=2))
    assert "refund-submitted" not in shop.names
    await shop.ask(RESUME, "merchant-resumed")
    await shop.until("refund-submitted")
