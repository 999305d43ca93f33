"""Suffixes of image files, and the decoders that may open a file with each suffix."""

_USUAL = ("BMP", "GIF", "JPEG", "PNG", "WEBP")  # files of these formats often have the suffix of another

DECODERS = {
    **dict.fromkeys((".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"), _USUAL),
    **dict.fromkeys((".pgm", ".ppm"), ("PPM",)),
    **dict.fromkeys((".tif", ".tiff"), ("TIFF",)),
}
"""Names of Pillow's decoders by suffix. No other decoder opens a file: some of them start programs, as EPS does."""

SUFFIXES = tuple(sorted(DECODERS))

_OTHERS = (".arw", ".avif", ".cr2", ".dng", ".heic", ".heif", ".jp2", ".jxl", ".nef", ".psd")


def is_image(name: str) -> bool:
    """Return True if a file name has the suffix of an image."""
    return name.lower().endswith(SUFFIXES)


def is_other_image(name: str) -> bool:
    """Return True if a file name has the suffix of an image of a format that is not read, such as ".heic"."""
    return name.lower().endswith(_OTHERS)


def decoders(name: str) -> tuple[str, ...]:
    """Return the names of the decoders that may open the image file called `name`."""
    return DECODERS["." + name.lower().rpartition(".")[2]]
