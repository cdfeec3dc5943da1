"""librdkafka's mock cluster in this process, told to refuse: for what a real broker does once in a year."""

import ctypes
from enum import IntEnum

from bankrails_local_kafka.mock_cluster import MockCluster

PRODUCE = 0
"""The API key of a produce request."""


class BrokerError(IntEnum):
    """Kafka's own error codes."""

    NONE = 0
    MESSAGE_TOO_LARGE = 10
    TOPIC_AUTHORIZATION_FAILED = 29
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45
    INVALID_RECORD = 87


class FailingBroker(MockCluster):
    """Lives until the process ends, so use one for a module."""

    def answer_produce(self, *errors: BrokerError) -> None:
        """The next produce requests get these answers, one each; NONE lets one through."""
        push = self._library.rd_kafka_mock_push_request_errors_array
        push.argtypes = [ctypes.c_void_p, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int32)]
        push(self._cluster, PRODUCE, len(errors), (ctypes.c_int32 * len(errors))(*errors))
