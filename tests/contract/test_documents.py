"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/*/README.md")]


def test_every_promise_names_a_test_that_exists() -> None:
    """A promise whose test was renamed away is a promise without a test."""
    promised = set(re.findall(r"`(test_\w+)`", (ROOT / "README.md").read_text()))
    tests = [
        path.read_text() for folder in ("tests", "libs", "services") for path in (ROOT / folder).rglob("test_*.py")
    ]
    existing = {name for text in tests for name in re.findall(r"def (test_\w+)\(", text)}
    assert promised
    assert promised <= existing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """Relative links alone: what is outside is not ours to keep."""
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
