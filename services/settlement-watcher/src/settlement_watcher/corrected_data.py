"""Corrected data on their way from seal to rest: opened, read, and the account number encrypted, in one step."""

from dataclasses import dataclass

from bankrails_contracts.ids import derived_id
from bankrails_contracts.settlement import RecordNotificationOfChange
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealingKeys, Vault
from bankrails_service.sealed import open_sealed

from settlement_watcher.domain.change_notice import ChangeNotice, OpenedCorrection, UnusableCorrection
from settlement_watcher.domain.change_notices import BadCorrection, masked, read_correction

FINGERPRINT_CONTEXT = "settlement/corrected-data"


@dataclass(frozen=True)
class CorrectedData:
    sealing: SealingKeys
    vault: Vault

    def open(self, command: RecordNotificationOfChange) -> OpenedCorrection | UnusableCorrection | Unopened:
        data = open_sealed(self.sealing, command.corrected_data)
        if isinstance(data, Unopened):
            return data
        try:
            read = read_correction(command.code, data)
        except BadCorrection as bad:
            return UnusableCorrection(str(bad), bad.refuse_as)
        fingerprint = self.vault.fingerprint(data.rstrip(" "), context=FINGERPRINT_CONTEXT)
        notice_id = derived_id("change-notice", command.merchant_id, command.payment_id, command.code, fingerprint)
        number = read.account_number
        return OpenedCorrection(
            notice_id=notice_id,
            routing_number=read.routing_number,
            account_number_encrypted=None
            if number is None
            else self.vault.encrypt(number, context=_row_context(notice_id)),
            account_masked=None if number is None else masked(number),
            account_type=read.account_type,
            name=read.name,
            individual_id=read.individual_id,
        )

    def decrypt(self, notice: ChangeNotice) -> str:
        """Raises ValueError for a notice that holds no number."""
        if notice.account_number_encrypted is None:
            raise ValueError(f"{notice.id} holds no account number")
        return self.vault.decrypt(notice.account_number_encrypted, context=_row_context(notice.id))


def _row_context(notice_id: str) -> str:
    """Its own row's, so that a token copied to another row opens nothing."""
    return f"settlement/change-notice/{notice_id}"
