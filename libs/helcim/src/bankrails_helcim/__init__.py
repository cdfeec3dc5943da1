"""Helcim API v2 as its clients need it: calls, wire shapes, words, errors, and the merchants that a deployment serves."""
