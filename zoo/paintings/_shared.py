"""Painters and networks that the recipes on paintings share."""

import kvae

ARTISTS = (
    "claude-monet",
    "eugene-boudin",
    "edouard-manet",
    "pierre-auguste-renoir",
    "alfred-sisley",
    "frederic-bazille",
)

MOMENTUM = 0.9
"""Momentum of batch norm's running statistics.

An epoch has only some 60 steps, and 8 for a painter with few paintings.
"""

TURNS = 10
"""Approximate number of turns in a round, of all painters together. More turns would take long to compile."""


def conv_encoder(dataset, outputs: int, width: int, name: str = "encoder"):
    """Return the encoder of Hou et al. (2017). At the start of training every posterior is near N(0, 1)."""
    return kvae.networks.conv_encoder(dataset.shape, outputs, width, momentum=MOMENTUM, gain=0.1, name=name)


def conv_decoder(
    dataset, latent: int, width: int, dropout: float, normalization: str = "batch", activation: str = "sigmoid"
):
    """Return the decoder of Hou et al. (2017), with nearest-neighbour up-sampling."""
    return kvae.networks.conv_decoder(
        latent,
        dataset.shape,
        width,
        upsampling="nearest",
        momentum=MOMENTUM,
        dropout=dropout,
        activation=activation,
        normalization=normalization,
        name="decoder",
    )


def dense_encoder(dataset, outputs: int, hidden):
    """Return a dense encoder that standardises every pixel, with batch norm of its hidden units."""
    return kvae.networks.mlp(
        dataset.shape,
        outputs,
        hidden,
        "leaky_relu",
        standardize_inputs=True,
        normalization="batch",
        gain=0.1,
        name="encoder",
    )


def dense_decoder(dataset, latent: int, hidden):
    """Return a dense decoder with a sigmoid at its outputs."""
    return kvae.networks.mlp(
        latent, dataset.shape, hidden[::-1], "leaky_relu", output_activation="sigmoid", name="decoder"
    )


def encoders_by_artist(dataset, latent: int, width: int) -> dict:
    """Return {painter: encoder}."""
    return {
        artist: conv_encoder(dataset, 2 * latent, width, f"encoder_{number}")
        for number, artist in enumerate(dataset.label_names)
    }


def turns_by_artist(dataset, turns: tuple[int, ...]) -> dict:
    """Return {painter: turns in a round}.

    The values are `turns`, or if it is empty, numbers of at least 1 in proportion to the painters' training paintings.
    """
    counts = [int((dataset.train.y == number).sum()) for number in range(len(dataset.label_names))]
    turns = turns or [max(1, round(TURNS * count / sum(counts))) for count in counts]
    return dict(zip(dataset.label_names, turns, strict=True))
