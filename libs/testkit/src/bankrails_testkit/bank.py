"""One merchant's payer made ready to be debited, by commands and events alone."""

from dataclasses import dataclass

from bankrails_contracts import payments
from bankrails_sandbox import SandboxProcess
from bankrails_sealing import preferred_key, seal

from bankrails_testkit import commands
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader

WATCH_SECONDS = 10
"""Above the first pause between two looks at a mandate."""


@dataclass(frozen=True)
class Debtor:
    payer_id: str
    bank_account_id: str
    mandate_id: str
    vendor_mandate_id: int


async def make_debtor(
    process: PaymentsProcess,
    sandbox: SandboxProcess,
    sender: Sender,
    reader: TopicReader,
    *,
    account_number: str = commands.ACCOUNT_NUMBER,
    accepted: bool = True,
) -> Debtor:
    """Registered, with a bank account and a mandate, which the payer has accepted unless told otherwise."""
    payer = commands.register_payer()
    await sender.send(payer)
    await reader.event(payments.PayerRegistered, payer_id=payer.payer_id)
    number = seal(account_number, preferred_key(process.get("/.well-known/jwks.json")))
    account = commands.register_bank_account(payer.payer_id, number)
    await sender.send(account)
    await reader.event(payments.BankAccountRegistered, bank_account_id=account.bank_account_id)
    mandate = commands.request_mandate(account.bank_account_id)
    await sender.send(mandate)
    asked = await reader.event(payments.MandateRequested, mandate_id=mandate.mandate_id)
    debtor = Debtor(payer.payer_id, account.bank_account_id, mandate.mandate_id, int(asked.vendor_mandate_id))
    if accepted:
        await accept_mandate(debtor, sandbox, reader)
    return debtor


async def accept_mandate(debtor: Debtor, sandbox: SandboxProcess, reader: TopicReader) -> None:
    sandbox.control.accept_pad(debtor.vendor_mandate_id)
    sandbox.control.jump(seconds=WATCH_SECONDS)
    await reader.event(payments.MandateAccepted, mandate_id=debtor.mandate_id)
