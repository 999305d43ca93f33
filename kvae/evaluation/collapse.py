"""How much of the code is in use."""

import numpy as np

from kvae.evaluation.bound import examples
from kvae.training.callbacks.latent_monitor import active_units, kl_per_unit


def collapse(model, batches) -> dict:
    """`active_units`: latent units j with Var_x E_q(z|x)[z_j] > 0.01; `kl_per_unit`: mean over x of KL_j, in nats."""
    parts = [model.posterior_parameters(x) for x in examples(batches)]
    mean, std = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "active_units": active_units(mean),
        "kl_per_unit": [round(float(v), 6) for v in kl_per_unit(mean, std)],
    }
