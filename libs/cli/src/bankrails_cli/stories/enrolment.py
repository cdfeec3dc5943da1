"""A payer at the payment vendor, with the account that their bank login proved, and their agreement to be debited."""

from bankrails_contracts.payments import RegisterPayer

from bankrails_cli.stories.cast import Cast
from bankrails_cli.stories.scene import Scene

A_MINUTE_DAYS = 1 / 1_440
"""Virtual: the payer reads the mail; payments-service asks the vendor every few seconds meanwhile."""


async def register_payer(scene: Scene, cast: Cast) -> None:
    sent = await scene.teller.send(
        RegisterPayer,
        payer_id=cast.payer_id,
        merchant_id=cast.merchant_id,
        contact_name=f"{cast.first_name} {cast.last_name}",
        email=f"{cast.first_name}@example.com".lower(),
        address=cast.address,
        register_accounts_of=cast.user_id,
    )
    await scene.teller.expect("PayerRegistered", answering=sent, payer_id=cast.payer_id)


async def register_account(scene: Scene, cast: Cast) -> str:
    """What nobody commands: payments-service hears of the account and acts. The vendor's id of the agreement."""
    teller = scene.teller
    registered = await teller.expect(
        "BankAccountRegistered", payer_id=cast.payer_id, external_account_id=cast.external_account_id
    )
    cast.bank_account_id = str(registered.subject)
    cast.vendor_bank_account_id = int(registered.data["vendor_bank_account_id"])
    await teller.expect("DefaultBankAccountSet", about=cast.payer_id, bank_account_id=cast.bank_account_id)
    requested = await teller.expect("MandateRequested", bank_account_id=cast.bank_account_id)
    return str(requested.data["vendor_mandate_id"])


async def accept_pad(scene: Scene, cast: Cast, vendor_mandate_id: str) -> None:
    await scene.control.accept_pad(int(vendor_mandate_id))
    scene.teller.aside("the payer follows the link in the vendor's mail and accepts; a virtual minute passes")
    await scene.advance_days(A_MINUTE_DAYS)
    await scene.teller.expect("MandateAccepted", bank_account_id=cast.bank_account_id)
