"""librdkafka's mock cluster, as a process: `python -m bankrails_local_kafka.mock_cluster`.

It is reached through ctypes in the library that the confluent-kafka wheel bundles; Python's own binding does not expose
it. The interface is declared experimental in librdkafka's rdkafka_mock.h, hence the wheel's pinned version.

Speaks lines of JSON: first `{"bootstrap_servers": ...}`; then to each `{"topic": ..., "partitions": ...}` on standard
input one `{"error": null | text}`. It ends when its input ends, so it cannot outlive the process that holds the pipe.
"""

import ctypes
import json
import sys
from importlib.metadata import files
from pathlib import Path

RD_KAFKA_PRODUCER = 0  # rd_kafka_type_t; the cluster hangs on a client handle, of either kind
ERROR_TEXT_BYTES = 512


def bundled_library() -> Path:
    """The wheel's librdkafka. Raises FileNotFoundError when the wheel is built otherwise, as for musl."""
    for file in files("confluent-kafka") or []:
        if file.name.startswith("librdkafka") and (".so" in file.name or ".dylib" in file.name):
            return Path(str(file.locate()))
    raise FileNotFoundError("the confluent-kafka wheel bundles no librdkafka")


class MockCluster:
    """One broker in this process, on a free port of the loopback interface. It lives until the process ends."""

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL(str(bundled_library()))
        library.rd_kafka_conf_new.restype = ctypes.c_void_p
        library.rd_kafka_new.restype = ctypes.c_void_p
        library.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
        library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
        library.rd_kafka_mock_topic_create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
        library.rd_kafka_mock_group_initial_rebalance_delay_ms.argtypes = [ctypes.c_void_p, ctypes.c_int32]
        library.rd_kafka_err2str.restype = ctypes.c_char_p

        error = ctypes.create_string_buffer(ERROR_TEXT_BYTES)
        client = library.rd_kafka_new(RD_KAFKA_PRODUCER, library.rd_kafka_conf_new(), error, len(error))
        if not client:
            raise RuntimeError(error.value.decode())
        self._cluster = library.rd_kafka_mock_cluster_new(client, 1)
        if not self._cluster:
            raise RuntimeError("librdkafka gave no mock cluster")
        # Kafka waits 3 s for more members of a new group; a second member is more than this cluster can take anyway.
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)

    @property
    def bootstrap_servers(self) -> str:
        address: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return address.decode()

    def create_topic(self, name: str, partitions: int) -> str | None:
        """None, or librdkafka's word on why not, such as that the topic is there already."""
        code = self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)
        if not code:
            return None
        text: bytes = self._library.rd_kafka_err2str(code)
        return text.decode()


def main() -> None:
    cluster = MockCluster()
    print(json.dumps({"bootstrap_servers": cluster.bootstrap_servers}), flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        print(json.dumps({"error": cluster.create_topic(wanted["topic"], wanted["partitions"])}), flush=True)


if __name__ == "__main__":
    main()
