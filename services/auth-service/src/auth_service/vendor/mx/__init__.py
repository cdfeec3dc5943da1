"""MX Platform, in the United States. MAPPING.md says where each fact comes from."""
