"""Why a debit came back: every code of the two countries, its class, how long it may take, and whether to try again.

Keyed by country, since one list prints the Canadian 920 as R20, which means something else in the United States. A
code that is in no table is UNKNOWN: a person looks at it, and the text is kept. Sources: Nacha return reason codes
(moov-io/ach, addenda 99; classes of the return-rate rules); Payments Canada Standard 007 codes as published by LoanPro,
and what may follow as published by Flinks. Where neither says it, windows and retries are our own reading.
"""

from dataclasses import dataclass
from enum import StrEnum

from bankrails_contracts.settlement import Retry, ReturnClass

F, A, U = ReturnClass.FUNDING, ReturnClass.ADMINISTRATIVE, ReturnClass.UNAUTHORIZED
E, O = ReturnClass.ENTRY, ReturnClass.OTHER  # noqa: E741 - the rule book's own letters
YES, FIX, NO = Retry.ALLOWED, Retry.AFTER_CORRECTION, Retry.NEVER


class Window(StrEnum):
    """How long after settlement (Canada: posting) the bank may send it."""

    TWO_BANKING_DAYS = "2BD"
    THREE_BANKING_DAYS = "3BD"
    FIVE_BANKING_DAYS = "5BD"
    TEN_BANKING_DAYS = "10BD"
    SIXTY_DAYS = "60C"
    NINETY_DAYS = "90C"
    CLAIM = "claim"
    """Ninety days for a person, ten business days for a business."""
    AGREED = "agreed"
    NONE = "none"
    """Does not happen to the debits of this suite."""


@dataclass(frozen=True)
class ReturnReason:
    title: str
    return_class: ReturnClass
    window: Window
    retry: Retry


_2, _5, _60 = Window.TWO_BANKING_DAYS, Window.FIVE_BANKING_DAYS, Window.SIXTY_DAYS
_3, _90, _10 = Window.THREE_BANKING_DAYS, Window.NINETY_DAYS, Window.TEN_BANKING_DAYS
_AGREED, _NONE = Window.AGREED, Window.NONE

NACHA: dict[str, ReturnReason] = {
    "R01": ReturnReason("insufficient funds", F, _2, YES),
    "R02": ReturnReason("account closed", A, _2, NO),
    "R03": ReturnReason("no account, or cannot be located", A, _2, FIX),
    "R04": ReturnReason("invalid account number", A, _2, FIX),
    "R05": ReturnReason("corporate entry on a consumer account", U, _60, NO),
    "R06": ReturnReason("returned at the originator bank's request", O, _AGREED, NO),
    "R07": ReturnReason("authorization revoked", U, _60, NO),
    "R08": ReturnReason("payment stopped", O, _2, FIX),
    "R09": ReturnReason("uncollected funds", F, _2, YES),
    "R10": ReturnReason("originator unknown, or not authorized", U, _60, NO),
    "R11": ReturnReason("not according to the authorization's terms", U, _60, FIX),
    "R12": ReturnReason("branch sold", E, _2, FIX),
    "R13": ReturnReason("bank does not take ACH", E, _2, FIX),
    "R14": ReturnReason("representative payee gone", O, _2, NO),
    "R15": ReturnReason("holder or beneficiary deceased", O, _2, NO),
    "R16": ReturnReason("account frozen", O, _2, NO),
    "R17": ReturnReason("edit failure, or suspicious entry", E, _2, FIX),
    "R18": ReturnReason("wrong effective date", E, _2, FIX),
    "R19": ReturnReason("amount field error", E, _2, FIX),
    "R20": ReturnReason("not a transaction account", O, _2, NO),
    "R21": ReturnReason("company id invalid", E, _2, FIX),
    "R22": ReturnReason("individual id invalid", E, _2, FIX),
    "R23": ReturnReason("credit refused by the receiver", O, _2, NO),
    "R24": ReturnReason("duplicate entry", E, _2, NO),
    "R25": ReturnReason("addenda error", E, _2, FIX),
    "R26": ReturnReason("mandatory field error", E, _2, FIX),
    "R27": ReturnReason("trace number error", E, _2, FIX),
    "R28": ReturnReason("routing number check digit error", E, _2, FIX),
    "R29": ReturnReason("corporate customer did not authorize it", U, _2, NO),
    "R30": ReturnReason("no cheque truncation", E, _2, NO),
    "R31": ReturnReason("permitted late return", O, _AGREED, NO),
    "R32": ReturnReason("receiving bank cannot settle", O, _2, FIX),
    "R33": ReturnReason("return of an XCK entry", O, _60, NO),
    "R34": ReturnReason("receiving bank restricted", O, _2, FIX),
    "R35": ReturnReason("improper debit", E, _2, NO),
    "R36": ReturnReason("improper credit", E, _2, NO),
    "R37": ReturnReason("source document presented", O, _60, NO),
    "R38": ReturnReason("source document stopped", O, _60, NO),
    "R39": ReturnReason("improper source document", O, _2, NO),
    **{f"R{n}": ReturnReason("federal enrolment", E, _NONE, NO) for n in range(40, 48)},
    "R50": ReturnReason("re-presented cheque: state law", O, _2, NO),
    "R51": ReturnReason("re-presented cheque: ineligible or not authorized", U, _60, NO),
    "R52": ReturnReason("re-presented cheque: stopped", O, _60, NO),
    "R53": ReturnReason("re-presented cheque: presented too", O, _60, NO),
    "R61": ReturnReason("dishonoured: misrouted return", O, _5, NO),
    "R62": ReturnReason("dishonoured: return of an erroneous reversal", O, _5, NO),
    "R67": ReturnReason("dishonoured: duplicate return", O, _5, NO),
    "R68": ReturnReason("dishonoured: untimely return", O, _5, NO),
    "R69": ReturnReason("dishonoured: field errors", O, _5, NO),
    "R70": ReturnReason("dishonoured: permissible return not accepted", O, _5, NO),
    "R71": ReturnReason("contested: misrouted dishonoured return", O, _2, NO),
    "R72": ReturnReason("contested: untimely dishonoured return", O, _2, NO),
    "R73": ReturnReason("contested: the return was timely", O, _2, NO),
    "R74": ReturnReason("contested: corrected return", O, _2, NO),
    "R75": ReturnReason("contested: not a duplicate return", O, _2, NO),
    "R76": ReturnReason("contested: no errors found", O, _2, NO),
    "R77": ReturnReason("contested: R62 not accepted", O, _2, NO),
    **{f"R{n}": ReturnReason("international entry", E, _NONE, NO) for n in range(80, 86)},
    "R90": ReturnReason("sanctions compliance", O, _2, NO),
}

