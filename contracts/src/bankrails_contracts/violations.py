"""What a refusal says of a body that breaks its contract: the field and the reason, never the value."""

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from bankrails_contracts.nesting import models_in


@dataclass(frozen=True, slots=True)
class Violation:
    field: str | None
    """Dotted path (`amount.amount_minor`), or None where the body as a whole is at fault."""
    reason: str


def first_violation(model: type[BaseModel], error: ValidationError) -> Violation:
    """The first thing wrong with a body that `model` did not accept."""
    # Inputs stay out: a refusal is published, and what stands in the wrong place may be a secret.
    first = error.errors(include_url=False, include_input=False)[0]
    path = _field_path(model, first["loc"])
    if first["type"] == "union_tag_invalid":  # its own text repeats the tag that was sent
        context = first["ctx"]
        path.append(context["discriminator"].strip("'"))
        return Violation(".".join(path), f"Input should be one of {context['expected_tags']}")
    return Violation(".".join(path) or None, first["msg"].removeprefix("Value error, "))


def _field_path(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """`location` without the union tags that pydantic puts in it and that no sender wrote."""
    path: list[str] = []
    models = [model]
    for step in location:
        if isinstance(step, int):
            path.append(str(step))
            continue
        holders = [each.model_fields[step] for each in models if step in each.model_fields]
        if holders:
            path.append(step)
            models = [nested for field in holders for nested in models_in(field.annotation)]
    return path
