"""Why a service does not start."""


class StartRefused(Exception):
    """Something the service is set up with cannot be used; the text is one readable line for whoever set it up."""
