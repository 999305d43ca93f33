"""Values at which programs often fail."""

import math

NUMBERS = (
    0, 1, -1, 2, 3, 10, 127, 128, 255, 256, 1000, 65535, 65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, -(2**31),
    2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 0.5, -0.0, 1e-320, 1e30, 1e308, math.inf, -math.inf, math.nan,
)  # fmt: skip

TEXTS = (
    "", " ", "0", "-1", "1e999", "nan", "inf", "null", "true", "\0", "\n", "\r", "\t", ",", ";", '"', "'", "\\", "/", "..",
    "../../etc/passwd", "\x1b[2J", "\u202e", "\u0661", "\u00b2", "\ufeff", "\ud800", "é", "\U0001f600", "x" * 300,
    "9" * 5000, "[" * 200_000, '{"a":' * 20_000, "{}", "[]", "%s%n", "__class__", "O", "U1000000000", "<M8[s]",
)  # fmt: skip

JSON = (None, True, False, [], {}, [[]], [None], {"": None}, "", *NUMBERS)
"""Values that replace a part of a JSON value."""
