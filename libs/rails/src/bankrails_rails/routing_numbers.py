"""American routing numbers."""


def routing_number_is_valid(number: str) -> bool:
    """The ABA checksum over nine ASCII digits, and not the all-zero number, which passes it.

    Source: 3·(d1+d4+d7) + 7·(d2+d5+d8) + (d3+d6+d9) divisible by 10.
    """
    if len(number) != 9 or not (number.isascii() and number.isdigit()) or number == "000000000":
        return False
    weights = (3, 7, 1) * 3
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 10 == 0
