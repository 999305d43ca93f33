"""Images as uint8 arrays: upright, eight bits, grey or red-green-blue, cropped and scaled."""

import io

import numpy as np

from kvae.errors import UserError
from kvae.images import crop, formats

MAX_SIZE = 4096
"""Largest edge length, in pixels, that an image can be scaled to."""

LARGE = 1 << 24
"""Number of pixels above which an image is large. Many large images at once would not fit into memory."""


def check_size(size: int | None) -> None:
    """Raise `UserError` unless `size` is None or an edge length in pixels."""
    if size is not None and not (isinstance(size, int) and 1 <= size <= MAX_SIZE):
        raise UserError(f"Expected an edge length from 1 to {MAX_SIZE} pixels. Received: size={size!r}.")


def decode(
    name: str,
    data: bytes,
    *,
    size: int | None = None,
    color: str = "rgb",
    box: crop.Box = crop.centre,
    halves: bool = False,
    large: bool = True,
) -> np.ndarray:
    """Return the image in `data` as uint8 (H, W, 3), or as (H, W, 1) with `color="gray"`.

    The suffix of the file name `name` decides which decoders may open it. EXIF rotation is applied. Sixteen bits are
    scaled to eight. Palettes, CMYK and other colour spaces become RGB. Transparent pixels become white. With `size`,
    the part in `box` is scaled so that its shorter edge has `size` pixels. With `halves`, the left and the right half of
    the image are cropped and scaled like images: (2, H, W, C). With `large=False`, an image of more than `LARGE` pixels is
    refused.

    Raises:
        ValueError: The image has so many pixels that it may be a decompression bomb, or it has unusual channels.
        UserError: The image has no two halves of equal width.
        Exception: The image is damaged. Pillow raises exceptions of many types.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data), formats=formats.decoders(name))
    except UnidentifiedImageError as error:
        raise ValueError(_unidentified(name, data)) from error
    pixels = image.width * image.height
    if Image.MAX_IMAGE_PIXELS is not None and pixels > Image.MAX_IMAGE_PIXELS:
        raise ValueError(f"{image.width}×{image.height} pixels are too many; it may be a decompression bomb")
    if pixels > LARGE and not large:
        raise ValueError(f"{image.width}×{image.height} pixels are too many for one of several processes")
    with image:
        if size is not None and not halves:  # a fraction of a pair may have no pixel that ends its left half
            edge = 2 * max(_scaled(box(image.width, image.height), size))
            image.draft(None, (edge, edge))  # a large JPEG is decoded at a fraction of its size
        ImageOps.exif_transpose(image, in_place=True)
        upright = _eight_bits(image).convert("L" if color == "gray" else "RGB")
        if halves:
            return np.stack([_resized(half, size, box) for half in _halves(name, upright)])
        return _resized(upright, size, box)


def _halves(name: str, image) -> list:
    """Return the left and the right half of a Pillow image. Scaling one of them does not mix it with the other."""
    middle, odd = divmod(image.width, 2)
    if odd:
        raise UserError(
            "Expected two images of the same width, side by side. "
            f"Received: {name}, whose width of {image.width} pixels is odd."
        )
    return [image.crop((left, 0, left + middle, image.height)) for left in (0, middle)]


def _unidentified(name: str, data: bytes) -> str:
    """Return the reason why no decoder opens the file."""
    from PIL import TiffImagePlugin

    if "TIFF" not in formats.decoders(name):
        return "not an image, or one of a format that its suffix does not suggest"
    try:
        directory = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        stream = io.BytesIO(data)
        stream.seek(directory.next)
        directory.load(stream)
        channels, bits = (
            directory.get(TiffImagePlugin.SAMPLESPERPIXEL, 1),
            directory.get(TiffImagePlugin.BITSPERSAMPLE, (1,)),
        )
    except Exception:  # damaged bytes raise exceptions of many types
        return "not an image"
    return f"channels that cannot be read as grey or as colours: {channels}, of {bits[0]} bits"


def resize(x: np.ndarray, size: int | None, box: crop.Box = crop.centre) -> np.ndarray:
    """Return the part of `x` in `box`, scaled so that its shorter edge has `size` pixels, or `x` itself without a size.

    x: a decoded image, uint8 (H, W, 1) or (H, W, 3).
    """
    from PIL import Image

    return _resized(Image.fromarray(x[..., 0] if x.shape[-1] == 1 else x), size, box)


def _resized(image, size: int | None, box: crop.Box) -> np.ndarray:
    """Return a Pillow image as an array (H, W, C). Unless `size` is None, the part in `box` is scaled bicubically.

    When Pillow shrinks an image, it widens the kernel by the scale factor, which avoids aliasing.
    """
    from PIL import Image

    if size is not None:
        part = box(image.width, image.height)
        image = image.resize(_scaled(part, size), Image.Resampling.BICUBIC, part)
    x = np.asarray(image)
    return x[..., None] if x.ndim == 2 else x


def _scaled(part: tuple[float, float, float, float], size: int) -> tuple[int, int]:
    """Return the width and the height of a box after its shorter edge has been scaled to `size` pixels."""
    left, top, right, bottom = part
    scale = size / min(right - left, bottom - top)
    # Boxes of one aspect in images of other sizes differ by rounding errors, which must not decide a half pixel.
    width, height = (round(round(scale * edge, 6)) for edge in (right - left, bottom - top))
    if max(width, height) > MAX_SIZE:
        raise ValueError(f"at this size it would have {width}×{height} pixels, and {MAX_SIZE} are the most in a row")
    return width, height


def _eight_bits(image):
    """Return a Pillow image in the mode "L" or "RGB", with eight bits per channel and on white if it is transparent."""
    from PIL import Image

    if image.mode == "F" or (image.mode == "I" and image.format == "TIFF"):
        raise ValueError("pixels of 32 bits or with a sign, whose range is unknown")
    if image.mode.startswith("I"):  # sixteen bits of grey, which Pillow may hold in 32
        levels = np.asarray(image).astype(np.int64)
        return Image.fromarray(((levels + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image if image.mode == "L" else image.convert("RGB")
