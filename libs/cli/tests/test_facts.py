"""A record on one line."""

from bankrails_cli.facts import facts

JWE = "eyJhbGciOiJFQ0RILUVTIn0..aaaaaaaaaaaaaaaa.bbbb.cccccccccccccccccccccc"


def test_money_comes_first_and_in_units_that_people_use() -> None:
    """4995 is a question, 49.95 CAD an answer."""
    line = facts({"vendor_payment_id": "7", "amount": {"amount_minor": 4995, "currency": "CAD"}})
    assert line == "49.95 CAD · vendor_payment_id 7"


def test_what_is_not_an_amount_is_shown_as_it_came() -> None:
    """A wrong record must be seen to be wrong."""
    assert facts({"amount": {"amount_minor": "much", "currency": "CAD"}}) == "much CAD"
    assert facts({"amount": {"amount_minor": -5, "currency": "CAD"}}) == "-5 CAD"


def test_the_subject_and_what_every_line_has_are_left_out() -> None:
    """They stand elsewhere on the line already."""
    assert facts({"payment_id": "p-1", "merchant_id": "maple-books", "note": "x"}, besides="p-1") == "note x"


def test_a_sealed_value_is_named_and_not_spelt_out() -> None:
    """Three hundred characters of ciphertext push everything else off the screen."""
    assert (
        facts({"account": {"account_number": JWE, "country": "CA"}})
        == "account.account_number sealed · account.country CA"
    )


def test_a_record_cannot_speak_to_the_terminal() -> None:
    """Anybody may write to a topic; an escape sequence in it must not clear the screen or forge a line."""
    assert "\x1b" not in facts({"note": "\x1b[2J", "reason": "a\nb"})
    assert "\n" not in facts({"reason": "a\nb"})
    assert "\x1b" not in facts("\x1b]0;title\x07")


def test_own_ids_are_left_out_unless_they_are_all_there_is() -> None:
    """A story names its payer once; a line without any fact would look like a mistake."""
    data = {"payer_id": "p-1", "vendor_customer_id": "7"}
    assert facts(data, with_ids=False) == "vendor_customer_id 7"
    assert facts({"payer_id": "p-1"}, with_ids=False) == "payer_id p-1"


def test_instants_lose_their_fractions_and_nothing_else_does() -> None:
    """Microseconds are noise; the cents of a text are not."""
    assert facts({"approved_at": "2026-03-02T14:01:05.043221Z"}) == "approved_at 2026-03-02T14:01:05Z"
    assert facts({"rate": "1.5Z"}) == "rate 1.5Z"


def test_accounts_are_shown_by_what_people_know_of_them() -> None:
    """Kind, last digits, balance; a list of raw objects would fill the screen."""
    account = {"account_ref": "7", "account_type": "checking", "account_masked": "******9123", "currency": "CAD"}
    shown = facts({"accounts": [account | {"current_minor": 348137}, account | {"account_type": "savings"}]})
    assert shown == "accounts checking ******9123 3481.37 CAD, savings ******9123"


def test_who_somebody_is_has_no_place_on_a_line() -> None:
    """Screens are shared, and lines pasted into tickets."""
    person = {"first_name": "Ada", "email": "ada@example.com", "profile": {"name": "Ada"}, "holder": {"last_name": "L"}}
    assert facts({**person, "note": "x"}) == "note x"


def test_a_batchs_total_is_money() -> None:
    """Whatever its field is called."""
    assert facts({"total_minor": 4995, "currency": "CAD", "payments": 1}) == "49.95 CAD · payments 1"
