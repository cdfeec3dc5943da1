"""librdkafka's mock cluster in this process, told to refuse: for what a real broker does once in a year."""

import ctypes
from enum import IntEnum

from bankrails_local_kafka.mock_cluster import MockCluster

PRODUCE, INIT_PRODUCER_ID = 0, 22
"""API keys: of a produce request, and of the one by which an idempotent producer begins."""


class BrokerError(IntEnum):
    """Kafka's own error codes."""

    NONE = 0
    MESSAGE_TOO_LARGE = 10
    TOPIC_AUTHORIZATION_FAILED = 29
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45
    INVALID_RECORD = 87


class FailingBroker(MockCluster):
    """Lives until the process ends; it weighs little."""

    def __init__(self) -> None:
        super().__init__()
        library = self._library
        library.rd_kafka_mock_start_request_tracking.argtypes = [ctypes.c_void_p]
        library.rd_kafka_mock_get_requests.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
        library.rd_kafka_mock_get_requests.restype = ctypes.POINTER(ctypes.c_void_p)
        library.rd_kafka_mock_request_api_key.argtypes = [ctypes.c_void_p]
        library.rd_kafka_mock_request_api_key.restype = ctypes.c_int16
        library.rd_kafka_mock_start_request_tracking(self._cluster)

    @property
    def producers(self) -> int:
        """How many idempotent producers have begun."""
        count = ctypes.c_size_t()
        requests = self._library.rd_kafka_mock_get_requests(self._cluster, ctypes.byref(count))
        keys = [self._library.rd_kafka_mock_request_api_key(requests[n]) for n in range(count.value)]
        return keys.count(INIT_PRODUCER_ID)

    def answer_produce(self, *errors: BrokerError) -> None:
        """The next produce requests get these answers, one each; NONE lets one through."""
        push = self._library.rd_kafka_mock_push_request_errors_array
        push.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int32)]
        push(self._cluster, PRODUCE, len(errors), (ctypes.c_int32 * len(errors))(*errors))
