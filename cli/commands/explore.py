"""`kvae explore`"""

from pathlib import Path
from typing import Annotated

import typer

from kvae.cli.options import Backend, DataDir, DataSettings, Model, Seed, examples, settings
from kvae.cli.output import echo
from kvae.cli.sources import open_model
from kvae.explorer.serving import check_port, require_gradio, serve

EXAMPLES = examples(
    "kvae explore digits/vae",
    "kvae explore runs/celeba/csvae --port 8000 --no-browser",
    "kvae explore digits/vae --static page",
)

Static = Annotated[
    Path | None,
    typer.Option(
        "--static",
        metavar="DIR",
        file_okay=False,
        help="Write the page DIR/index.html, one file that works without a server, and exit. It has a map of latent codes, "
        "sliders of latent units, and samples.",
        show_default=False,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Port; by default the first free one from 7860 on.", show_default=False),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")]


def explore(
    model: Model,
    static: Static = None,
    port: Port = None,
    browser: Browser = True,
    seed: Seed = 0,
    set_: DataSettings = None,
    data_dir: DataDir = None,
    backend: Backend = None,
):
    """Try a trained model in the browser.

    The page has sliders for the most informative latent units, labels, samples, interpolation and a map of latent codes, and
    it encodes your own images. For a classifier it shows the probabilities of your own images, and for a model that
    translates images their translations. The data set is not needed, unless the model has neither a prior nor a fitted
    sampler. The page is served to this machine only, until Ctrl-C.
    """
    if static is None:
        check_port(port)
        require_gradio()
    trained = open_model(model, settings(set_))
    if static is not None:
        from kvae.explorer import write_static

        echo(f"{write_static(trained, static, seed=seed)}. Open it in a browser.")
        return
    app = serve(trained, port, browser, seed)
    echo(f"{app.local_url} (Ctrl-C stops it)")
    app.block_thread()
