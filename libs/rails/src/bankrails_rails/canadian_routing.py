"""Canadian bank numbers as people write them: institution and transit, in the order of a cheque or of an EFT record.

A cheque (MICR) has the transit first, `12345-003`; an EFT record has a zero, then the institution, `000312345`. Neither
has a check digit. Eight digits without a dash may be either, and nobody guesses. All of it is text: a leading zero counts.
Source: CSI Pay, use of bank routing numbers in Canada.
"""

import re
from typing import NamedTuple

_CHEQUE = re.compile(r"(?P<transit>[0-9]{5})-(?P<institution>[0-9]{3})")
_EFT = re.compile(r"0(?P<institution>[0-9]{3})(?P<transit>[0-9]{5})")


class CanadianRouting(NamedTuple):
    institution: str
    """Three digits."""
    transit: str
    """Five digits: the branch."""

    @property
    def eft(self) -> str:
        return f"0{self.institution}{self.transit}"

    @property
    def cheque(self) -> str:
        return f"{self.transit}-{self.institution}"


def canadian_routing(text: str) -> CanadianRouting | None:
    """None for what is neither form. Nine digits alone do not say that it is Canadian: one in ten of them passes the
    American check digit."""
    found = _CHEQUE.fullmatch(text) or _EFT.fullmatch(text)
    return None if found is None else CanadianRouting(found["institution"], found["transit"])
