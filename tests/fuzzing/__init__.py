"""Mutated files, and the limits within which every reader of them must stay."""