CANADIAN: dict[str, ReturnReason] = {
    "900": ReturnReason("edit reject", E, _3, FIX),
    "901": ReturnReason("not sufficient funds", F, _3, YES),
    "902": ReturnReason("account not found", A, _3, NO),
    "903": ReturnReason("payment stopped or recalled", O, _3, FIX),
    "904": ReturnReason("post-dated or stale-dated", E, _3, FIX),
    "905": ReturnReason("account closed", A, _3, NO),
    "907": ReturnReason("no debit allowed", O, _3, NO),
    "908": ReturnReason("funds not cleared", F, _3, YES),
    "909": ReturnReason("currency and account differ", O, _3, NO),
    "910": ReturnReason("deceased", O, _3, NO),
    "911": ReturnReason("frozen", O, _3, NO),
    "912": ReturnReason("account number invalid", A, _3, FIX),
    "914": ReturnReason("name differs", O, _3, FIX),
    "915": ReturnReason("no agreement existed", U, Window.CLAIM, NO),
    "916": ReturnReason("not according to the agreement, personal", U, _90, FIX),
    "917": ReturnReason("agreement revoked, personal", U, _90, NO),
    "918": ReturnReason("no pre-notification, personal", U, _90, FIX),
    "919": ReturnReason("not according to the agreement, business", U, _10, FIX),
    "920": ReturnReason("agreement revoked, business", U, _10, NO),
    "921": ReturnReason("no pre-notification, business", U, _10, FIX),
    "922": ReturnReason("customer-initiated return", O, _3, NO),
    "990": ReturnReason("institution in default", O, _3, NO),
}

REASONS: dict[tuple[str, str], ReturnReason] = {
    **{("US", code): reason for code, reason in NACHA.items()},
    **{("CA", code): reason for code, reason in CANADIAN.items()},
}
UNLISTED = ReturnReason("in no table of ours", ReturnClass.UNKNOWN, _NONE, Retry.UNKNOWN)


def reason_for(country: str, code: str) -> ReturnReason:
    return REASONS.get((country, code), UNLISTED)
