"""A small network in place of VGG-19."""

import pytest

from kvae import networks


@pytest.fixture(autouse=True)
def small_vgg(monkeypatch):
    """Replace VGG-19, whose weights would be downloaded, by a small network."""

    def features(shape, weights, name):
        return networks.feature_maps(networks.conv_classifier(shape, 1, 2, augment=False), name=name)

    monkeypatch.setattr(networks, "vgg19_features", features)
