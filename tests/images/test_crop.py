"""Crops of images."""

import pytest

from kvae.images import crop


def test_face_of_celebas_size_is_the_usual_crop():
    assert crop.face(178, 218) == (15, 35, 163, 183)
    assert crop.face(89, 109) == pytest.approx((7.5, 17.5, 81.5, 91.5))


def test_face_of_a_landscape_image_stays_inside():
    assert crop.face(218, 178) == (20, 0, 198, 178)


def test_whole_is_the_whole_image():
    assert crop.whole(30, 20) == (0, 0, 30, 20)


def test_ratio_is_the_largest_centred_part():
    assert crop.ratio(16, 9)(320, 200) == (0, 10, 320, 190)
    assert crop.ratio(2, 1)(30, 60) == (0, 22.5, 30, 37.5)
    assert crop.ratio(64, 64)(30, 20) == crop.centre(30, 20)


@pytest.mark.parametrize("ratio", [(16, 9), (3, 7), (1000, 999)])
def test_ratio_stays_inside_of_every_image(ratio):
    for width in range(1, 60):
        for height in range(1, 60):
            left, top, right, bottom = crop.ratio(*ratio)(width, height)
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


def test_ratios_are_called_by_their_smallest_numbers():
    assert crop.of_aspect("32:18") == crop.ratio(16, 9)
    assert crop.ratio(32, 18).__name__ == "16:9"
