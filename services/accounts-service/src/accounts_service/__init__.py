"""accounts-service: bank accounts outside, whose they are, and whether they may be used."""
