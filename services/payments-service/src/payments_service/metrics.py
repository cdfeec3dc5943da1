"""The service's own metrics beside those of the message path, each with the question it answers."""

from prometheus_client import Counter

from payments_service.domain.mandate import Mandate


class InconsistentMandates:
    """Counts before it is registered too, since handlers are built first."""

    def __init__(self) -> None:
        self.counter = Counter(
            "bankrails_mandates_inconsistent",
            "How often does the vendor show a mandate active that nobody accepted?",
            ("merchant",),
            registry=None,
        )

    def __call__(self, mandate: Mandate) -> None:
        self.counter.labels(mandate.merchant_id).inc()
