"""What a log line may not say, and how it says that something was there.

Three nets, since each has holes: the **name** of a field (`password=`), the **shape** of a text (a run of digits, a
JWE, a URL with a password), and the **value** itself, registered by whoever holds it (`redact_value`). The names decide
what the last four characters may tell: tokens and account numbers keep them, passwords and answers keep nothing.

What this cannot see: a password that nobody registered, in running text, with no word before it that names it.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

# Texts are cut to this before they are scanned: a vendor's error page may be megabytes, and a line is one write.
TEXT_CHARS_MAX: Final = 8_192
# Deeper than any event of ours; a structure that contains itself must end somewhere.
DEPTH_MAX: Final = 6
# Below this, a registered secret would cut holes into innocent words.
REGISTERED_CHARS_MIN: Final = 6
# Of a shorter value, the last four characters would be most of it.
LAST_FOUR_CHARS_MIN: Final = 7

REDACTED: Final = "<redacted>"
SEALED: Final = "<sealed>"


class Mask(StrEnum):
    NOTHING_LEFT = "nothing left"
    LAST_FOUR = "last four"


# Names without case and punctuation, so that vendors' spellings (`accountNumber`, `api-token`) are the same names.
_NAMES: Final = {
    Mask.NOTHING_LEFT: (
        "password passwd passphrase pin secret userorcard username login credential credentials answer answers "
        "challengeresponse mfaresponse authorization proxyauthorization cookie setcookie ssn sin dob dateofbirth "
        "privatekey plaintext body payload requestbody responsebody parameters"
    ),
    Mask.LAST_FOUR: (
        "accountnumber fullaccountnumber bankaccountnumber accountno routingnumber routingandaccount transitnumber "
        "iban cardnumber apikey token"
    ),
}
_MASKS: Final = {name: mask for mask, names in _NAMES.items() for name in names.split()}
# A name that ends like this is one of those too: `helcim_api_token`, `mx_password`, `connect_session_token`.
_MASKED_ENDINGS: Final = {
    "password": Mask.NOTHING_LEFT,
    "secret": Mask.NOTHING_LEFT,
    "accountnumber": Mask.LAST_FOUR,
    "token": Mask.LAST_FOUR,
    "apikey": Mask.LAST_FOUR,
}

# Ids and times are digits by nature, and a sender's message id may be nothing but digits.
_NOT_FREE_TEXT: Final = re.compile(
    r"id|kid|timestamp|level|service|logger|topic|traceparent|.*_(?:id|ids|at|on|key|hash)"
)

_JOSE: Final = re.compile(r"\beyJ[\w-]{10,}\.[\w-]*\.[\w-]+(?P<jwe>\.[\w-]*\.[\w-]+)?")
_URL_PASSWORD: Final = re.compile(r"(?<=://)[^\s/@]+@")
_SCHEME_TOKEN: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
# pydantic repeats the rejected input in its message, and SQLAlchemy the parameters of the failed statement.
_ECHOED_INPUT: Final = re.compile(r"input_value=.{0,300}?(?=, input_type=)|\[parameters: (?:.*\]|.*)", re.DOTALL)
_NAMED_IN_TEXT: Final = re.compile(
    r"""(?ix) \b (?P<name> \w* (?: password | passwd | secret | user_?or_?card | challenge_?response | account_?number
                             | api[_-]?key | token | authorization ) )
        (?P<between> ["']? \s* [:=] \s* ) (?: "[^"]*" | '[^']*' | [^\s,;&)\]}"']+ )"""
)
# First what merely looks like an account number (UUIDs, digests, times), kept as it is; then runs of 7 to 19 digits
# (accounts have up to 17, cards up to 19), and cards in groups of four.
_DIGITS: Final = re.compile(
    r"""(?xi) (?P<keep> \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b
                      | \b(?=[0-9a-f]*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b
                      | \b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)? )
             | (?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)
             | (?<!\d)\d{7,19}(?!\d)"""
)

_registered: list[tuple[str, str]] = []


def redact_value(secret: str) -> None:
    """From now on the value is removed wherever it appears in this process's log, in exception texts too.

    Also as JSON or a URL would spell it. For what lives as long as the process (API tokens, webhook secrets): nothing
    is ever forgotten again, and each value costs every line a search. Raises ValueError for fewer than 6 characters.
    """
    if len(secret) < REGISTERED_CHARS_MIN:
        raise ValueError(f"a secret of under {REGISTERED_CHARS_MIN} characters cannot be found in a text without harm")
    mask = masked(secret, Mask.LAST_FOUR)
    spellings = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
    known = {spelling for spelling, _ in _registered}
    _registered.extend((spelling, mask) for spelling in spellings - known)
    # The longest first: a secret that contains another must not be left with its remainder showing.
    _registered.sort(key=lambda entry: -len(entry[0]))


def masked(value: str, mask: Mask) -> str:
    if mask is Mask.LAST_FOUR and len(value) >= LAST_FOUR_CHARS_MIN:
        return f"***{value[-4:]}"
    return REDACTED


def clean_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of one event, fit to be written: JSON types, UUIDs and times only, and no secret among them."""
    return {clean_name(str(name)): _clean_field(str(name), value, 0) for name, value in fields.items()}


