import json
import secrets
import subprocess
import sys
import textwrap
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from bankrails_sealing import (
    KeyState,
    NotSealed,
    PlaintextUnusable,
    PublicKeyUnusable,
    SealBroken,
    SealedToRetiredKey,
    SealedToUnknownKey,
    SealError,
    SealingKeys,
    looks_sealed,
    preferred_key,
    seal,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from joserfc import jwe
from joserfc.jwk import ECKey
from joserfc.registry import Header

PASSWORD = "correct horse 8842917 battery"


@pytest.fixture
def keys(tmp_path: Path) -> SealingKeys:
    return SealingKeys.generate(tmp_path / "keys.json")


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sealed_with(header: Header, keys: SealingKeys, plaintext: bytes = PASSWORD.encode()) -> str:
    """A JWE to the preferred key under any header: what a careless or hostile sender could make."""
    point: dict[str, str | list[str]] = {
        name: str(value) for name, value in preferred_key(keys.jwks()).items() if name in ("kty", "crv", "x", "y")
    }
    key = ECKey.import_key(point)
    algorithms = [str(header[name]) for name in ("alg", "enc", "zip") if name in header]
    return jwe.encrypt_compact(header, plaintext, key, algorithms=algorithms)


def sealed_by_the_letter(plaintext: str, jwk: dict[str, object]) -> str:
    """RFC 7516 and RFC 7518 §4.6 with bare primitives, as somebody without a JOSE library would write it."""
    x, y = (int.from_bytes(raw(str(jwk[axis]))) for axis in ("x", "y"))
    theirs = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    mine = ec.generate_private_key(ec.SECP256R1())
    point = mine.public_key().public_numbers()
    epk = {"kty": "EC", "crv": "P-256", "x": b64(point.x.to_bytes(32)), "y": b64(point.y.to_bytes(32))}
    protected = b64(json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "kid": jwk["kid"], "epk": epk}).encode())
    # AlgorithmID is the `enc` value, then empty PartyUInfo and PartyVInfo, then the key length in bits.
    info = (7).to_bytes(4) + b"A256GCM" + bytes(4) + bytes(4) + (256).to_bytes(4)
    key = ConcatKDFHash(hashes.SHA256(), 32, info).derive(mine.exchange(ec.ECDH(), theirs))
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), protected.encode())
    return f"{protected}..{b64(nonce)}.{b64(sealed[:-16])}.{b64(sealed[-16:])}"


@pytest.mark.parametrize("plaintext", [PASSWORD, "", "é", "𝄞" * 100, '{"a": 1}', "x" * 16_384])
def test_what_was_sealed_opens_to_the_same_text(keys: SealingKeys, plaintext: str) -> None:
    """Passwords are not ASCII, and an answer may be empty: nothing may be trimmed, normalised or cut."""
    assert keys.open(seal(plaintext, preferred_key(keys.jwks()))) == plaintext


def test_a_seal_made_from_the_rfcs_alone_opens(keys: SealingKeys) -> None:
    """Upstream seals in any language. Our own library on both ends would agree with itself even if both were wrong."""
    sealed = sealed_by_the_letter(PASSWORD, keys.jwks()["keys"][0])
    assert looks_sealed(sealed)
    assert keys.open(sealed) == PASSWORD


def test_the_same_text_never_seals_to_the_same_value(keys: SealingKeys) -> None:
    """Two equal passwords must not be seen to be equal on a topic."""
    jwk = preferred_key(keys.jwks())
    assert seal(PASSWORD, jwk) != seal(PASSWORD, jwk)


@pytest.mark.parametrize(
    "secret", [PASSWORD, "", "a.b.c.d.e", "....", "eyJhbGciOiJub25lIn0.e30.", "\ud800", "é.1.2.3.4"]
)
def test_a_secret_in_the_clear_is_refused_without_repeating_it(keys: SealingKeys, secret: str) -> None:
    """The error ends up in a log and in a refusal event: it would be the leak that the seal is there to prevent."""
    assert not looks_sealed(secret)
    with pytest.raises(NotSealed) as caught:
        keys.open(secret)
    assert len(secret) < 4 or secret not in f"{caught.value!r} {caught.value}"
    assert caught.value.__context__ is None


