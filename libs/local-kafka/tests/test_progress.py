import io

from bankrails_local_kafka.progress import DownloadProgress


def test_a_download_over_two_seconds_is_shown_and_a_short_one_is_not() -> None:
    """45 MB over a slow line look like a hang; on a quick one a line would be noise."""
    now, out = [0.0], io.StringIO()
    progress = DownloadProgress(46, out, clock=lambda: now[0])
    with progress.file("kafka.jar", 6_000_000) as arrived:
        now[0] = 1.9
        arrived(1_000_000)
        assert out.getvalue() == ""
        now[0] = 2.1
        arrived(2_000_000)
        now[0] = 3.0
        arrived(3_000_000)
    assert out.getvalue() == "fetching Kafka: 0 of 46 jars, 3.0 MB\n"
