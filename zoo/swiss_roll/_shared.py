"""Networks of the conditional subspace VAEs on the swiss roll."""

import kvae


def csvae_networks(dataset, hidden: tuple[int, ...]) -> dict:
    """Return the networks of a CSVAE, except its adversary, with two units of z and two of w."""
    mlp, units_z, units_w = kvae.networks.mlp, 2, 2
    return {
        "encoder": mlp(dataset.shape, 2 * units_z, hidden, name="encoder"),
        "label_encoder": mlp(dataset.shape, 2 * units_w, hidden, label_units=1, name="label_encoder"),
        "label_prior": mlp(1, 2 * units_w, hidden, name="label_prior"),
        "decoder": mlp(units_z + units_w, dataset.shape, hidden, name="decoder"),
    }
