"""JSON as the vendors read it: numbers with a fraction stay exact, since no float is money."""

import json
from decimal import Decimal
from typing import Any, NoReturn


def _no_such_number(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not JSON")


def parse_json(raw: bytes) -> Any:
    """Numbers with a fraction become Decimal. Raises ValueError, also for NaN and Infinity."""
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_no_such_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
