"""Serving the page. gradio, an optional dependency, is imported when a page is built."""

import importlib.util
import socket
from typing import TYPE_CHECKING

from kvae.errors import UserError

if TYPE_CHECKING:
    import gradio

    from kvae.recipes import Trained

HOST = "127.0.0.1"
"""The address to which the page is served: this machine only."""


def build_app(trained: "Trained", seed: int = 0) -> "gradio.Blocks":
    """Return the page of a trained model as a gradio app. `.launch()` serves it, also on a Space of the Hugging Face Hub.

    Args:
        trained: the trained model.
        seed: seed of the sample that the page first shows.

    Raises:
        UserError: gradio is not installed, or the model needs its data and they are missing.
    """
    require_gradio()
    from kvae.explorer.app import page

    return page(trained, seed)


def serve(trained: "Trained", port: int | None = None, browser: bool = True, seed: int = 0) -> "gradio.Blocks":
    """Serve the page of a trained model to this machine until `.close()` is called, and return its app.

    Args:
        trained: the trained model.
        port: the port; by default the first free one from 7860 on.
        browser: True to open the page in the browser.
        seed: seed of the sample that the page first shows.

    Raises:
        UserError: as for `build_app`, or the port cannot be used.
    """
    check_port(port)
    app = build_app(trained, seed)
    app.launch(
        server_name=HOST,
        server_port=port,
        share=False,  # in a notebook that others host, too
        inbrowser=browser,
        prevent_thread_lock=True,
        quiet=True,
        show_error=True,
        footer_links=["gradio", "settings"],
    )
    return app


def require_gradio() -> None:
    """Raise `UserError` unless gradio is installed."""
    if importlib.util.find_spec("gradio") is None:
        raise UserError(
            'The page needs gradio. Install it: pip install "kvae-zoo[explore]". '
            "kvae explore MODEL --static DIR writes a page that does not need it."
        )


def check_port(port: int | None) -> None:
    """Raise `UserError` if a port cannot be used. None stands for the first free one."""
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            trial.bind((HOST, port or 0))
    except OSError as error:
        raise UserError(
            f"Expected a free port. Received: port={port}, which cannot be used. Choose another."
        ) from error
