"""Helcim, as its documents describe it. MAPPING.md says where each fact comes from; nothing here judges one."""
