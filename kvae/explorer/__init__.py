"""The explorer: a page in the browser on which a trained model is tried, and a static page of a trained model.

* `session`: a model with a decoder: codes, edits, interpolations, the map.
* `classification`: a classifier; `translation`: a model that translates images.
* `markup`: HTML of images, with explorer.js and explorer.css.
* `static`: one HTML file, which works without a server.
* `app`: the page in the browser, the layout of a gradio app, which calls a session.
* `serving`: the server of the page. It imports gradio only when a page is built.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # type checkers and editors do not see what `__getattr__` below imports
    from kvae.explorer.serving import build_app, serve
    from kvae.explorer.static import write_static

_FUNCTIONS = {"build_app": "serving", "serve": "serving", "write_static": "static"}
"""{function: its module}. static.py imports Keras."""

__all__ = ["build_app", "serve", "write_static"]


if not TYPE_CHECKING:  # so that a type checker finds a misspelled name

    def __getattr__(name):
        if name in _FUNCTIONS:
            return getattr(importlib.import_module(f"kvae.explorer.{_FUNCTIONS[name]}"), name)
        raise AttributeError(f"module 'kvae.explorer' has no attribute {name!r}")
