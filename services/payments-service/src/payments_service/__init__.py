"""payments-service: payers, their bank accounts and mandates, and payments collected through Helcim."""
