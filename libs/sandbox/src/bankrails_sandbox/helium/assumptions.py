"""Where the vendor's one public page is silent. Each choice can be switched in the configuration.

Public page: heliumverify.com/docs/reference/bank-verification/authenticating.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumptions:
    auth_header: str = "Authorization"
    auth_scheme: str = "Bearer"
    """Before the key; empty: the key alone."""

    calls_per_minute: int = 60
    """Per API key."""

    refused_calls_count: bool = False
    """Whether a call answered 429 uses up the minute."""

    forms_accepted: bool = True
    """Form encoding beside JSON, on the two documented POSTs."""

    text_length_max: int = 255
    """In characters. Documented for `client_identifier`, taken for every text."""

    default_institution: str = "helium_test"
    """The bank of a start that names none. The page has no field for the bank at all."""

    challenge_as_text: bool = False
    """`challenge` as the question itself instead of an object."""

    challenge_lifetime_seconds: int = 300

    challenge_attempts: int = 1
    """Answers to one challenge. With 1 a wrong answer ends the session; with more, `attempts_remaining` says how many
    are left under the same challenge."""

    failed_start_has_session: bool = False
    """Whether rejected credentials come with a `session_id`."""

    failed_starts_max: int = 3
    failed_starts_window_seconds: int = 900
    """So many rejected credentials of one `client_identifier` within the window, and the next start is a 429."""

    failed_answers_count: bool = False
    """Whether a wrong challenge answer counts as a failed start too."""

    data_window_seconds: int = 86_400
    """How long bank data can be read after success. Half-open."""

    page_size: int = 100
    page_size_max: int = 500

    frame_window_seconds: int = 86_400
    """How long one `client_identifier` gets the same `iframe_url` (the 24 hours are documented). Half-open."""

    fresh_frame_replaces: bool = True
    """Whether later calls get the URL that `force_fresh` made, its window beginning anew."""

    flags_as_text: bool = True
    """Whether `force_fresh` may be "true", "false", "1" or "0"."""

    magic_logins_everywhere: bool = True
    """Whether the magic logins mean the same at every bank, or at the test bank alone."""

    slow_login_seconds: float = 30.0
    """How long the answer to `user_slow` takes, in real time."""

    slow_login_gate: bool = False
    """Holds the answer to `user_slow` at the gate `user_slow` instead, until the control API releases it."""
