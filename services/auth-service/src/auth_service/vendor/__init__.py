"""Helium and MX: one port, two adapters; each call with its class."""
