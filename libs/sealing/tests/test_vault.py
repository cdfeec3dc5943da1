import json
from pathlib import Path

import pytest
from bankrails_sealing import (
    KeyFileUnusable,
    PlaintextUnusable,
    SealError,
    TokenBroken,
    TokenMalformed,
    TokenUnderRetiredKey,
    TokenUnderUnknownKey,
    Vault,
)

ACCOUNT_NUMBER = "000123456789"
HERE = "bank_account.account_number:7"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.generate(tmp_path / "vault.json")


@pytest.mark.parametrize("plaintext", [ACCOUNT_NUMBER, "", "é", "x" * 16_384])
def test_what_was_encrypted_decrypts_to_the_same_text(vault: Vault, plaintext: str) -> None:
    """A leading zero of an account number is part of it."""
    assert vault.decrypt(vault.encrypt(plaintext, context=HERE), context=HERE) == plaintext


def test_a_token_is_plain_column_text_and_never_twice_the_same(vault: Vault) -> None:
    """Equal account numbers must not be seen to be equal in a stolen table; the fingerprint is for that."""
    one, other = vault.encrypt(ACCOUNT_NUMBER, context=HERE), vault.encrypt(ACCOUNT_NUMBER, context=HERE)
    assert one != other
    assert one.isascii()
    assert ACCOUNT_NUMBER not in one


def test_a_token_moved_to_another_row_does_not_decrypt(vault: Vault) -> None:
    """Who can write to the table must not be able to debit an account by copying its number into another row."""
    token = vault.encrypt(ACCOUNT_NUMBER, context=HERE)
    with pytest.raises(TokenBroken):
        vault.decrypt(token, context="bank_account.account_number:8")


def test_an_altered_token_does_not_decrypt(vault: Vault) -> None:
    """At any character of the body: nonce, ciphertext and tag are all covered."""
    kid, body = vault.encrypt(ACCOUNT_NUMBER, context=HERE).split(".")
    for position in range(len(body) - 1):  # the last character has bits that no byte uses
        altered = body[:position] + ("A" if body[position] != "A" else "B") + body[position + 1 :]
        with pytest.raises(TokenBroken):
            vault.decrypt(f"{kid}.{altered}", context=HERE)


@pytest.mark.parametrize("token", ["", ACCOUNT_NUMBER, "k1.AAAA", "k1." + "A" * 41, "k 1." + "A" * 40, "é." + "A" * 40])
def test_a_column_that_was_never_encrypted_is_named_without_its_content(vault: Vault, token: str) -> None:
    """A number stored in the clear by mistake must not move from the column into the log."""
    with pytest.raises(TokenMalformed) as caught:
        vault.decrypt(token, context=HERE)
    assert not token or token not in str(caught.value)
    with pytest.raises(TokenMalformed):
        vault.needs_reencryption(token)


def test_rotation_by_reencrypting(vault: Vault) -> None:
    """Old rows stay readable while a job rewrites them; the old key is erased when nothing needs it any more."""
    old = vault.encrypt(ACCOUNT_NUMBER, context=HERE)
    [old_kid] = vault.states()
    vault.rotate()
    assert vault.needs_reencryption(old)
    new = vault.encrypt(vault.decrypt(old, context=HERE), context=HERE)
    assert not vault.needs_reencryption(new)
    vault.retire(old_kid)
    assert vault.decrypt(new, context=HERE) == ACCOUNT_NUMBER
    with pytest.raises(TokenUnderRetiredKey) as caught:
        vault.decrypt(old, context=HERE)
    assert caught.value.kid == old_kid


def test_a_token_of_another_vault_is_refused_by_the_name_of_its_key(vault: Vault, tmp_path: Path) -> None:
    """The service was started on another service's database, or with the key file of another environment."""
    other = Vault.generate(tmp_path / "other.json")
    [kid] = other.states()
    with pytest.raises(TokenUnderUnknownKey) as caught:
        vault.decrypt(other.encrypt(ACCOUNT_NUMBER, context=HERE), context=HERE)
    assert caught.value.kid == kid


def test_fingerprints_find_equal_values_and_say_nothing_across_contexts(vault: Vault) -> None:
    """Equality in one column is the purpose; equality between columns would be a leak."""
    here = vault.fingerprint(ACCOUNT_NUMBER, context="account_number")
    assert here == vault.fingerprint(ACCOUNT_NUMBER, context="account_number")
    assert here != vault.fingerprint(ACCOUNT_NUMBER, context="routing_number")
    assert here != vault.fingerprint(ACCOUNT_NUMBER + "0", context="account_number")
    assert vault.fingerprint("bc", context="a") != vault.fingerprint("c", context="ab")
    assert len(here) == 64


def test_fingerprints_outlive_rotation_and_restart(vault: Vault, tmp_path: Path) -> None:
    """They are compared with what was stored years ago."""
    before = vault.fingerprint(ACCOUNT_NUMBER, context="account_number")
    vault.rotate()
    assert vault.fingerprint(ACCOUNT_NUMBER, context="account_number") == before
    assert Vault.load(tmp_path / "vault.json").fingerprint(ACCOUNT_NUMBER, context="account_number") == before


def test_a_fingerprint_needs_the_key(vault: Vault, tmp_path: Path) -> None:
    """Account numbers can be tried one by one: an unkeyed hash would be as good as the number."""
    other = Vault.generate(tmp_path / "other.json")
    assert vault.fingerprint(ACCOUNT_NUMBER, context="a") != other.fingerprint(ACCOUNT_NUMBER, context="a")


@pytest.mark.parametrize("member", ["fingerprint_key", "k"])
def test_a_vault_file_with_a_part_missing_is_refused_at_start(vault: Vault, tmp_path: Path, member: str) -> None:
    """Found at start-up, not at the first look-up."""
    path = tmp_path / "vault.json"
    document = json.loads(path.read_text())
    (document if member in document else document["keys"][0]).pop(member)
    path.write_text(json.dumps(document))
    with pytest.raises(KeyFileUnusable):
        Vault.load(path)


def test_half_a_surrogate_pair_is_refused_without_repeating_it(vault: Vault) -> None:
    """JSON can carry it, UTF-8 cannot; Python's own error would carry the value into the log."""
    with pytest.raises(PlaintextUnusable) as caught:
        vault.encrypt(ACCOUNT_NUMBER + "\ud800", context=HERE)
    assert caught.value.__context__ is None
    assert isinstance(caught.value, SealError)
