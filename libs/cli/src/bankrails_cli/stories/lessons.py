"""What goes wrong in real life, and what becomes of it: four short lessons on the Canadian payer's account."""

import asyncio

from bankrails_contracts.ids import uuid7
from bankrails_contracts.payments import CollectPayment
from bankrails_sandbox import FaultKind, Moment

from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Chapter

TEN_MINUTES_SECONDS = 600  # twice the five for which Helcim remembers an idempotency key
GATE = "answer-to-the-debit"


async def repeat(scene: Scene) -> None:
    """Nothing is hard to show. What is sent next under the same key is answered after the repeat has been handled, so
    everything up to that answer has been read."""
    teller, cast = scene.teller, scene.canadian
    body = cast.collection(cast.payment_id, cast.amount_minor)
    before = len(teller.heard)
    repeated = await teller.send(CollectPayment, command_id=cast.collect_id, **body)
    teller.aside("sent again, same id and content; behind it the same payment under a new command id")
    after = await teller.send(CollectPayment, **body)
    await teller.expect("CommandRefused", answering=after, code="ALREADY_EXISTS", state="FINAL")
    second_answers = [told for told in teller.heard[before:] if told.answers == repeated]
    teller.insist(not second_answers, f"the repeat was answered by {len(second_answers)} events of its own")
    teller.aside("the repeat brought no event and no debit: the first answer stands")


async def break_a_rule(scene: Scene) -> None:
    sent = await scene.teller.send(CollectPayment, **scene.canadian.collection(f"payment-{uuid7()}", 0))
    await scene.teller.expect("CommandRefused", answering=sent, code="INVALID", field="amount.amount_minor")


async def send_no_json(scene: Scene) -> None:
    sent = await scene.teller.send_bytes(CollectPayment, b'{"payment_id": oops', key=f"payment-{uuid7()}")
    await scene.teller.expect("DeadLetter", answering=sent, reason="NOT_JSON")


async def survive_a_kill(scene: Scene) -> None:
    """The worst moment: the bank has debited, its answer is on the way, and whoever waits for it dies. By the time of
    the restart the vendor has forgotten the idempotency key, so sending again would be a second debit."""
    teller, control, service = scene.teller, scene.control, scene.suite.services["payments"]
    await control.fault(FaultKind.HOLD, operation="withdraw", moment=Moment.AFTER_EFFECT, times=1, gate=GATE)
    try:
        sent = await teller.send(CollectPayment, **scene.canadian.collection(f"payment-{uuid7()}", 2500))
        await teller.expect("PaymentAccepted", answering=sent)
        await control.wait_until_held(GATE)
        teller.insist(await scene.count_debits() == 3, "the vendor should have carried out the debit by now")
        teller.aside(f"the vendor has debited, its answer is on the way: kill -9 {service.pid}")
        await asyncio.to_thread(service.kill)
        await control.jump(seconds=TEN_MINUTES_SECONDS)  # an advance would wait for the service that is gone
    finally:
        await control.release(GATE)  # after Ctrl-C too: a service that waits for an answer takes its time to stop
    teller.aside("ten virtual minutes later it starts again; the vendor has forgotten the idempotency key")
    with scene.output.progress("payments-service starts again"):
        service.start_again()
        await asyncio.to_thread(service.await_ready)
    await teller.expect("PaymentOutcomeUnknown", answering=sent)
    await teller.expect("PaymentOutcomeResolved", answering=sent, resolution="found")
    await teller.expect("PaymentApproved", answering=sent)
    second = (await scene.debits())[-1]
    teller.insist(second.amount_minor == 2500 and second.times == 1, "the debit was carried out twice")
    teller.aside(f"looked up at the vendor and found, not sent again: one debit, {second.id}")


CHAPTERS = (
    Chapter("The same command again", repeat, debits=2),
    Chapter("A command that breaks a rule", break_a_rule, debits=2),
    Chapter("A record that is not JSON", send_no_json, debits=2),
    Chapter("A payment during which payments-service is killed", survive_a_kill, debits=3),
)
