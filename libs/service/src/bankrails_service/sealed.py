"""Opening a sealed field: the text, or why a command that carries it is refused."""

from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealedToRetiredKey, SealedToUnknownKey, SealError, SealingKeys


def open_sealed(sealing: SealingKeys, sealed: str) -> str | Unopened:
    try:
        return sealing.open(sealed)
    except SealedToUnknownKey as error:
        return Unopened(RefusalCode.SEALED_TO_UNKNOWN_KEY, str(error))
    except SealedToRetiredKey as error:
        return Unopened(RefusalCode.SEALED_TO_RETIRED_KEY, str(error))
    except SealError as error:
        return Unopened(RefusalCode.SEAL_BROKEN, str(error))
