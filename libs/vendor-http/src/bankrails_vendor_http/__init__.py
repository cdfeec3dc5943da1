"""How a vendor is called: one HTTP client, what each error means, and the vendor's quota as a budget."""
