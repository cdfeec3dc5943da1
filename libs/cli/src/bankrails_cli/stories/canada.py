"""Canada: from a login at the bank to a debit that nobody can take back."""

from datetime import UTC, date, datetime, time, timedelta

from bankrails_cli.stories import bank_login, collecting, enrolment
from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Chapter

CLAIMS_MAY_ARRIVE = timedelta(days=7)
"""Past the five days after the claim deadline that the suite waits for a claim already on its way."""


async def register_payer(scene: Scene) -> None:
    scene.teller.aside("payments-service makes the customer at Helcim, and notes whose bank accounts are to be theirs")
    await enrolment.register_payer(scene, scene.canadian)


async def log_in(scene: Scene) -> None:
    teller, cast = scene.teller, scene.canadian
    teller.aside("user name and password travel sealed; auth-service opens them for one call to Helium, in memory")
    challenge = await bank_login.start(scene, cast)
    teller.aside("the person knows; the answer travels sealed too")
    await bank_login.answer(scene, cast, challenge)
    helium = scene.control.helium
    asked = (await helium.attempts(cast.login), await helium.answers(cast.login))
    teller.insist(asked == (1, 1), f"the bank was given credentials and answers {asked} times")
    teller.aside("the bank was given the credentials once, and the answer once")


async def prove_account(scene: Scene) -> None:
    scene.teller.aside(
        "auth-service reads what the login shows; accounts-service takes the login as proof of the chequing account and"
        " shares its number, sealed to payments-service"
    )
    await bank_login.see_accounts(scene, scene.canadian)


async def agree_on_debits(scene: Scene) -> None:
    scene.teller.aside(
        "payments-service registers the account at Helcim, makes it the payer's default and asks for the agreement (PAD)"
    )
    vendor_mandate_id = await enrolment.register_account(scene, scene.canadian)
    await enrolment.accept_pad(scene, scene.canadian, vendor_mandate_id)


async def collect(scene: Scene) -> None:
    await collecting.collect(scene, scene.canadian)


async def settle(scene: Scene) -> None:
    scene.teller.aside("at 17:00 in the merchant's time zone Helcim closes the day's batch; settlement-watcher looks")
    await collecting.close_batch(scene, scene.canadian)
    await collecting.clear(scene, scene.canadian)


async def become_final(scene: Scene) -> None:
    teller, cast = scene.teller, scene.canadian
    [cleared] = [told for told in teller.heard if told.name == "PaymentCleared" and told.subject == cast.payment_id]
    teller.aside("cleared money is held for four banking days more, since most returns come by then")
    available_at = datetime.fromisoformat(cleared.data["funds_available_at"])
    await scene.advance(to=available_at + timedelta(hours=1))
    await teller.expect("FundsAvailable", about=cast.payment_id)
    deadline = date.fromisoformat(cleared.data["claim_deadline"])
    teller.aside(f"until {deadline} the payer may claim the debit back; every day in between really happens")
    await scene.advance(to=datetime.combine(deadline, time(12), UTC) + CLAIMS_MAY_ARRIVE)
    await teller.expect("PaymentFinal", about=cast.payment_id)


CHAPTERS = (
    Chapter("Canada: a payer is registered", register_payer, debits=0),
    Chapter("They log in at their bank, which asks back", log_in, debits=0),
    Chapter("The login proves one of their accounts", prove_account, debits=0),
    Chapter("It is registered, and the payer agrees", agree_on_debits, debits=0),
    Chapter("49.95 CAD is collected", collect, debits=1),
    Chapter("The batch closes, the banks move the money", settle, debits=1),
    Chapter("Ninety days later nobody can take it back", become_final, debits=1),
)
