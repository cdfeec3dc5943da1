"""The tag under which the vendor knows an account: unique in its whole program, for ever."""

import hashlib


def derived_tag(external_account_id: str) -> str:
    """50 characters, which is all that a tag may have: an id of ours may have 64, and others share the program."""
    return "bankrails-" + hashlib.sha256(external_account_id.encode()).hexdigest()[:40]
