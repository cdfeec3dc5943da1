"""Every metric of the message path, with the question it answers."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class MessagingMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, question: str, *labels: str) -> Counter:
            return Counter(f"bankrails_{name}", question, labels, registry=registry)

        def gauge(name: str, question: str, *labels: str) -> Gauge:
            return Gauge(f"bankrails_{name}", question, labels, registry=registry)

        self.records = counter("intake_records", "What arrives, and what becomes of it at the door?", "outcome")
        self.commit_failures = counter("intake_offset_commit_failures", "Is Kafka told where we are?")
        self.decided = counter("decisions", "What is decided, and how does it end?", "message", "outcome")
        self.parked = gauge("parked_keys", "How many aggregates wait for a person because our code failed on them?")
        self.waiting = gauge("inbox_waiting", "How many messages are stored and not yet decided?")
        self.conflicts = counter("store_conflicts", "How often did another writer win?")
        self.groups = counter("store_commits", "How many transactions are made?")
        self.units = counter("store_units", "How many units of work share them?")
        self.calls = counter("vendor_calls", "How do vendor calls end?", "kind", "outcome")
        self.in_flight = gauge("vendor_calls_in_flight", "How many vendor calls fly now?")
        self.call_seconds = Histogram(
            "bankrails_vendor_call_seconds",
            "How long do vendors take?",
            ("kind",),
            registry=registry,
            buckets=LATENCY_BUCKETS_SECONDS,
        )
        self.work = gauge("work", "What is to be done at vendors, by state?", "state")
        self.gate_waiting = gauge("work_gate_waiting", "How many payments wait for a twin's outcome?")
        self.unknown = gauge("unknown_outcomes", "Of how many calls is it not known whether they happened?", "call")
        self.unknown_age = gauge("unknown_oldest_seconds", "How long has the oldest unknown outcome been open?")
        self.paused = gauge("merchant_paused", "Whose vendor calls wait, and why?", "merchant", "reason")
        self.withdrawn = counter("work_withdrawn", "How often does the last check before a call stop it?", "kind")
        self.published = counter("relay_published", "What leaves for Kafka?")
        self.relay_failures = counter("relay_failures", "How often must the relay start its lane again?")
        self.outbox = gauge("outbox_waiting", "How many events are decided and not yet with Kafka?")
        self.dead_letters = counter("dead_letters", "What can never succeed, and why?", "reason")
