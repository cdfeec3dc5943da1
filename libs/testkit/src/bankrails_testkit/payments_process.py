"""payments-service as a process of its own, each merchant with tokens of its own for each use, as a careful one has them."""

import json
from collections.abc import Mapping
from pathlib import Path

from bankrails_contracts.message import Service
from bankrails_sandbox import SandboxProcess

from bankrails_testkit.service_process import ServiceProcess


class PaymentsProcess(ServiceProcess):
    def __init__(
        self,
        folder: Path,
        *,
        bootstrap_servers: str,
        database_url: str,
        sandbox: SandboxProcess,
        settings: Mapping[str, str] | None = None,
        can_crash: bool = False,
    ) -> None:
        super().__init__(
            Service.PAYMENTS,
            folder,
            bootstrap_servers=bootstrap_servers,
            database_url=database_url,
            sandbox=sandbox,
            settings=settings,
            can_crash=can_crash,
        )
        merchants = Path(self.settings["PAYMENTS_MERCHANTS_FILE"])
        document = json.loads(merchants.read_text())
        for merchant in document["merchants"]:
            merchant["tokens"]["general"] = f"{merchant['id']}-admin-token"
            merchant["tokens"]["refund"] = f"{merchant['id']}-admin-token"
        merchants.write_text(json.dumps(document))
