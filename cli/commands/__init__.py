"""One command per file: parse, one call, print."""
