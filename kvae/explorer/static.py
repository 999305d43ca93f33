"""A static page of a model: one HTML file with images, which works without a server."""

import html
import os
from pathlib import Path

from kvae.explorer import markup
from kvae.explorer.session import SAMPLES, SPAN, LatentSession, description
from kvae.files import atomic
from kvae.recipes import Trained
from kvae.version import __version__

FILE = "index.html"
"""Name of the file."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; max-width: 64rem; margin: 1rem auto; padding: 0 1rem; }}
{style}</style>
<h1>{title}</h1>
<p>{summary}</p>
<h2>Map of latent codes</h2>
<p>{about_map}</p>
{map}
<h2>Latent units</h2>
<p>{about_units}</p>
<div class="kvae-strips">
{units}
</div>
<h2>Samples</h2>
{samples}
<footer><p>Made by kvae {version}.</p></footer>
<script>{{
const element = document.body;
{script}}}</script>
</html>
"""


def write_static(trained: Trained, folder: str | os.PathLike, *, seed: int = 0) -> Path:
    """Write a static page of a trained model, `folder`/index.html, and return its path. An existing page is replaced.

    Args:
        trained: a trained model with a decoder.
        folder: the folder, which is created if necessary.
        seed: seed of the samples, and of the code whose units the sliders change.
    """
    path = Path(folder) / FILE
    page = static_page(LatentSession(trained), seed)
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def static_page(session: LatentSession, seed: int = 0) -> str:
    """Return the HTML of a static page."""
    images, points = session.map()
    units = zip(session.units, session.traversal(session.drawn(seed=seed)), strict=True)
    return PAGE.format(
        title=html.escape(session.trained.name),
        summary=html.escape(description(session.trained)),
        about_map=markup.MAP.format(number=len(points), examples=session.examples),
        map=markup.map_sheet(images, points, SPAN, height=256),
        about_units=markup.UNITS,
        units="\n".join(markup.strip_sheet(row, f"unit {unit}", SPAN, height=208) for unit, row in units),
        samples="\n".join(
            markup.samples(session.samples(SAMPLES, sampler=name, seed=seed), name) for name in session.samplers
        ),
        version=__version__,
        style=markup.STYLE,
        script=markup.SCRIPT,
    )
