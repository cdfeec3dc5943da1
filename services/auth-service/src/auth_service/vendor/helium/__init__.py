"""Helium, in Canada. MAPPING.md says where each fact comes from."""
