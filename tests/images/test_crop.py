"""Crops of images."""

import pytest

from kvae.images import crop


def test_face_of_celebas_size_is_the_usual_crop():
    assert crop.face(178, 218) == (15, 35, 163, 183)
    assert crop.face(89, 109) == pytest.approx((7.5, 17.5, 81.5, 91.5))


def test_face_of_a_landscape_image_stays_inside():
    assert crop.face(218, 178) == (20, 0, 198, 178)
