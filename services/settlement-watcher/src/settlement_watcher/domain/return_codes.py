"""Why a debit came back: every code of the two countries, its class, how long it may take, whether to try again, and
what is to be done about the account.

Keyed by country, since one list prints the Canadian 920 as R20, which means something else in the United States. A
code that is in no table is UNKNOWN: a person looks at it, and the text is kept. Sources: Nacha return reason codes
(moov-io/ach, addenda 99; classes of the return-rate rules); Payments Canada Standard 007 codes as published by LoanPro,
and what may follow as published by Flinks. Where neither says it, windows, retries and actions are our own reading.
"""

from dataclasses import dataclass
from enum import StrEnum

from bankrails_contracts.settlement import AccountAction, Retry, ReturnClass

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
    actions: tuple[AccountAction, ...] = ()
    """What is to be done about the account, the first thing first. None: it is kept as it is."""


_2, _5, _60 = Window.TWO_BANKING_DAYS, Window.FIVE_BANKING_DAYS, Window.SIXTY_DAYS
_3, _90, _10 = Window.THREE_BANKING_DAYS, Window.NINETY_DAYS, Window.TEN_BANKING_DAYS
_AGREED, _NONE = Window.AGREED, Window.NONE
DISABLE, UNTIL_CORRECTED = (AccountAction.DISABLE,), (AccountAction.DISABLE_UNTIL_CORRECTED,)
REVOKE, PAUSE, ROUTING = (AccountAction.REVOKE_MANDATE,), (AccountAction.PAUSE,), (AccountAction.UPDATE_ROUTING,)
REVIEW, ESCALATE = (AccountAction.REVIEW,), (AccountAction.ESCALATE,)

NACHA: dict[str, ReturnReason] = {
    "R01": ReturnReason("insufficient funds", F, _2, YES),
    "R02": ReturnReason("account closed", A, _2, NO, DISABLE),
    "R03": ReturnReason("no account, or cannot be located", A, _2, FIX, UNTIL_CORRECTED),
    "R04": ReturnReason("invalid account number", A, _2, FIX, UNTIL_CORRECTED),
    "R05": ReturnReason("corporate entry on a consumer account", U, _60, NO, DISABLE),
    "R06": ReturnReason("returned at the originator bank's request", O, _AGREED, NO),
    "R07": ReturnReason("authorization revoked", U, _60, NO, REVOKE),
    "R08": ReturnReason("payment stopped", O, _2, FIX, PAUSE),
    "R09": ReturnReason("uncollected funds", F, _2, YES),
    "R10": ReturnReason("originator unknown, or not authorized", U, _60, NO, DISABLE + REVIEW),
    "R11": ReturnReason("not according to the authorization's terms", U, _60, FIX, REVIEW),
    "R12": ReturnReason("branch sold", E, _2, FIX, ROUTING),
    "R13": ReturnReason("bank does not take ACH", E, _2, FIX, ROUTING),
    "R14": ReturnReason("representative payee gone", O, _2, NO, DISABLE),
    "R15": ReturnReason("holder or beneficiary deceased", O, _2, NO, DISABLE),
    "R16": ReturnReason("account frozen", O, _2, NO, DISABLE),
    "R17": ReturnReason("edit failure, or suspicious entry", E, _2, FIX, REVIEW),
    "R18": ReturnReason("wrong effective date", E, _2, FIX),
    "R19": ReturnReason("amount field error", E, _2, FIX),
    "R20": ReturnReason("not a transaction account", O, _2, NO, DISABLE),
    "R21": ReturnReason("company id invalid", E, _2, FIX),
    "R22": ReturnReason("individual id invalid", E, _2, FIX),
    "R23": ReturnReason("credit refused by the receiver", O, _2, NO, REVIEW),
    "R24": ReturnReason("duplicate entry", E, _2, NO, REVIEW),
    "R25": ReturnReason("addenda error", E, _2, FIX),
    "R26": ReturnReason("mandatory field error", E, _2, FIX),
    "R27": ReturnReason("trace number error", E, _2, FIX),
    "R28": ReturnReason("routing number check digit error", E, _2, FIX, ROUTING),
    "R29": ReturnReason("corporate customer did not authorize it", U, _2, NO, DISABLE),
    "R30": ReturnReason("no cheque truncation", E, _2, NO),
    "R31": ReturnReason("permitted late return", O, _AGREED, NO),
    "R32": ReturnReason("receiving bank cannot settle", O, _2, FIX),
    "R33": ReturnReason("return of an XCK entry", O, _60, NO),
    "R34": ReturnReason("receiving bank restricted", O, _2, FIX, ROUTING),
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
    "R61": ReturnReason("dishonoured: misrouted return", O, _5, NO, ESCALATE),
    "R62": ReturnReason("dishonoured: return of an erroneous reversal", O, _5, NO, ESCALATE),
    "R67": ReturnReason("dishonoured: duplicate return", O, _5, NO, ESCALATE),
    "R68": ReturnReason("dishonoured: untimely return", O, _5, NO, ESCALATE),
    "R69": ReturnReason("dishonoured: field errors", O, _5, NO, ESCALATE),
    "R70": ReturnReason("dishonoured: permissible return not accepted", O, _5, NO, ESCALATE),
    "R71": ReturnReason("contested: misrouted dishonoured return", O, _2, NO, ESCALATE),
    "R72": ReturnReason("contested: untimely dishonoured return", O, _2, NO, ESCALATE),
    "R73": ReturnReason("contested: the return was timely", O, _2, NO, ESCALATE),
    "R74": ReturnReason("contested: corrected return", O, _2, NO, ESCALATE),
    "R75": ReturnReason("contested: not a duplicate return", O, _2, NO, ESCALATE),
    "R76": ReturnReason("contested: no errors found", O, _2, NO, ESCALATE),
    "R77": ReturnReason("contested: R62 not accepted", O, _2, NO, ESCALATE),
    **{f"R{n}": ReturnReason("international entry", E, _NONE, NO) for n in range(80, 86)},
    "R90": ReturnReason("sanctions compliance", O, _2, NO, DISABLE + ESCALATE),
}

