import json
import os
from pathlib import Path

import pytest
from bankrails_sealing import (
    KeyFileUnusable,
    KeyState,
    SealedToRetiredKey,
    SealedToUnknownKey,
    SealingKeys,
    Vault,
    preferred_key,
    seal,
)
from bankrails_sealing.__main__ import main

PASSWORD = "hunter2-8842917"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_new_key_file_is_readable_by_its_owner_alone(path: Path) -> None:
    """Whoever reads it opens every sealed value in the topics, past ones too."""
    SealingKeys.generate(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_generating_over_an_existing_file_is_refused_and_leaves_it_whole(path: Path) -> None:
    """A second `generate` by mistake would make everything already sealed unreadable."""
    SealingKeys.generate(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileUnusable, match="exists"):
        SealingKeys.generate(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_published_keys_hold_no_private_part(path: Path) -> None:
    """The JWKS is served to anybody."""
    keys = SealingKeys.generate(path)
    keys.rotate()
    for jwk in keys.jwks()["keys"]:
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_rotation_overlaps(path: Path) -> None:
    """Commands sealed before the rotation are still on their way: nobody is to stop for it."""
    keys = SealingKeys.generate(path)
    old = preferred_key(keys.jwks())
    new_kid = keys.rotate()
    assert preferred_key(keys.jwks())["kid"] == new_kid
    assert [jwk["kid"] for jwk in keys.jwks()["keys"]] == [new_kid, old["kid"]]
    assert keys.open(seal(PASSWORD, old)) == PASSWORD
    assert keys.open(seal(PASSWORD, preferred_key(keys.jwks()))) == PASSWORD
    assert keys.states() == {new_kid: KeyState.ACTIVE, old["kid"]: KeyState.RETIRING}


def test_a_value_sealed_to_a_retired_key_is_refused_by_its_name_for_good(path: Path) -> None:
    """The sender must learn that its JWKS is old, not that its message is noise; and a restart changes nothing."""
    keys = SealingKeys.generate(path)
    old = preferred_key(keys.jwks())
    sealed = seal(PASSWORD, old)
    keys.rotate()
    keys.retire(str(old["kid"]))
    for holder in (keys, SealingKeys.load(path)):
        with pytest.raises(SealedToRetiredKey) as caught:
            holder.open(sealed)
        assert caught.value.kid == old["kid"]
    assert old["kid"] not in [jwk["kid"] for jwk in keys.jwks()["keys"]]


def test_retiring_erases_the_private_part(path: Path) -> None:
    """What a thief of next year's backup must not find."""
    keys = SealingKeys.generate(path)
    [first] = keys.states()
    keys.rotate()
    keys.retire(first)
    entries = {entry["kid"]: entry for entry in json.loads(path.read_text())["keys"]}
    assert "d" not in entries[first]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_marked_retired_by_hand_opens_nothing_even_with_its_private_part(path: Path) -> None:
    """The state is what an operator reads; it must be what happens."""
    keys = SealingKeys.generate(path)
    old = preferred_key(keys.jwks())
    keys.rotate()
    document = json.loads(path.read_text())
    document["keys"][1]["state"] = "retired"
    path.write_text(json.dumps(document))
    keys = SealingKeys.load(path)
    with pytest.raises(SealedToRetiredKey):
        keys.open(seal(PASSWORD, old))
    keys.rotate()
    assert "d" not in json.loads(path.read_text())["keys"][2]


def test_the_active_key_cannot_be_retired(path: Path) -> None:
    """It would leave nothing to seal to."""
    keys = SealingKeys.generate(path)
    [kid] = keys.states()
    with pytest.raises(ValueError, match="rotate first"):
        keys.retire(kid)
    with pytest.raises(ValueError, match="no key"):
        keys.retire("unheard-of")


def test_a_running_service_learns_of_a_rotation_from_the_first_value_under_the_new_key(path: Path) -> None:
    """Another process rotated; restarting every replica first would make rotation an event to be feared."""
    keys = SealingKeys.generate(path)
    new_kid = SealingKeys.load(path).rotate()
    assert preferred_key(keys.jwks())["kid"] == new_kid
    SealingKeys.load(path).rotate()
    sealed = seal(PASSWORD, preferred_key(SealingKeys.load(path).jwks()))
    assert keys.open(sealed) == PASSWORD


def test_a_running_service_learns_of_a_retirement_before_it_opens_the_next_value(path: Path) -> None:
    """A key is retired in a hurry when it is known to a thief; restarting everything must not be part of that."""
    keys = SealingKeys.generate(path)
    old = preferred_key(keys.jwks())
    other = SealingKeys.load(path)
    other.rotate()
    other.retire(str(old["kid"]))
    with pytest.raises(SealedToRetiredKey):
        keys.open(seal(PASSWORD, old))
    assert preferred_key(keys.jwks()) == preferred_key(other.jwks())


def test_two_rotations_in_two_processes_lose_no_key(path: Path) -> None:
    """Each works on the file, not on what it remembers: a lost private key is a lost password."""
    one, other = SealingKeys.generate(path), SealingKeys.load(path)
    rotated = {one.rotate(), other.rotate()}
    assert rotated < set(SealingKeys.load(path).states())


def test_when_the_key_file_is_gone_an_unknown_key_is_our_fault_and_not_the_senders(path: Path, tmp_path: Path) -> None:
    """A refusal would tell the sender to seal again, to a key that it already used rightly."""
    keys = SealingKeys.generate(path)
    known, foreign = (preferred_key(each.jwks()) for each in (keys, SealingKeys.generate(tmp_path / "other.json")))
    with pytest.raises(SealedToUnknownKey):
        keys.open(seal(PASSWORD, foreign))
    path.unlink()
    with pytest.raises(KeyFileUnusable):
        keys.open(seal(PASSWORD, foreign))
    with pytest.raises(KeyFileUnusable, match="does not exist"):
        keys.reload()
    assert keys.open(seal(PASSWORD, known)) == PASSWORD


def _entry(**changes: object) -> str:
    entry = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "s3cret-d", "kid": "k1", "state": "active"}
    return json.dumps({"keys": [entry | changes]})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not a JWKS"),
        ("s3cret-d", "not a JWKS"),
        ("[" * 100_000, "not a JWKS"),
        ('{"keys": {}}', "not a JWKS"),
        ('{"keys": []}', "exactly one key must be active, found 0"),
        ('{"keys": ["s3cret-d"]}', r"keys\[0\] is not an object"),
        (_entry(kid=None), "kid"),
        (_entry(kid="a b"), "kid"),
        (_entry(state="s3cret-d"), "state"),
        (_entry(state=["active"]), "state"),
        (_entry(crv="P-384"), "P-256"),
        (_entry(), "private key"),
        (_entry(state="retiring"), "found 0"),
        ('{"keys": [{"kty": "EC", "kid": "k1", "state": "active"}]}', "key k1 is active but has no secret part"),
    ],
)
def test_a_malformed_key_file_is_one_readable_error_without_its_content(path: Path, content: str, reason: str) -> None:
    """It is read by an operator at start-up, from a log."""
    path.write_text(content)
    with pytest.raises(KeyFileUnusable, match=reason) as caught:
        SealingKeys.load(path)
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("kind", [SealingKeys, Vault])
def test_a_missing_key_file_is_named(kind: type[SealingKeys] | type[Vault], path: Path) -> None:
    """The path is what the operator got wrong."""
    with pytest.raises(KeyFileUnusable, match=r"keys\.json: does not exist"):
        kind.load(path)


