"""Rules of ACH and EFT that belong to no vendor and to no service."""
