"""Helcim, reading: the watcher's calls and the rows that it makes of the vendor's."""