CANADIAN: dict[str, ReturnReason] = {
    "900": ReturnReason("edit reject", E, _3, FIX, REVIEW),
    "901": ReturnReason("not sufficient funds", F, _3, YES),
    "902": ReturnReason("account not found", A, _3, NO, DISABLE),
    "903": ReturnReason("payment stopped or recalled", O, _3, FIX, PAUSE),
    "904": ReturnReason("post-dated or stale-dated", E, _3, FIX),
    "905": ReturnReason("account closed", A, _3, NO, DISABLE),
    "907": ReturnReason("no debit allowed", O, _3, NO, DISABLE),
    "908": ReturnReason("funds not cleared", F, _3, YES),
    "909": ReturnReason("currency and account differ", O, _3, NO, DISABLE),
    "910": ReturnReason("deceased", O, _3, NO, DISABLE),
    "911": ReturnReason("frozen", O, _3, NO, DISABLE),
    "912": ReturnReason("account number invalid", A, _3, FIX, UNTIL_CORRECTED),
    "914": ReturnReason("name differs", O, _3, FIX, PAUSE),
    "915": ReturnReason("no agreement existed", U, Window.CLAIM, NO, DISABLE),
    "916": ReturnReason("not according to the agreement, personal", U, _90, FIX, PAUSE),
    "917": ReturnReason("agreement revoked, personal", U, _90, NO, REVOKE),
    "918": ReturnReason("no pre-notification, personal", U, _90, FIX, PAUSE),
    "919": ReturnReason("not according to the agreement, business", U, _10, FIX, PAUSE),
    "920": ReturnReason("agreement revoked, business", U, _10, NO, REVOKE),
    "921": ReturnReason("no pre-notification, business", U, _10, FIX, PAUSE),
    "922": ReturnReason("customer-initiated return", O, _3, NO, REVIEW),
    "990": ReturnReason("institution in default", O, _3, NO, ESCALATE),
}

REASONS: dict[tuple[str, str], ReturnReason] = {
    **{("US", code): reason for code, reason in NACHA.items()},
    **{("CA", code): reason for code, reason in CANADIAN.items()},
}
UNLISTED = ReturnReason("in no table of ours", ReturnClass.UNKNOWN, _NONE, Retry.UNKNOWN, REVIEW)

DISPUTES = frozenset({"R61", "R62", *(f"R{n}" for n in range(67, 78))})
"""About a return that is known, sent to and fro between the two banks: dishonoured (R61-R70), then contested (R71-R77).
None is a return of the payment."""
RCK = frozenset({"R50", "R51", "R52", "R53"})
"""Of re-presented cheques; the overall return rate leaves them out."""


def country_of(code: str) -> str:
    return "US" if code.startswith("R") else "CA"


def reason_for(country: str, code: str) -> ReturnReason:
    return REASONS.get((country, code), UNLISTED)
