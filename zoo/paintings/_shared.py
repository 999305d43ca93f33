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
"""Momentum of the running statistics: an epoch has some sixty steps, and a painter with few paintings gets eight."""

TURNS = 10
"""Number of turns in a round, of all painters together: more would take long to compile."""


def conv_encoder(dataset, outputs: int, width: int, name: str = "encoder"):
    """Return the encoder of Hou et al. (2017). Every posterior begins near N(0, 1)."""
    return kvae.networks.conv_encoder(dataset.shape, outputs, width, momentum=MOMENTUM, gain=0.1, name=name)


def conv_decoder(
    dataset, latent: int, width: int, dropout: float, normalization: str = "batch", activation: str = "sigmoid"
):
    """Return the decoder of Hou et al. (2017), which doubles feature maps by nearest neighbours."""
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
    """Return a dense encoder that standardises every pixel and normalises its hidden units."""
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
    """Return a dense decoder whose outputs pass a sigmoid."""
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
    """Return {painter: turns in a round}, by default in proportion to the training paintings, at least one."""
    counts = [int((dataset.train.y == number).sum()) for number in range(len(dataset.label_names))]
    turns = turns or [max(1, round(TURNS * count / sum(counts))) for count in counts]
    return dict(zip(dataset.label_names, turns, strict=True))