def test_two_keys_of_one_id_are_refused(path: Path) -> None:
    """Which of the two opens would be chance."""
    keys = SealingKeys.generate(path)
    keys.rotate()
    document = json.loads(path.read_text())
    document["keys"][1]["kid"] = document["keys"][0]["kid"]
    path.write_text(json.dumps(document))
    with pytest.raises(KeyFileUnusable, match="share a key id"):
        SealingKeys.load(path)


def test_printing_the_keys_shows_ids_and_states_only(path: Path) -> None:
    """A repr lands in a log sooner or later."""
    keys = SealingKeys.generate(path)
    private_part = json.loads(path.read_text())["keys"][0]["d"]
    assert private_part not in f"{keys!r} {keys._ring!r}"


def test_an_operator_rotates_and_retires_from_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The runbook is these four lines; no private part is ever printed."""
    assert main(["sealing-keys", "generate", str(path)]) == 0
    first = capsys.readouterr().out.split()[1]
    assert main(["sealing-keys", "rotate", str(path)]) == 0
    assert f"retiring  {first}" in capsys.readouterr().out
    assert main(["sealing-keys", "retire", str(path), first]) == 0
    assert f"retired   {first}" in capsys.readouterr().out
    assert main(["sealing-keys", "jwks", str(path)]) == 0
    assert len(json.loads(capsys.readouterr().out)["keys"]) == 1
    assert main(["sealing-keys", "generate", str(path)]) == 1
    assert "exists already" in capsys.readouterr().err
