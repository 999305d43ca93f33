"""The network whose feature maps a recipe compares."""

import kvae
from kvae.capabilities import CLASSIFIER
from kvae.errors import UserError


def feature_network(features: str, shape: tuple[int, ...]):
    """Return the feature network that `features` names.

    It is VGG-19 for "vgg19" or for a file of its weights (.h5). For a run or a preset of a classifier it returns the first
    three feature maps of the classifier.
    """
    if features == "vgg19" or features.endswith(".h5"):
        weights = "imagenet" if features == "vgg19" else features
        return kvae.networks.vgg19_features(shape, weights=weights, name="features")
    from kvae.presets import open_run_or_preset

    classifier = open_run_or_preset(features).load_model()
    if CLASSIFIER not in classifier.capabilities:
        raise UserError(
            "Expected vgg19, a file of its weights, or a run or preset of a classifier. "
            f"Received: features={features}, a {type(classifier).__name__}."
        )
    return kvae.networks.feature_maps(classifier.net, name="features")
