"""United States: the same way by other vendors, and a debit that the bank sends back after it had cleared."""

from bankrails_contracts.settlement import RecordReturn

from bankrails_cli.stories import bank_login, collecting, enrolment
from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Chapter

RETURN_CODE = "R01"
BANKING_DAYS_TO_RETURN = 5
"""After the approval: two after the clearing, and before the hold of three ends."""


async def log_in(scene: Scene) -> None:
    teller, cast = scene.teller, scene.american
    await enrolment.register_payer(scene, cast)
    customer_id = await scene.control.helix.add_customer(name=f"{cast.first_name} {cast.last_name}")
    teller.aside("MX works through a login step by step; auth-service asks every three virtual seconds how far it is")
    challenge = await bank_login.start(scene, cast, helix_customer_id=customer_id)
    await bank_login.answer(scene, cast, challenge)
    mx = scene.control.mx
    asked = (await mx.attempts(cast.login), await mx.answers(cast.login))
    teller.insist(asked == (1, 1), f"the bank was given credentials and answers {asked} times")


async def prove_account(scene: Scene) -> None:
    scene.teller.aside("accounts-service makes the external account at Helix; the login proves it, so it is verified")
    await bank_login.see_accounts(scene, scene.american)
    vendor_mandate_id = await enrolment.register_account(scene, scene.american)
    await enrolment.accept_pad(scene, scene.american, vendor_mandate_id)


async def collect(scene: Scene) -> None:
    await collecting.collect(scene, scene.american)


async def settle(scene: Scene) -> None:
    await collecting.close_batch(scene, scene.american)
    await collecting.clear(scene, scene.american)


async def come_back(scene: Scene) -> None:
    teller, cast = scene.teller, scene.american
    await scene.control.bank_answers(
        cast.vendor_payment_id or 0, code=RETURN_CODE, banking_days_after_approval=BANKING_DAYS_TO_RETURN
    )
    teller.aside("cleared is not final: the payer's bank finds too little in the account and sends the debit back")
    await scene.advance_until("return", cast.vendor_payment_id)
    returned = await teller.expect("PaymentReturned", about=cast.payment_id, return_class="unknown")
    teller.insist("code" not in returned.data, "the vendor does not show return codes, and yet one came")
    [line] = [
        line
        for line in await scene.control.bank_report(merchant=cast.merchant_id)
        if line.transaction_id == cast.vendor_payment_id
    ]
    teller.aside(f"Helcim does not say why; the report of the merchant's own bank does: {line.code}")
    sent = await teller.send(
        RecordReturn,
        payment_id=cast.payment_id,
        merchant_id=cast.merchant_id,
        code=line.code,
        returned_on=returned.data["returned_on"],
    )
    learned = await teller.expect("ReturnCodeLearned", answering=sent, code=RETURN_CODE, retry="allowed")
    left, until = learned.data["presentments_left"], learned.data["retry_until"]
    teller.aside(f"insufficient funds: the same debit may be presented {left} times more, until {until}")


CHAPTERS = (
    Chapter("United States: a payer, and a login at MX", log_in, debits=1),
    Chapter("Their account is made, and the payer agrees", prove_account, debits=1),
    Chapter("120.00 USD is collected", collect, debits=2),
    Chapter("The batch closes, the banks move the money", settle, debits=2),
    Chapter("It comes back, and a report says why", come_back, debits=2),
)
