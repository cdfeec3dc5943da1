"""Corrected data, cut up by the layout of each code; what cannot be read without guessing is refused."""

import string
from contextlib import suppress
from datetime import date

import pytest
from bankrails_contracts.settlement import CorrectedAccountType as T
from bankrails_rails.banking_days import BankingCalendar
from hypothesis import given
from hypothesis import strategies as st
from settlement_watcher.domain.change_notices import (
    CODES,
    BadCorrection,
    Correction,
    applies,
    apply_by,
    masked,
    read_correction,
)

ROUTING = "121042882"
LONG = "12345678901234567"


@pytest.mark.parametrize(
    ("code", "data", "correction"),
    [
        ("C01", "0012345", Correction(account_number="0012345")),
        ("C01", "0012345                      ", Correction(account_number="0012345")),
        ("C01", LONG, Correction(account_number=LONG)),
        ("C01", "AB-00123456789", Correction(account_number="AB-00123456789")),
        ("C02", ROUTING, Correction(ROUTING)),
        ("C02", ROUTING + " " * 20, Correction(ROUTING)),
        ("C02", "021000021", Correction("021000021")),
        ("C03", f"{ROUTING}   {LONG}", Correction(ROUTING, LONG)),
        ("C03", f"{ROUTING}           000456789", Correction(ROUTING, "000456789")),
        ("C03", f"{ROUTING}{LONG}", Correction(ROUTING, LONG)),
        ("C04", "ADA LOVELACE", Correction(name="ADA LOVELACE")),
        ("C04", "A" * 22, Correction(name="A" * 22)),
        ("C05", "37", Correction(account_type=T.SAVINGS)),
        ("C05", "27" + " " * 27, Correction(account_type=T.CHECKING)),
        ("C05", "47", Correction(account_type=T.GENERAL_LEDGER)),
        ("C05", "55", Correction(account_type=T.LOAN)),
        ("C06", f"{LONG}          37", Correction(account_number=LONG, account_type=T.SAVINGS)),
        ("C06", f"{LONG}37", Correction(account_number=LONG, account_type=T.SAVINGS)),
        ("C06", "00123            27", Correction(account_number="00123", account_type=T.CHECKING)),
        ("C06", "00123                      27", Correction(account_number="00123", account_type=T.CHECKING)),
        ("C07", f"{ROUTING}{LONG} 37", Correction(ROUTING, LONG, T.SAVINGS)),
        ("C07", f"{ROUTING}{LONG}37 ", Correction(ROUTING, LONG, T.SAVINGS)),
        ("C07", f"{ROUTING}00123             22", Correction(ROUTING, "00123", T.CHECKING)),
        ("C09", "0000000000000000000042", Correction(individual_id="0000000000000000000042")),
        *((code, "whatever it says", Correction()) for code in ("C08", "C10", "C11", "C12", "C13", "C14")),
    ],
)
def test_each_code_has_its_layout(code, data, correction):
    """Zeros in front are part of a number, and an account stands where its code says."""
    assert read_correction(code, data) == correction


@pytest.mark.parametrize(
    ("code", "data", "refuse_as"),
    [
        ("C01", "", "C65"),
        ("C01", "   ", "C65"),
        ("C01", LONG + "8", "C65"),
        ("C01", "12345 678", "C65"),
        ("C01", "12345/678", "C65"),
        ("C01", "١٢٣٤٥٦٧", "C65"),
        ("C01", "00000000", "C65"),
        ("C01", "-----", "C65"),
        ("C01", "12345\x00", "C65"),
        ("C01", "x" * 30, "C65"),
        ("C02", "000000000", "C65"),
        ("C02", "121042883", "C65"),
        ("C02", " 12104288", "C65"),
        ("C02", "12104288", "C65"),
        ("C02", "1210428821", "C65"),
        ("C02", "١٢١٠٤٢٨٨٢", "C65"),
        ("C03", ROUTING, "C65"),
        ("C03", f"000000000   {LONG}", "C65"),
        ("C03", f"{ROUTING} 12 34", "C65"),
        ("C04", "", "C65"),
        ("C04", "A" * 23, "C65"),
        ("C05", "", "C69"),
        ("C05", "17", "C69"),
        ("C05", "67", "C69"),
        ("C05", "2", "C69"),
        ("C05", "2x", "C69"),
        ("C05", "227", "C69"),
        ("C05", "²7", "C65"),
        ("C06", "00123", "C69"),
        ("C06", "0012327", "C69"),
        ("C06", "00123 27", "C65"),
        ("C06", "00123 1             27", "C65"),
        ("C06", LONG, "C69"),
        ("C06", LONG + "8 27", "C69"),
        ("C06", "00123            99", "C69"),
        ("C07", f"{ROUTING}00123", "C65"),
        ("C07", f"{ROUTING} 00123 27", "C65"),
        ("C07", f"000000000{LONG} 37", "C65"),
        ("C07", f"{ROUTING}{LONG} 97", "C69"),
        ("C09", "", "C65"),
        ("C09", "x" * 23, "C65"),
    ],
)
def test_what_cannot_be_read_without_guessing_is_refused(code, data, refuse_as):
    """Stored all the same, it would send the next debit to somebody else's account."""
    with pytest.raises(BadCorrection) as refused:
        read_correction(code, data)
    assert refused.value.refuse_as == refuse_as
    assert len(data.strip()) < 3 or data.strip() not in str(refused.value)


ACCOUNTS = st.text(string.digits, min_size=1, max_size=17).filter(lambda text: text.strip("0"))
TYPES = st.sampled_from(["22", "27", "32", "37", "42", "52"])


@given(account=ACCOUNTS, code=TYPES, gap=st.integers(1, 3))
def test_what_a_bank_writes_is_read_back(account, code, gap):
    right = f"{ROUTING}{account}"
    writings = {
        "C01": f"{account:29}",
        "C03": f"{ROUTING}{account:>20}",
        "C06": f"{account:17}{' ' * gap}{code}",
        "C07": f"{right}{code:>{29 - len(right)}}",
    }
    for layout, data in writings.items():
        assert read_correction(layout, data).account_number == account
    for layout in ("C06", "C07"):
        assert read_correction(layout, writings[layout]).account_type is not None


@given(code=st.sampled_from(sorted(CODES)), data=st.text(max_size=40))
def test_whatever_stands_there_is_read_or_refused(code, data):
    with suppress(BadCorrection):
        read_correction(code, data)


def test_every_code_of_the_contract_has_a_layout():
    assert sorted(CODES) == [f"C{n:02d}" for n in range(1, 15)]
    assert [code for code in sorted(CODES) if applies(code)] == [f"C{n:02d}" for n in range(1, 8)]


def test_a_correction_does_not_show_its_account_number():
    assert "123456" not in repr(Correction(account_number="123456789"))


@pytest.mark.parametrize(
    ("number", "shown"), [("123456789", "******6789"), ("1234567", "******567"), ("12", "******2"), ("1", "******")]
)
def test_a_mask_shows_less_than_it_hides(number, shown):
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("received", "by"), [("2026-03-02", "2026-03-10"), ("2026-03-07", "2026-03-16"), ("2026-06-15", "2026-06-24")]
)
def test_it_is_to_be_applied_within_six_banking_days(received, by):
    assert apply_by(BankingCalendar("US"), date.fromisoformat(received)) == date.fromisoformat(by)
