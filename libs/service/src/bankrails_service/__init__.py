"""The shell around one service: settings, schema, key rings, store and clock. What differs is handed in."""
