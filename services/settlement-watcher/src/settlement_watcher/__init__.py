"""settlement-watcher: what becomes of a payment after the vendor has approved it, until no bank can take it back."""
