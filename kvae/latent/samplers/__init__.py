"""Samplers: densities of latent codes that are fitted after training (Ghosh et al. 2020).

Codes drawn from the prior need not lie where the codes of the data lie. A sampler draws codes where they lie. It also
draws codes for autoencoders, which have no prior.

    codes, features = draw_codes(model, training_batches)
    sampler = fit("mixture", codes, features, exclusive=is_exclusive(model))
    x = model.sample(64, sampler=sampler)

    coordinates.py    latent codes as standardised scores: the mean, the labels and the principal components
    density.py        the base class of densities of the scores
    mixture.py        mixtures of normal distributions
    trained.py        densities that are trained by gradient descent
    flow.py           flows of affine coupling layers
    two_stage.py      the second stage of a two-stage VAE
    autoregressive.py densities of codes on a grid, place by place
    causal.py         their network
    kinds.py          the kinds of samplers by name
    sampler.py        coordinates and density together: draws, log densities, and their arrays
    fitting.py        the choice of a density by the log density of codes that are held back
    codes.py          codes of a model
    files.py          the file of a sampler, which may come from anyone
"""

from kvae.latent.samplers.codes import draw_codes, is_exclusive
from kvae.latent.samplers.files import read_sampler, write_sampler
from kvae.latent.samplers.fitting import fit
from kvae.latent.samplers.kinds import KINDS, check_kind
from kvae.latent.samplers.sampler import Sampler

__all__ = ["KINDS", "Sampler", "check_kind", "draw_codes", "fit", "is_exclusive", "read_sampler", "write_sampler"]
