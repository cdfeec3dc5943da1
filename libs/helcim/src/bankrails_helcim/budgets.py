"""Which budget a merchant's vendor calls are counted in."""


def helcim_budget(merchant_id: str) -> str:
    """Helcim counts per merchant account, over all its tokens."""
    return f"helcim/{merchant_id}"
