"""The real data sets, if KVAE_DATA names their folder."""

import time

import numpy as np
import pytest

from kvae import data
from tests.data.dataset_splits import counts, splits

pytestmark = pytest.mark.real


def test_real_mnist_has_its_published_counts_and_mean(real):
    start = time.process_time()
    mnist = data.load("mnist")
    assert time.process_time() - start < 3
    assert counts(mnist) == (55_000, 5_000, 10_000)
    assert mnist.train.y[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.y[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.mean(mnist.train.x) / 255 == pytest.approx(0.1307, abs=0.0005)  # the constant usually given


def test_real_binarized_mnist_has_its_published_counts_and_mean(real):
    binarized = data.load("binarized_mnist")
    assert counts(binarized) == (50_000, 10_000, 10_000)
    assert binarized.train.x.max() == 1
    assert binarized.train.x.mean() == pytest.approx(0.1307, abs=0.005)


def test_real_omniglot_has_its_published_counts(real):
    omniglot = data.load("omniglot")
    assert counts(omniglot) == (17_352, 1_928, 13_180)
    assert not set(omniglot.train.y) & set(omniglot.test.y)


def test_real_cifar10_birds_are_bluer_than_horses(real):
    cifar10 = data.load("cifar10", classes=("bird", "horse"))
    assert counts(cifar10) == (9_000, 1_000, 202)
    blue_minus_red = cifar10.train.x[..., 2].mean((1, 2)) - cifar10.train.x[..., 0].mean((1, 2))
    assert blue_minus_red[cifar10.train.y == 0].mean() > blue_minus_red[cifar10.train.y == 1].mean()  # sky, earth


def test_real_celeba_has_its_attributes_and_identities(real):
    celeba = data.load("celeba")
    assert counts(celeba) == (9_000, 1_000, None)
    assert celeba.shape == (64, 64, 3)
    assert not set(celeba.train.columns["identity"]) & set(celeba.validation.columns["identity"])
    male = celeba.train.y[:, celeba.label_names.index("Male")].mean()
    assert male == pytest.approx(0.42, abs=0.02)  # the frequency in all of CelebA
    channels = celeba.train.x[:, 16:48, 16:48].mean((0, 1, 2))
    assert channels[0] > channels[1] > channels[2]  # skin: red, green, blue
    start = time.process_time()
    assert data.load("celeba").fingerprint == celeba.fingerprint
    assert time.process_time() - start < 5


def test_real_paintings_have_their_artists_and_years(real):
    paintings = data.load("paintings")
    assert sum(counts(paintings)) == 3_809
    every = np.concatenate([split.y for split in splits(paintings)])
    by_artist = dict(zip(paintings.label_names, np.bincount(every).tolist(), strict=True))
    assert by_artist["claude-monet"] == 1_320
    assert by_artist["frederic-bazille"] == 48
    years = paintings.train.columns["year"]
    assert 1850 < np.nanmin(years) < np.nanmax(years) < 1930
    assert 0.4 < np.isnan(years).mean() < 0.6


def test_real_monet2photo_has_its_domains(real):
    monet2photo = data.load("monet2photo", size=32)
    assert counts(monet2photo) == (3_795, 421, 872)
    assert [np.bincount(split.y).tolist() for split in splits(monet2photo)] == [[965, 2830], [107, 314], [121, 751]]
    paintings, photographs = (monet2photo.train.x[monet2photo.train.y == domain] for domain in (0, 1))
    # Paintings have less contrast than photographs, in which skies and shadows are near white and black.
    assert paintings.std((1, 2)).mean() < photographs.std((1, 2)).mean()


def test_real_facades_are_pairs_of_a_map_and_a_photograph(real):
    facades = data.load("facades", size=128)
    assert counts(facades) == (400, 50, 50)
    assert facades.train.x.shape == facades.train.y.shape == (400, 128, 128, 3)
    pure = [((images[:50] < 26) | (images[:50] > 229)).mean() for images in (facades.train.x, facades.train.y)]
    assert pure[0] > 2 * pure[1]  # maps have a few pure colours


def test_real_zip_file_of_images_is_a_data_set(real):
    images = data.load(f"folder:{real / 'stl10' / 'stl10_examples_256.zip'}")
    assert sum(counts(images)) == 256
    assert images.shape == (96, 96, 3)
