"""What a person typed, cut out of what a vendor says. Vendors quote: "the card 4500… is not known here".

In the call that carries it, it is looked for as it is. A vendor may say it again later, when nothing of it is left here
to look for: so numbers that are long enough for a card or an account are cut out always.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bankrails_contracts.auth import Question

from auth_service.domain.login import Step

CUT: Final = "******"
CHARACTERS_MIN: Final = 3
"""A shorter text is part of innocent words, and too short to tell anything."""
LONG_NUMBER: Final = re.compile(r"\d{7,}|(?<!\d)\d{3,6}(?:[ -]\d{3,6}){2,}(?!\d)")
"""Seven digits and more, or three groups and more, as cards are printed: 4-4-4-4, 4-6-5. No date and no time."""
ELLIPSIS: Final = "…"
"""With which a text ends that was cut to its length, maybe in the middle of a quotation."""


def censored(text: str, typed: Mapping[str, str]) -> str:
    for secret in sorted(typed.values(), key=len, reverse=True):
        if len(secret) >= CHARACTERS_MIN:
            text = _without_beginning(re.sub(_quoted(secret), CUT, text, flags=re.IGNORECASE), secret)
    return LONG_NUMBER.sub(CUT, text)


def censored_step(step: Step, typed: Mapping[str, str]) -> Step:
    """In all that people are shown. An option's value stays as the bank gave it: it is what must be sent back."""
    if step.challenge is None:
        return step.model_copy(update={"reason": censored(step.reason, typed)})
    changes: dict[str, Any] = {
        "message": censored(step.challenge.message, typed),
        "questions": tuple(_censored_question(question, typed) for question in step.challenge.questions),
    }
    return step.model_copy(update={"challenge": step.challenge.model_copy(update=changes)})


def _censored_question(question: Question, typed: Mapping[str, str]) -> Question:
    options = tuple(option.model_copy(update={"label": censored(option.label, typed)}) for option in question.options)
    return question.model_copy(update={"label": censored(question.label, typed), "options": options})


def _quoted(secret: str) -> str:
    """A pattern: banks shift letters to upper case, and digits into groups."""
    digits = re.sub("[ -]", "", secret)
    grouped = digits.isdecimal() and len(digits) >= CHARACTERS_MIN
    return "[ -]?".join(digits) if grouped else re.escape(secret)


def _without_beginning(text: str, secret: str) -> str:
    if not text.endswith(ELLIPSIS):
        return text
    for length in range(min(len(secret) - 1, len(text)), CHARACTERS_MIN - 1, -1):
        beginning = re.escape(secret[:length]) + ELLIPSIS + r"\Z"
        if re.search(beginning, text, re.IGNORECASE):
            return re.sub(beginning, CUT + ELLIPSIS, text, flags=re.IGNORECASE)
    return text
