"""Who may call: one API key per lender."""

from dataclasses import dataclass, field

from bankrails_sandbox.helium.assumptions import Assumptions
from bankrails_sandbox.helium.institutions import INSTITUTIONS


@dataclass(frozen=True, slots=True)
class Lender:
    """`rate_limited` off is for load runs."""

    name: str
    api_key: str
    rate_limited: bool = True


DEFAULT_LENDERS = (Lender("bankrails", "helium-sandbox-key"), Lender("other-lender", "helium-other-key"))


@dataclass(frozen=True, slots=True)
class HeliumConfig:
    lenders: tuple[Lender, ...] = DEFAULT_LENDERS
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        for taken in ([lender.name for lender in self.lenders], [lender.api_key for lender in self.lenders]):
            if len(set(taken)) != len(taken):
                raise ValueError("two lenders with one name or API key")
        if self.assumptions.default_institution not in INSTITUTIONS:
            raise ValueError(f"no institution {self.assumptions.default_institution}")
