"""The commands, one per file. Each parses its options, makes one call to the library and prints the result."""
