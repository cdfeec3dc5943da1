"""What a token may do: declared, or learned from a 403; and what is said of it."""

from pathlib import Path

import pytest
from bankrails_helcim import endpoints
from bankrails_helcim.denials import NAME, denied_right_table, keep, kept
from bankrails_helcim.endpoints import Endpoint
from bankrails_helcim.rights import RIGHT_OF, USES, Denial, Right, Rights
from bankrails_helcim.tokens import General, MerchantTokens, Processing, Token, TokenName
from sqlalchemy import MetaData, create_engine

GENERAL, WITHDRAW, REFUND = "general-token-1111", "withdraw-token-2222", "refund-token-3333"


def tokens(
    general: General | None = None, withdraw: Processing | None = None, refund: Processing | None = None
) -> MerchantTokens:
    return {
        TokenName.GENERAL: Token(GENERAL, general=general),
        TokenName.WITHDRAW: Token(WITHDRAW, processing=withdraw),
        TokenName.REFUND: Token(REFUND, processing=refund),
    }


def test_what_is_not_declared_is_tried() -> None:
    """No call tells a token's rights, and a merchant need not declare them."""
    rights = Rights({"maple": tokens()})
    assert {rights.missing("maple", right) for right in Right} == {None}
    assert rights.missing("nobody", Right.REFUND) is None


@pytest.mark.parametrize("level", Processing)
def test_a_declared_processing_level_permits_what_it_includes(level: Processing) -> None:
    """Each level has those below it: reading at Auth, debits at Positive, whatever gives money back at Admin."""
    rights = Rights({"maple": tokens(withdraw=level, refund=level)})
    permitted = {right for right in Right if rights.missing("maple", right) is None}
    expected = {Right.READ_CUSTOMERS, Right.WRITE_CUSTOMERS}
    if level >= Processing.AUTH:
        expected |= {Right.READ_PAYMENTS}
    if level >= Processing.POSITIVE:
        expected |= {Right.WITHDRAW, Right.SETTLE}
    if level >= Processing.ADMIN:
        expected |= {Right.REFUND, Right.VOID, Right.CANCEL}
    assert permitted == expected


@pytest.mark.parametrize(
    ("level", "missing"),
    [
        (General.NONE, {Right.READ_CUSTOMERS, Right.WRITE_CUSTOMERS}),
        (General.READ, {Right.WRITE_CUSTOMERS}),
        (General.READ_WRITE, set()),
    ],
)
def test_a_declared_general_level_permits_what_it_includes(level: General, missing: set[Right]) -> None:
    """Customers, bank accounts and mandates, apart from money."""
    rights = Rights({"maple": tokens(general=level)})
    assert {right for right in Right if rights.missing("maple", right) is not None} == missing


def test_the_reason_is_readable_and_shows_four_characters() -> None:
    """Whoever reads it must know which token to change, and must not be able to use it."""
    rights = Rights({"maple": tokens(refund=Processing.POSITIVE)})
    reason = rights.missing("maple", Right.REFUND)
    assert reason == (
        "the refund token ending in 3333 may not refund: it has Transaction Processing positive and needs admin"
    )
    assert REFUND not in f"{tokens()!r}"


def test_a_403_is_learned_for_its_right_and_its_merchant_alone() -> None:
    """A token without refunds still withdraws, and another merchant's is another token."""
    rights = Rights({"maple": tokens(), "oak": tokens()})
    denial = rights.denied("maple", Right.REFUND)
    assert denial is not None
    assert rights.denied("maple", Right.REFUND) is None, "it is told once"
    assert rights.known("maple") == {"refund": "the refund token ending in 3333 may not refund: Helcim answered 403"}
    assert rights.known("oak") == {}
    assert Rights({"maple": tokens()}, [denial]).missing("maple", Right.REFUND) is not None, "a restart knows it too"


def test_a_rotated_token_starts_without_denials() -> None:
    """It may have been made for exactly that right."""
    held = {"maple": tokens()}
    rights = Rights(held)
    rights.denied("maple", Right.REFUND)
    held["maple"] = {**tokens(), TokenName.REFUND: Token("another-refund-token-4444")}
    assert rights.missing("maple", Right.REFUND) is None
    held["maple"] = tokens()
    assert rights.missing("maple", Right.REFUND) is not None, "and the old one is still what it was"


def test_a_right_that_is_granted_later_is_tried_again_once_it_is_declared() -> None:
    """The token may stay the same; without a way back, one 403 would be for ever."""
    held = {"maple": tokens()}
    rights = Rights(held)
    rights.denied("maple", Right.REFUND)
    held["maple"] = tokens(refund=Processing.ADMIN)
    assert rights.missing("maple", Right.REFUND) is None


def test_every_endpoint_but_the_connection_test_takes_a_right() -> None:
    """One that was forgotten would never be learned about."""
    every = {item for item in vars(endpoints).values() if isinstance(item, Endpoint)}
    assert every - set(RIGHT_OF) == {endpoints.CONNECTION_TEST}
    assert set(RIGHT_OF.values()) == set(Right) == set(USES)


def test_denials_are_kept_without_the_token(tmp_path: Path) -> None:
    """What is stored leads back to nobody's token."""
    metadata = MetaData()
    table = denied_right_table(metadata)
    engine = create_engine(f"sqlite:///{tmp_path / 'rights.db'}")
    metadata.create_all(engine)
    denial = Rights({"maple": tokens()}).denied("maple", Right.VOID)
    assert denial == Denial("maple", Right.VOID, Token(REFUND).fingerprint)
    with engine.begin() as connection:
        keep(connection, table, denial)
    with engine.connect() as connection:
        assert kept(connection, table) == [denial]
    engine.dispose()
    assert table.name == NAME
    assert REFUND.encode() not in (tmp_path / "rights.db").read_bytes()
