"""Decoded and resized images: formats, modes, orientation, damage."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kvae.images import crop, decoding

CORNERS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[9, 9, 9], [99, 99, 99], [199, 199, 199]]], np.uint8)


def encoded(image, file_format="PNG", **options) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def decode(data, **options):
    """Decode an image with the suffix of its format."""
    return decoding.decode("0.tif" if data[:2] in (b"II", b"MM") else "0.png", data, **options)


def test_decode_of_an_rgb_image_is_exact():
    np.testing.assert_array_equal(decode(encoded(CORNERS)), CORNERS)


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (2, lambda x: x[:, ::-1]),
        (3, lambda x: x[::-1, ::-1]),
        (4, lambda x: x[::-1]),
        (5, lambda x: x.transpose(1, 0, 2)),
        (6, lambda x: np.rot90(x, -1)),
        (7, lambda x: np.rot90(x, 2).transpose(1, 0, 2)),
        (8, lambda x: np.rot90(x)),
    ],
)
def test_decode_applies_the_exif_orientation(orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(decode(encoded(CORNERS, exif=exif)), upright(CORNERS))


def test_decode_of_grey_makes_three_equal_channels():
    grey = np.array([[0, 100], [200, 255]], np.uint8)
    x = decode(encoded(grey))
    assert x.shape == (2, 2, 3)
    assert (x == grey[..., None]).all()
    np.testing.assert_array_equal(decode(encoded(grey), color="gray")[..., 0], grey)


def test_decode_of_colour_as_grey_uses_luma():
    red, green, blue = decode(encoded(CORNERS), color="gray")[0, :, 0].tolist()
    assert (red, green, blue) == (76, 150, 29)


def test_decode_of_one_bit_scales_to_bytes():
    bits = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    assert decode(encoded(bits))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_decode_of_sixteen_bits_scales_to_bytes(file_format):
    levels = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
    x = decode(encoded(levels, file_format), color="gray")
    assert x[0, :, 0].tolist() == [0, 1, 128, 255]
    assert decode(encoded(levels, file_format)).shape == (1, 4, 3)


def test_decode_of_a_sixteen_bit_colour_png_scales_to_bytes():
    """Pillow cannot write this format, so the test does: one pixel of 65535, 32896, 257."""
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + struct.pack(">HHH", 65535, 32896, 257))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    assert decode(data)[0, 0].tolist() == [255, 128, 1]


def test_decode_of_a_palette_returns_its_colours():
    palette = Image.fromarray(CORNERS).quantize(6)
    assert palette.mode == "P"
    np.testing.assert_array_equal(decode(encoded(palette)), CORNERS)


@pytest.mark.parametrize("file_format", ["TIFF", "JPEG"])
def test_decode_of_cmyk_returns_rgb(file_format):
    """Cyan ink leaves green and blue. JPEG files store ink inverted."""
    inks = np.zeros((16, 32, 4), np.uint8)
    inks[:, :16, 0], inks[:, 16:, 3] = 255, 255
    options = {"quality": 100, "subsampling": 0} if file_format == "JPEG" else {}
    x = decode(encoded(Image.fromarray(inks, "CMYK"), file_format, **options))
    np.testing.assert_allclose(x[8, 4], [0, 255, 255], atol=4)
    np.testing.assert_allclose(x[8, 28], [0, 0, 0], atol=4)


def test_decode_of_transparent_pixels_returns_white():
    pixels = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [255, 0, 0, 51]]], np.uint8)
    assert decode(encoded(pixels))[0].tolist() == [[255, 0, 0], [255, 255, 255], [255, 204, 204]]
    grey = np.array([[[0, 255], [0, 0]]], np.uint8)
    assert decode(encoded(Image.fromarray(grey, "LA")), color="gray")[0, :, 0].tolist() == [0, 255]


def test_decode_of_a_transparent_palette_entry_returns_white():
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    palette.putpalette([255, 0, 0, 0, 0, 255])
    assert decode(encoded(palette, transparency=0))[0].tolist() == [[255, 255, 255], [0, 0, 255]]


@pytest.mark.parametrize(
    ("pixels", "tags"),
    [
        (np.ones((2, 2), np.float32), {}),
        (np.full((2, 2), 200, np.int32), {}),
        (np.full((2, 2), 70_000, np.int32), {}),
        (np.full((2, 2), 200, np.uint16), {339: 2}),  # the tag SampleFormat: with a sign
    ],
)
def test_decode_of_pixels_whose_range_is_unknown_is_refused(pixels, tags):
    with pytest.raises(ValueError, match="32 bits or with a sign, whose range is unknown"):
        decode(encoded(pixels, "TIFF", tiffinfo=tags))


def test_decode_to_a_smaller_size_does_not_alias():
    checkers = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    x = decode(encoded(checkers), size=8)
    np.testing.assert_allclose(x, 127.5, atol=2)


def test_decode_keeps_the_centre_square():
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    np.testing.assert_array_equal(decode(encoded(wide), size=10), np.full((10, 10, 3), 255))


def test_decode_of_a_large_jpeg_at_a_fraction_is_accurate():
    ramp = np.repeat(np.linspace(0, 255, 1024).astype(np.uint8)[None], 1024, 0)
    x = decode(encoded(ramp, "JPEG", quality=95), size=32, color="gray")
    np.testing.assert_allclose(x[16, :, 0], np.linspace(0, 255, 1024).reshape(32, 32).mean(1), atol=3)


def png_claiming_size(width: int, height: int) -> bytes:
    """Return a small PNG file whose header claims another size."""
    data = bytearray(encoded(CORNERS))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(12_000, 10_000), (60_000, 60_000)])
def test_decode_of_a_decompression_bomb_is_refused(size):
    with pytest.raises(Exception, match=r"(?i)decompression bomb"):
        decode(png_claiming_size(*size))


def test_decode_of_a_large_image_can_be_refused():
    assert decoding.decode("0.png", encoded(CORNERS), large=False).shape == CORNERS.shape
    with pytest.raises(ValueError, match="4097×4096 pixels are too many for one of several processes"):
        decoding.decode("0.png", png_claiming_size(4097, 4096), large=False)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"not an image", lambda b: b""])
def test_decode_of_a_damaged_image_raises(damage):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    for file_format in ("PNG", "JPEG"):
        with pytest.raises(Exception, match=r".+"):
            decode(damage(encoded(noise, file_format)))


def test_resize_of_an_array_equals_decode_with_a_size():
    x = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    np.testing.assert_array_equal(decoding.resize(x, 10), decode(encoded(x), size=10))
    assert decoding.resize(x[..., :1], None).shape == (20, 20, 1)


def test_decode_opens_a_file_only_with_the_decoders_of_its_suffix():
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 16 16\n%%EndComments\n%%EOF\n"
    for name, data in (("0.png", eps), ("0.png", encoded(CORNERS, "TIFF")), ("0.jpg", encoded(CORNERS, "ICO"))):
        with pytest.raises(ValueError, match="not an image, or one of a format that its suffix does not suggest"):
            decoding.decode(name, data)
    np.testing.assert_array_equal(decoding.decode("0.JPG", encoded(CORNERS)), CORNERS)  # a common mistake


@pytest.mark.parametrize("channels", [2, 5])
def test_decode_of_a_tiff_of_unusual_channels_names_them(channels):
    entries = [
        (256, 1),
        (257, 1),
        (258, 16),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, channels),
        (279, 2 * channels),
        (339, 1),
    ]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    data = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries)) + directory + bytes(4)
    with pytest.raises(ValueError, match=rf"cannot be read as grey or as colours: {channels}, of 16 bits"):
        decode(data)


def test_decode_of_a_part_that_is_not_square_scales_its_shorter_edge():
    data = encoded(np.zeros((20, 40, 3), np.uint8))
    assert decode(data, size=10, box=crop.whole).shape == (10, 20, 3)
    assert decode(data, size=10, box=crop.ratio(3, 2)).shape == (10, 15, 3)
    assert decode(data, size=10, box=crop.ratio(1, 3)).shape == (30, 10, 3)


def test_decode_of_a_narrow_part_of_a_large_jpeg_shows_its_details():
    stripes = np.where(np.arange(512)[:, None, None] // 4 % 2, 255, 0).astype("uint8").repeat(512, 1).repeat(3, 2)
    x = decoding.decode("0.jpg", encoded(stripes, "JPEG", quality=95), size=32, box=crop.ratio(1, 4))
    assert x.shape == (128, 32, 3)
    assert x.std() > 60


def test_decode_of_halves_returns_both_images():
    pair = np.concatenate([np.full((4, 3, 3), 10, np.uint8), np.full((4, 3, 3), 200, np.uint8)], axis=1)
    halves = decode(encoded(pair), halves=True)
    assert halves.shape == (2, 4, 3, 3)
    assert [half.mean() for half in halves] == [10, 200]
    assert decode(encoded(pair), halves=True, size=8, color="gray").shape == (2, 8, 8, 1)
