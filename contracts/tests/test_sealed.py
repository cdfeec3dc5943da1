import base64
import json
from pathlib import Path
from typing import Literal

import pytest
from bankrails_contracts.payments import RegisterBankAccount
from bankrails_contracts.sealed import COMPACT_JWE_PATTERN, Sealed, in_clear, is_compact_jwe, sealed_paths
from pydantic import BaseModel, TypeAdapter, ValidationError

VECTOR = json.loads((Path(__file__).parents[1] / "samples/sealing/vector.json").read_text())
JWE: str = VECTOR["jwe"]


class Answer(BaseModel):
    value: Sealed


class Login(BaseModel):
    user: Sealed
    branch: Sealed | None = None
    codes: list[Sealed] = []
    answers: tuple[Answer, ...] = ()
    spare: Answer | None = None
    bank: Literal["a"] = "a"


def test_a_compact_jwe_is_sealed() -> None:
    """The published sample is what any JOSE library writes."""
    assert is_compact_jwe(JWE)
    assert TypeAdapter(Sealed).validate_python(JWE) == JWE


@pytest.mark.parametrize(
    "value",
    [
        "8910012345",
        "",
        "a.b.c.d.e",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        JWE + "\n",
        " " + JWE,
        JWE + ".x",
        JWE.rpartition(".")[0] + ".",
        JWE.replace("..", ".!."),
        "eyJ my.pass.word.is.dots",
        8910012345,
        None,
    ],
)
def test_anything_else_is_not(value: object) -> None:
    """A password with four dots in it is still a password in the clear."""
    assert not is_compact_jwe(value)
    with pytest.raises(ValidationError):
        TypeAdapter(Sealed).validate_python(value)


def test_the_error_does_not_repeat_the_secret() -> None:
    """Errors end up in logs."""
    with pytest.raises(ValidationError) as raised:
        RegisterBankAccount.model_validate({"account": {"country": "CA", "account_number": "8910012345"}})
    assert "8910012345" not in str(raised.value)


def test_the_schema_marks_sealed_fields() -> None:
    """Senders in other languages learn from the schema alone what to seal."""
    schema = TypeAdapter(Sealed).json_schema()
    assert schema == {"type": "string", "pattern": COMPACT_JWE_PATTERN, "x-sealed": True}


def test_sealed_paths_find_every_sealed_field() -> None:
    """One that hides in an option, a list or a nested model would otherwise be stored in the clear."""
    assert sealed_paths(Login) == [("user",), ("branch",), ("codes",), ("answers", "value"), ("spare", "value")]
    assert sealed_paths(RegisterBankAccount) == [("account", "account_number")]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"user": JWE, "branch": JWE, "codes": [JWE], "answers": [{"value": JWE}], "spare": {"value": JWE}}, []),
        ({"user": "hunter2"}, ["user"]),
        ({"user": JWE, "branch": None, "spare": None}, []),
        ({"branch": 12345}, ["branch"]),
        ({"user": {"nested": JWE}}, ["user"]),
        ({"codes": [JWE, "123456"]}, ["codes"]),
        ({"answers": [{"value": JWE}, {"value": "Fido"}]}, ["answers.value"]),
        ({"answers": "Fido", "user": "a"}, ["user"]),
        ([{"user": "hunter2"}], ["user"]),
        ("hunter2", []),
    ],
)
def test_secrets_in_the_clear_are_found_in_bodies_that_break_the_contract(data: object, found: list[str]) -> None:
    """The check comes before the contract's own, since a refused body must not be stored either."""
    assert in_clear(Login, data) == found


def test_the_published_vector_opens_with_the_published_key() -> None:
    """Whoever writes a sender in another language tests its sealing against this file."""
    jwe = pytest.importorskip("joserfc.jwe", reason="the contracts need no JOSE library; this check does")
    jwk = pytest.importorskip("joserfc.jwk")
    opened = jwe.decrypt_compact(JWE, jwk.ECKey.import_key(VECTOR["private_jwk"]), algorithms=["ECDH-ES", "A256GCM"])
    assert opened.plaintext.decode() == VECTOR["plaintext"]


def test_the_published_vector_names_its_algorithms_and_key() -> None:
    """These three are what a sender must set."""
    header = JWE.partition(".")[0]
    named = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    assert (named["alg"], named["enc"], named["kid"]) == ("ECDH-ES", "A256GCM", VECTOR["private_jwk"]["kid"])
