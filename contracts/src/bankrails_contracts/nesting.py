"""Models within models: which pydantic models a field's annotation reaches."""

from typing import get_args

from pydantic import BaseModel


def models_in(annotation: object) -> list[type[BaseModel]]:
    """Every model named in `annotation`, through unions, containers and Annotated; not what those hold in turn."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in models_in(argument)]
