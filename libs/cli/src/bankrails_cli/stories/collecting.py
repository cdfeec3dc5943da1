"""A debit, from the command to the money: approved, in a closed batch, cleared by the banks."""

from bankrails_contracts.payments import CollectPayment

from bankrails_cli.stories.cast import Cast
from bankrails_cli.stories.scene import Scene
from bankrails_cli.told import Told


async def collect(scene: Scene, cast: Cast) -> None:
    sent = await scene.teller.send(
        CollectPayment, command_id=cast.collect_id, **cast.collection(cast.payment_id, cast.amount_minor)
    )
    amount = {"amount_minor": cast.amount_minor, "currency": cast.currency}
    await scene.teller.expect("PaymentAccepted", answering=sent)
    await scene.teller.expect("PaymentSubmitted", answering=sent)
    approved = await scene.teller.expect("PaymentApproved", answering=sent, amount=amount)
    cast.vendor_payment_id = int(approved.data["vendor_payment_id"])


async def close_batch(scene: Scene, cast: Cast) -> None:
    await scene.advance_past_close(cast)
    settling = await scene.teller.expect("PaymentInSettlement", about=cast.payment_id)
    await scene.teller.expect(
        "BatchClosed",
        about=settling.data["vendor_batch_id"],
        payments=1,
        total_minor=cast.amount_minor,
        currency=cast.currency,
    )


async def clear(scene: Scene, cast: Cast) -> Told:
    days = await scene.advance_until("clear", cast.vendor_payment_id)
    scene.teller.aside(f"{days} virtual days passed; settlement-watcher looked at the vendor on each banking day")
    return await scene.teller.expect("PaymentCleared", about=cast.payment_id)
