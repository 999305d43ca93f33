"""Names of the capabilities of models.

Each model class declares its own capabilities in `capabilities`, so that no code probes a model for methods.
"""

DECODER = "decoder"
"""The model encodes, decodes and reconstructs: `encode`, `decode`, `reconstruct`."""

POSTERIOR = "posterior"
"""The model has a posterior q(z|x) and a prior p(z): `posterior_parameters`, `sample`."""

DENSITY = "density"
"""The model is trained with a density p(x|z), so that it has an ELBO and a likelihood p(x)."""

UNIT_KL = "unit_kl"
"""The KL of each latent unit has a closed form: `rate_per_unit`."""

LABELS = "labels"
"""The model is conditioned on labels y, or is a model of (x, y): its methods take y after x."""

DOMAINS = "domains"
"""The model has one encoder for each domain (class) of the data, and trains on rounds: `domains`, `turns`."""

CLASSIFIER = "classifier"
"""The model predicts labels: `probabilities`."""

TRANSLATION = "translation"
"""The model translates images into images of another kind: `translate`. If it takes y, y holds the target images."""

CODED = "coded"
"""The model translates through a latent code of the image: `encode`, and `translate_code`, which takes another code."""

TWO_WAY = "two_way"
"""The model translates in both directions between two domains: `domains`, and `translate` and `translate_back`, which take
the domain y of each image after x."""

STRENGTH = "strength"
"""The model translates by a shift of latent codes: `translate` and `translate_back` take its strength."""

REFINED = "refined"
"""A further network refines the decoded images: `refine`. `translate` takes refined=False."""
