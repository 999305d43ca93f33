"""Networks and learning rates of Burda et al. (2016), which mnist/vae and mnist/iwae share."""

import numpy as np

import kvae

PUBLISHED_EPOCHS = sum(3**i for i in range(8))  # 1 + 3 + 9 + … + 2,187 = 3,280


def burda_networks(dataset, layers: int) -> dict:
    """Return the authors' networks of tanh units, as arguments of the model.

    With one layer, z has 50 units, and the networks are x - 200 - 200 - z and back. With two layers, z has 100 units and u
    has 50, and the networks are x - 200 - 200 - z - 100 - 100 - u and back. The biases of the decoder's outputs are the
    logits of the mean training image.
    """
    mlp = kvae.networks.mlp
    units_z = 50 if layers == 1 else 100
    decoder = mlp(units_z, dataset.shape, (200, 200), "tanh", name="decoder")
    _set_output_bias(decoder, dataset)
    encoder = mlp(dataset.shape, 2 * units_z, (200, 200), "tanh", name="encoder")
    if layers == 1:
        return {"encoder": encoder, "decoder": decoder}
    return {
        "encoder": encoder,
        "decoder": decoder,
        "upper_encoder": mlp(units_z, 2 * 50, (100, 100), "tanh", name="upper_encoder"),
        "upper_decoder": mlp(50, 2 * units_z, (100, 100), "tanh", name="upper_decoder"),
    }


def burda_schedule(schedule: str, epochs: int):
    """Return the schedule of the factor of the learning rate, which falls from 1 to 0.1.

    "published" has eight stages i = 0 … 7 of 3^i epochs, with the factors 10^(−i/7). "short" is one exponential over
    `epochs`.
    """
    if schedule == "published":
        return kvae.training.schedules.Stages({(3**i - 1) // 2: 10 ** (-i / 7) for i in range(8)})
    return kvae.training.schedules.Exponential(1.0, 0.1 ** (1 / epochs))


def _set_output_bias(decoder, dataset) -> None:
    """Set the biases of the decoder's outputs to the logits of the mean training image."""
    divisor = 1 if dataset.support == "binary" else 255
    mean = np.clip(dataset.train.x.mean(axis=0) / divisor, 0.001, 0.999)
    *_, output, _ = decoder.layers  # The last two layers are a linear layer and a reshaping to the image.
    output.bias.assign(np.log(mean / (1 - mean)).ravel())
