"""What `bankrails demo` tells, chapter by chapter."""
