"""Attributes of faces that the recipes on CelebA share."""

from collections.abc import Sequence

# fmt: off
ATTRIBUTES = (
    "Bald", "Bangs", "Black_Hair", "Blond_Hair", "Brown_Hair", "Bushy_Eyebrows", "Eyeglasses", "Goatee", "Gray_Hair",
    "Heavy_Makeup", "Male", "Mouth_Slightly_Open", "Mustache", "No_Beard", "Pale_Skin", "Smiling", "Wearing_Hat",
    "Wearing_Lipstick", "Young",
)
# fmt: on
"""The 19 of CelebA's 40 attributes that are easiest to see."""


def without_omitted(repeated: Sequence[str], attributes: Sequence[str]) -> list[str]:
    """Return the names in `repeated`, except those in `ATTRIBUTES` that `attributes` omits."""
    return [name for name in repeated if name in attributes or name not in ATTRIBUTES]
