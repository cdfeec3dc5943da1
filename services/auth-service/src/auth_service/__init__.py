"""Bank logins: a person proves an account by logging in to the bank, through the vendor of their country."""
