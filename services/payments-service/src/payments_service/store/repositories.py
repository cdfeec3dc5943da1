"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' reads over them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from bankrails_contracts.payments import PaymentState
from bankrails_messaging.enactment import Repository
from sqlalchemy import ColumnElement, Connection, and_, literal_column, select

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.enrolment import Enrolment
from payments_service.domain.external_account import ExternalAccount
from payments_service.domain.limits import LimitTotal
from payments_service.domain.mandate import Mandate, usable
from payments_service.domain.merchant_status import MerchantStatus
from payments_service.domain.payer import Payer
from payments_service.domain.payer_watch import PayerWatch
from payments_service.domain.payment import Payment
from payments_service.domain.vendor_claim import VendorClaim, claim_id
from payments_service.store.tables import (
    BankAccountRow,
    EnrolmentRow,
    ExternalAccountRow,
    LimitTotalRow,
    MandateRow,
    MerchantStatusRow,
    PayerRow,
    PayerWatchRow,
    PaymentRow,
    VendorClaimRow,
)

PAYERS = Repository(PayerRow.__table__, Payer, "/bankrails/payments/payer")  # type: ignore[attr-defined]  # SQLModel adds it
BANK_ACCOUNTS = Repository(BankAccountRow.__table__, BankAccount, "/bankrails/payments/bank-account")  # type: ignore[attr-defined]  # as above
MANDATES = Repository(MandateRow.__table__, Mandate, "/bankrails/payments/mandate")  # type: ignore[attr-defined]  # as above
PAYMENTS = Repository(PaymentRow.__table__, Payment, "/bankrails/payments/payment")  # type: ignore[attr-defined]  # as above
ENROLMENTS = Repository(EnrolmentRow.__table__, Enrolment, "/bankrails/payments/enrolment")  # type: ignore[attr-defined]  # as above
MERCHANTS = Repository(MerchantStatusRow.__table__, MerchantStatus, "/bankrails/payments/merchant")  # type: ignore[attr-defined]  # as above
EXTERNAL_ACCOUNTS = Repository(
    ExternalAccountRow.__table__,  # type: ignore[attr-defined]  # as above
    ExternalAccount,
    "/bankrails/payments/external-account",
)
PAYER_WATCHES = Repository(PayerWatchRow.__table__, PayerWatch, "/bankrails/payments/payer-watch")  # type: ignore[attr-defined]  # as above