def clean_text(text: str) -> str:
    """Free text (an error, a traceback, a foreign library's message) without what it should not have said."""
    text = _without_registered(text)
    if len(text) > TEXT_CHARS_MAX:
        # The head says where, the tail says what: a Python traceback ends with the error.
        half = TEXT_CHARS_MAX // 2
        text = f"{text[:half]} … {len(text) - 2 * half} characters cut … {text[-half:]}"
    text = _without_shapes(text)
    return _DIGITS.sub(_mask_digits, text)


def clean_name(name: str) -> str:
    """A field's name is ours, except in a vendor's mapping, where it may be anything."""
    return _without_registered(name) if _registered else name


def _clean_field(name: str, value: object, depth: int) -> object:
    mask = _mask_for(name)
    if mask is None:
        return _clean(name, value, depth)
    match value:
        case None | bool():
            return value  # "no token" and "has a password" are worth knowing
        case str() as text if _JOSE.fullmatch(text):
            return SEALED
        case str() | int():
            return masked(str(value), mask)
        case _:
            return REDACTED


def _clean(name: str, value: object, depth: int) -> object:
    match value:
        case str():
            return _clean_id(value) if _NOT_FREE_TEXT.fullmatch(name) else clean_text(value)
        case None | bool() | int() | float() | UUID() | datetime() | date() | time():
            return value
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case _ if depth >= DEPTH_MAX:
            return "<nested too deep>"
        case Mapping():
            return {clean_name(str(key)): _clean_field(str(key), each, depth + 1) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(name, each, depth + 1) for each in value]
        case BaseException():
            return clean_text(f"{type(value).__name__}: {value}")
        case _:
            return clean_text(_shown(value))


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # a log line must not fail on the object that it was asked to show
        return f"<{type(value).__name__} cannot be shown: {type(error).__name__}>"


def _clean_id(text: str) -> str:
    return _without_shapes(_without_registered(text[:TEXT_CHARS_MAX]))


def _without_registered(text: str) -> str:
    for secret, mask in _registered:
        if secret in text:
            text = text.replace(secret, mask)
    return text


def _without_shapes(text: str) -> str:
    # Each search is guarded by what it cannot do without: most texts are short, and hold none of this.
    if "eyJ" in text:
        text = _JOSE.sub(lambda match: SEALED if match["jwe"] else "<signed token>", text)
    if "://" in text:
        text = _URL_PASSWORD.sub("***@", text)
    if "=" in text or ":" in text or " " in text:
        text = _ECHOED_INPUT.sub(_keep_the_label, text)
        text = _SCHEME_TOKEN.sub(rf"\1 {REDACTED}", text)
        text = _NAMED_IN_TEXT.sub(rf"\g<name>\g<between>{REDACTED}", text)
    return text


def _keep_the_label(match: re.Match[str]) -> str:
    return f"[parameters: {REDACTED}]" if match[0].startswith("[") else f"input_value={REDACTED}"


def _mask_digits(match: re.Match[str]) -> str:
    return match[0] if match["keep"] else f"***{match[0][-4:]}"


@lru_cache(maxsize=2_048)  # field names are few; a vendor's mapping with unbounded names must not grow this for ever
def _mask_for(name: str) -> Mask | None:
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    if bare in _MASKS:
        return _MASKS[bare]
    return next((mask for ending, mask in _MASKED_ENDINGS.items() if bare.endswith(ending)), None)