def test_a_seal_to_somebody_elses_key_is_refused_by_the_name_of_that_key(keys: SealingKeys, tmp_path: Path) -> None:
    """The sender took the wrong service's JWKS; the key id tells whose."""
    other = preferred_key(SealingKeys.generate(tmp_path / "other.json").jwks())
    with pytest.raises(SealedToUnknownKey) as caught:
        keys.open(seal(PASSWORD, other))
    assert caught.value.kid == other["kid"]


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ECDH-ES", "enc": "A128GCM"},
        {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "ECDH-ES", "enc": "A256CBC-HS512"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "jku": "https://evil.example/keys"},
    ],
    ids=lambda header: "/".join(header.values()),
)
def test_other_algorithms_and_headers_do_not_open_although_the_key_would_fit(
    keys: SealingKeys, header: dict[str, object]
) -> None:
    """A sender that picks the algorithm picks the weakest; compression tells the content by its length."""
    sealed = sealed_with({**header, "kid": preferred_key(keys.jwks())["kid"]}, keys)
    with pytest.raises(SealBroken, match=r"its algorithms|its header"):
        keys.open(sealed)


def test_a_seal_without_a_key_id_is_broken_even_if_only_one_key_could_open_it(keys: SealingKeys) -> None:
    """Guessing would work today and fail on the day of the first rotation."""
    sealed = sealed_with({"alg": "ECDH-ES", "enc": "A256GCM"}, keys)
    assert not looks_sealed(sealed)
    with pytest.raises(SealBroken):
        keys.open(sealed)


def test_bytes_that_are_not_text_are_a_broken_seal_and_stay_out_of_the_error(keys: SealingKeys) -> None:
    """UnicodeDecodeError carries the plaintext; it may not even be the context of what we raise."""
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": preferred_key(keys.jwks())["kid"]}
    with pytest.raises(SealBroken) as caught:
        keys.open(sealed_with(header, keys, b"\xff\xfe secret"))
    assert caught.value.__context__ is None


def _header_part(change: Callable[[dict[str, object]], object]) -> Callable[[list[str]], None]:
    def apply(parts: list[str]) -> None:
        header = json.loads(raw(parts[0]))
        change(header)
        parts[0] = b64(json.dumps(header).encode())

    return apply


def _flip(position: int) -> Callable[[list[str]], None]:
    def apply(parts: list[str]) -> None:
        parts[position] = ("A" if parts[position][0] != "A" else "B") + parts[position][1:]

    return apply


