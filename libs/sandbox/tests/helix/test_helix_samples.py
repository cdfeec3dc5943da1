"""Whole answers, field by field (docs.helix.q2.com: External Account, Response Format; vendor SDKs).

The vendor prints tables and no whole answers, so these are the tables put together: every field of the object under
its printed name, the envelope of every answer, the dates in the printed form. Told one after another on new books.
"""

import json
import uuid
from pathlib import Path

from bankrails_sandbox.helix.program import HelixConfig

SAMPLES = json.loads(Path(__file__).with_name("helix_samples.json").read_text(encoding="utf-8"))


def test_every_answer_reads_as_in_its_sample(fresh_helix) -> None:
    """Clients parse these files too; the request id is the one value that is the vendor's to choose."""
    helix = fresh_helix(HelixConfig())
    for name, sample in SAMPLES.items():
        if "path" in sample:
            answer = helix.call("GET", sample["path"])
        else:
            answer = helix.write(sample.get("verb", name), **sample["request"])
        body = answer.json()
        assert str(uuid.UUID(body["requestId"])) == body["requestId"]
        body["requestId"] = "<guid>"
        assert (answer.status_code, body) == (sample["status"], sample["body"]), name
        assert list(body) == list(sample["body"]), name
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
