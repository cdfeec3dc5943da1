"""From a name to an approved debit, in Canada: what every upstream system does first."""

import asyncio

from bankrails_contracts.payments import (
    CollectPayment,
    RegisterBankAccount,
    RegisterPayer,
    RequestMandate,
    SetDefaultBankAccount,
)

from bankrails_cli.jwks import seal
from bankrails_cli.services import MERCHANT_ID
from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Chapter

AMOUNT_MINOR = 4995
A_MINUTE_SECONDS = 60  # virtual: the payer reads the mail; the service asks the vendor every few seconds meanwhile


async def register_payer(scene: Scene) -> None:
    sent = await scene.teller.send(
        RegisterPayer,
        payer_id=scene.payer_id,
        merchant_id=MERCHANT_ID,
        contact_name="Ada Tremblay",
        email="ada@example.com",
        address={
            "street": "1 Main Street",
            "city": "Calgary",
            "province": "AB",
            "postal_code": "T1T 1T1",
            "country": "CA",
        },
    )
    await scene.teller.expect("PayerRegistered", answering=sent, payer_id=scene.payer_id)


async def register_bank_account(scene: Scene) -> None:
    """The number leaves this process sealed; Kafka, its logs and the service's store never see it in the clear."""
    keys = f"{scene.suite.services['payments'].address}/.well-known/jwks.json"
    sealed = await asyncio.to_thread(seal, "123456789", keys)
    sent = await scene.teller.send(
        RegisterBankAccount,
        bank_account_id=scene.bank_account_id,
        payer_id=scene.payer_id,
        merchant_id=MERCHANT_ID,
        account={
            "country": "CA",
            "institution_number": "001",
            "transit_number": "12345",
            "account_number": sealed,
        },
        account_type="checking",
        holder_type="personal",
        first_name="Ada",
        last_name="Tremblay",
    )
    registered = await scene.teller.expect("BankAccountRegistered", answering=sent, account_masked="******6789")
    scene.vendor_bank_account_id = int(registered.data["vendor_bank_account_id"])


async def set_default(scene: Scene) -> None:
    sent = await scene.teller.send(
        SetDefaultBankAccount,
        payer_id=scene.payer_id,
        bank_account_id=scene.bank_account_id,
        merchant_id=MERCHANT_ID,
    )
    await scene.teller.expect("DefaultBankAccountSet", answering=sent, bank_account_id=scene.bank_account_id)


async def agree_on_debits(scene: Scene) -> None:
    sent = await scene.teller.send(
        RequestMandate,
        mandate_id=scene.mandate_id,
        bank_account_id=scene.bank_account_id,
        merchant_id=MERCHANT_ID,
    )
    requested = await scene.teller.expect("MandateRequested", answering=sent)
    await scene.control.accept_pad(int(requested.data["vendor_mandate_id"]))
    scene.teller.aside("the payer follows the link in the mail and accepts; a virtual minute passes")
    await scene.control.advance(seconds=A_MINUTE_SECONDS)
    await scene.teller.expect("MandateAccepted", answering=sent)


async def collect(scene: Scene) -> None:
    sent = await scene.teller.send(
        CollectPayment, command_id=scene.collect_id, **scene.collection(scene.payment_id, AMOUNT_MINOR)
    )
    await scene.teller.expect("PaymentAccepted", answering=sent)
    await scene.teller.expect("PaymentSubmitted", answering=sent)
    await scene.teller.expect(
        "PaymentApproved", answering=sent, amount={"amount_minor": AMOUNT_MINOR, "currency": "CAD"}
    )


CHAPTERS = (
    Chapter("A payer is registered", register_payer, debits=0),
    Chapter("A Canadian bank account is registered, its number sealed", register_bank_account, debits=0),
    Chapter("It becomes the payer's default", set_default, debits=0),
    Chapter("A pre-authorized debit agreement (PAD) is requested and accepted", agree_on_debits, debits=0),
    Chapter("49.95 CAD is collected", collect, debits=1),
)
