"""Helix, and the calls that this service makes."""
