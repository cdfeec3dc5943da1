"""What a person typed, cut out of what a vendor says. Vendors quote: "the card 4500… is not known here"."""

from collections.abc import Mapping
from typing import Any, Final

from auth_service.domain.login import Step

CUT: Final = "******"
CHARACTERS_MIN: Final = 3
"""A shorter text is part of innocent words, and too short to tell anything."""


def censored(text: str, typed: Mapping[str, str]) -> str:
    for secret in sorted(typed.values(), key=len, reverse=True):
        if len(secret) >= CHARACTERS_MIN:
            text = text.replace(secret, CUT)
    return text


def censored_step(step: Step, typed: Mapping[str, str]) -> Step:
    """In all that people are shown. Options stay as the bank gave them: one of them is what must be sent back."""
    if step.challenge is None:
        return step.model_copy(update={"reason": censored(step.reason, typed)})
    changes: dict[str, Any] = {
        "message": censored(step.challenge.message, typed),
        "questions": tuple(
            question.model_copy(update={"label": censored(question.label, typed)})
            for question in step.challenge.questions
        ),
    }
    return step.model_copy(update={"challenge": step.challenge.model_copy(update=changes)})