ALTERATIONS: dict[str, Callable[[list[str]], None]] = {
    "nonce": _flip(2),
    "ciphertext": _flip(3),
    "tag": _flip(4),
    "shorter tag": lambda parts: parts.__setitem__(4, parts[4][:11]),
    "no tag": lambda parts: parts.__setitem__(4, ""),
    "no nonce": lambda parts: parts.__setitem__(2, ""),
    "an encrypted key": lambda parts: parts.__setitem__(1, "AAAA"),
    "not base64": lambda parts: parts.__setitem__(3, "*é*"),
    "no ephemeral key": _header_part(lambda header: header.pop("epk")),
    "a point off the curve": _header_part(lambda header: header["epk"].update(x=b64(bytes(32)))),  # type: ignore[attr-defined]  # a JSON object
    "another curve": _header_part(lambda header: header["epk"].update(crv="P-384")),  # type: ignore[attr-defined]  # a JSON object
    "an ephemeral key of no kind": _header_part(lambda header: header.update(epk="x")),
    "a critical extension": _header_part(lambda header: header.update(crit=["exp"], exp=1)),
    "an unheard-of member": _header_part(lambda header: header.update(jku="http://evil.example/keys")),
    "a key id that is a novel": _header_part(lambda header: header.update(kid="x" * 65)),
    "a key id with a line break": _header_part(lambda header: header.update(kid="a\nb")),
    "a key id that is a list": _header_part(lambda header: header.update(kid=["a"])),
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_any_alteration_is_a_broken_seal_and_nothing_else(
    keys: SealingKeys, alter: Callable[[list[str]], None]
) -> None:
    """Callers refuse on SealError. A ValueError from deep inside would park the key as if it were our bug."""
    parts = seal(PASSWORD, preferred_key(keys.jwks())).split(".")
    alter(parts)
    with pytest.raises(SealBroken):
        keys.open(".".join(parts))


def test_looking_sealed_is_decided_by_shape_alone(keys: SealingKeys) -> None:
    """Contracts check the shape at the door; anything else there is a secret in the clear."""
    sealed = seal(PASSWORD, preferred_key(keys.jwks()))
    assert looks_sealed(sealed)
    assert not looks_sealed(sealed + " ")
    assert not looks_sealed(sealed + "\n")
    assert not looks_sealed(sealed.encode())
    assert not looks_sealed(sealed.rpartition(".")[0])
    assert not looks_sealed(sealed.replace("..", "." + b64(PASSWORD.encode()) + ".", 1))
    assert not looks_sealed(None)
    _, _, rest = sealed.partition(".")
    for header in ({"alg": "dir", "enc": "A256GCM"}, {"alg": "ECDH-ES", "enc": "A128GCM"}, {"alg": "ECDH-ES"}):
        assert not looks_sealed(f"{b64(json.dumps({**header, 'kid': 'k1'}).encode())}.{rest}")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kid": None}, "kid"),
        ({"kid": "a b"}, "kid"),
        ({"crv": "P-384"}, "not an EC key on P-256"),
        ({"kty": "RSA"}, "not an EC key on P-256"),
        ({"use": "sig"}, "not meant"),
        ({"x": "AAAA"}, "point"),
        ({"d": "AAAA"}, "private"),
    ],
)
def test_an_unusable_key_seals_nothing(keys: SealingKeys, change: dict[str, object], word: str) -> None:
    """Better no message than one that nobody can open, or that several can."""
    with pytest.raises(PublicKeyUnusable, match=word):
        seal(PASSWORD, {**preferred_key(keys.jwks()), **change})


@pytest.mark.parametrize("plaintext", ["x" * 16_385, "hunter2 \ud800"])
def test_a_plaintext_that_cannot_be_sealed_stays_out_of_the_error(keys: SealingKeys, plaintext: str) -> None:
    """UnicodeEncodeError carries the whole text, and a traceback of it reaches the log."""
    with pytest.raises(PlaintextUnusable) as caught:
        seal(plaintext, preferred_key(keys.jwks()))
    assert plaintext not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_empty_jwks_has_no_preferred_key() -> None:
    """An endpoint that answers with an error page must not end in a KeyError."""
    with pytest.raises(PublicKeyUnusable):
        preferred_key({"error": "not found"})


def test_every_error_is_a_seal_error() -> None:
    """Callers catch one class at the edge."""
    for error in (NotSealed, SealedToUnknownKey, SealedToRetiredKey, SealBroken, PublicKeyUnusable, PlaintextUnusable):
        assert issubclass(error, SealError)


def test_the_sample_in_the_readme_runs_as_it_stands() -> None:
    """It is the first thing that a sender copies."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    sample = textwrap.dedent(readme.partition("```python\n")[2].partition("```")[0])
    shown = subprocess.run([sys.executable, "-c", sample], capture_output=True, text=True, check=True, timeout=30)
    assert shown.stdout.splitlines()[-1] == "hunter2 sealed to a retired key: SealedToRetiredKey"


def test_states_are_told_by_key_id(keys: SealingKeys) -> None:
    """An operator who retires a key names it."""
    assert list(keys.states().values()) == [KeyState.ACTIVE]
