"""`kvae fit-sampler`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.options import Backend, DataDir, DataSettings, Model, Seed, examples, settings
from kvae.cli.output import print_table
from kvae.cli.sources import open_model

EXAMPLES = examples(
    "kvae fit-sampler runs/digits/vae",
    "kvae fit-sampler runs/digits/vae normal --seed 1",
    "kvae fit-sampler celeba/dcgan_vae mixture --out my-faces",
    "kvae fit-sampler runs/celeba/autoencoder_kl autoregressive",
)

Kind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="normal; mixture, of normals; flow; two_stage, a second VAE; or autoregressive, for codes on a grid.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder of a preset that is written, with the sampler. MODEL is then not changed. A preset needs it.",
        show_default=False,
    ),
]


def fit_sampler(
    model: Model,
    kind: Kind = "mixture",
    out: Out = None,
    seed: Seed = 0,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Fit a density to the latent codes of a trained model, from which `kvae sample` draws.

    Training fits a mixture. Another sampler replaces it in the run. It is fitted to nine tenths of at most 10,000 codes of
    training examples. The other tenth chooses the number of components, and gives the log density that is printed, in nats.
    """
    sampler = open_model(model, settings(set_), needs_data=True).fit_sampler(kind, seed=seed, out=out)
    print_table(sampler.facts.items())
