"""US bank routing numbers: the check digit (ABA; the sum of nine digits weighted 3, 7, 1 is a multiple of ten)."""

ABA_WEIGHTS = (3, 7, 1) * 3


def passes_aba_check(routing: str) -> bool:
    """Of nine ASCII digits. Nine zeros pass the sum too, and are no bank."""
    weighted = sum(weight * int(digit) for weight, digit in zip(ABA_WEIGHTS, routing, strict=True))
    return weighted % 10 == 0 and weighted > 0
