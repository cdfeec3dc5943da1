"""What each of the 22 member statuses means for a login, once no job runs on the member.

Source: github.com/mxenabled/connect-widget, src/const/Statuses.js and consts.js (groups); docs.mx.com, members overview.
"""

from auth_service.domain.login import StepOutcome

FAILED, ERRORED, IN_PROGRESS = StepOutcome.FAILED, StepOutcome.ERRORED, StepOutcome.IN_PROGRESS

STATUSES: dict[str, tuple[StepOutcome, str]] = {
    "CREATED": (IN_PROGRESS, ""),
    "PREVENTED": (FAILED, "the bank refused the credentials too often"),
    "DENIED": (FAILED, "the bank refused the credentials"),
    "CHALLENGED": (StepOutcome.CHALLENGED, ""),
    "REJECTED": (FAILED, "the bank refused the answer"),
    "LOCKED": (FAILED, "the bank has locked this login: it is unlocked at the bank"),
    "CONNECTED": (StepOutcome.SUCCEEDED, ""),
    "IMPEDED": (FAILED, "the bank wants something to be done on its own site first"),
    "RECONNECTED": (IN_PROGRESS, ""),
    "DEGRADED": (ERRORED, "the connection to this bank is being worked on"),
    "DISCONNECTED": (ERRORED, "the bank cannot be read at the moment"),
    "DISCONTINUED": (ERRORED, "the vendor no longer supports this bank"),
    "CLOSED": (ERRORED, "the connection is closed"),
    "DELAYED": (ERRORED, "the bank takes longer than usual"),
    "FAILED": (ERRORED, "the bank could not be read"),
    "UPDATED": (IN_PROGRESS, ""),
    "DISABLED": (ERRORED, "the vendor has switched this bank off"),
    "IMPORTED": (FAILED, "the bank wants the credentials again"),
    "RESUMED": (IN_PROGRESS, ""),
    "EXPIRED": (StepOutcome.EXPIRED, "the bank's question was not answered in time"),
    "IMPAIRED": (FAILED, "the bank wants the credentials again"),
    "PENDING": (ERRORED, "this bank is logged in to on its own page"),
}