LIMIT_TOTALS = Repository(LimitTotalRow.__table__, LimitTotal, "/bankrails/payments/limit-total")  # type: ignore[attr-defined]  # as above
VENDOR_CLAIMS = Repository(VendorClaimRow.__table__, VendorClaim, "/bankrails/payments/vendor-claim")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {
    Payer: PAYERS,
    BankAccount: BANK_ACCOUNTS,
    Mandate: MANDATES,
    Payment: PAYMENTS,
    Enrolment: ENROLMENTS,
    ExternalAccount: EXTERNAL_ACCOUNTS,
    PayerWatch: PAYER_WATCHES,
    MerchantStatus: MERCHANTS,
    LimitTotal: LIMIT_TOTALS,
    VendorClaim: VENDOR_CLAIMS,
}


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payers(self, ids: Sequence[str]) -> dict[str, Payer]:
        return PAYERS.get_many(self._connection, ids)

    def bank_accounts(self, ids: Sequence[str]) -> dict[str, BankAccount]:
        return BANK_ACCOUNTS.get_many(self._connection, ids)

    def mandates(self, ids: Sequence[str]) -> dict[str, Mandate]:
        return MANDATES.get_many(self._connection, ids)

    def payments(self, ids: Sequence[str]) -> dict[str, Payment]:
        return PAYMENTS.get_many(self._connection, ids)

    def enrolments(self, user_ids: Sequence[str]) -> dict[str, Enrolment]:
        return ENROLMENTS.get_many(self._connection, user_ids)

    def merchant_statuses(self, merchant_ids: Sequence[str]) -> dict[str, MerchantStatus]:
        return MERCHANTS.get_many(self._connection, merchant_ids)

    def external_accounts(self, ids: Sequence[str]) -> dict[str, ExternalAccount]:
        return EXTERNAL_ACCOUNTS.get_many(self._connection, ids)

    def payer_watches(self, payer_ids: Sequence[str]) -> dict[str, PayerWatch]:
        return PAYER_WATCHES.get_many(self._connection, payer_ids)

    def payers_of_customers(self, merchant_id: str, vendor_customer_ids: Iterable[str]) -> dict[str, Payer]:
        of, wanted = PAYERS.table.c, set(vendor_customer_ids)
        if not wanted:
            return {}
        where = (of.merchant_id == merchant_id, of.vendor_customer_id.in_(wanted))
        return {payer.vendor_customer_id: payer for payer in PAYERS.find(self._connection, *where)}

    def accounts_of(self, payer_ids: Iterable[str]) -> dict[str, list[BankAccount]]:
        return self._grouped(BANK_ACCOUNTS, "payer_id", payer_ids)

    def mandates_of(self, bank_account_ids: Iterable[str]) -> dict[str, list[Mandate]]:
        return self._grouped(MANDATES, "bank_account_id", bank_account_ids)

    def payments_on(self, bank_account_ids: Iterable[str], states: Iterable[PaymentState]) -> dict[str, list[Payment]]:
        in_states = PAYMENTS.table.c.state.in_([state.value for state in states])
        return self._grouped(PAYMENTS, "bank_account_id", bank_account_ids, in_states)

    def payments_in(self, merchant_ids: Iterable[str], states: Iterable[PaymentState]) -> dict[str, list[str]]:
        of, wanted = PAYMENTS.table.c, set(merchant_ids)
        found: defaultdict[str, list[str]] = defaultdict(list)
        if wanted:
            in_states = of.state.in_([state.value for state in states])
            question = select(of.merchant_id, of.id).where(of.merchant_id.in_(wanted), in_states).order_by(of.id)
            for merchant_id, payment_id in self._connection.execute(question):
                found[merchant_id].append(payment_id)
        return dict(found)

    def payments_in_doubt(self, rows: Sequence[tuple[str, int, str | None]]) -> list[list[str]]:
        of = PAYMENTS.table.c
        found = []
        for merchant_id, amount_minor, undoes in rows:
            # The state as the partial index spells it, so that the index serves.
            unknown = and_(of.state == literal_column("'UNKNOWN'"), of.amount_minor == amount_minor)
            may_be = unknown if undoes is None else of.vendor_payment_id == undoes
            question = select(of.id).where(of.merchant_id == merchant_id, may_be)
            found.append(list(self._connection.scalars(question)))
        return found

    def owners_of(self, vendor_ids: Sequence[tuple[str, str]]) -> list[str | None]:
        claims = VENDOR_CLAIMS.get_many(self._connection, [claim_id(*pair) for pair in vendor_ids])
        of = PAYMENTS.table.c
        found: list[str | None] = []
        for merchant_id, vendor_id in vendor_ids:
            claim = claims.get(claim_id(merchant_id, vendor_id))
            question = select(of.id).where(of.merchant_id == merchant_id, of.vendor_payment_id == vendor_id)
            payment_id = self._connection.scalar(question)
            held = None if payment_id is None else f"payment {payment_id}"
            found.append(held if claim is None else f"{claim.owner} of payment {claim.payment_id}")
        return found

    def limit_totals(self, ids: Sequence[str]) -> dict[str, LimitTotal]:
        return LIMIT_TOTALS.get_many(self._connection, ids)

    def accounts_with_mandate(self, bank_account_ids: Sequence[str]) -> dict[str, bool]:
        return {account_id: usable(some) for account_id, some in self.mandates_of(bank_account_ids).items()}

    def _grouped(
        self, repository: Repository[Any], column: str, keys: Iterable[str], *where: ColumnElement[bool]
    ) -> dict[str, list[Any]]:
        """Found by a column's value; a value that nothing has is absent."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        wanted = set(keys)
        if wanted:
            for each in repository.find(self._connection, repository.table.c[column].in_(wanted), *where):
                found[getattr(each, column)].append(each)
        return dict(found)


def claimed(
    connection: Connection, repository: Repository[Any], column: str, key: str, merchant_id: str, ids: Sequence[str]
) -> set[str]:
    """Which of these vendor ids belong to another aggregate of this merchant than `key`."""
    table = repository.table
    rows = connection.execute(
        select(table.c[column]).where(table.c.id != key, table.c.merchant_id == merchant_id, table.c[column].in_(ids))
    )
    return set(rows.scalars())
