"""Image files as input of a model, and a model's output as image files."""

from collections.abc import Iterable
from pathlib import Path

from kvae.errors import UserError


def read_images(paths: Iterable[Path], model, n: int | None = None):
    """Return the first `n` images, by default all, as `model` takes them: (N, H, W, C)."""
    from kvae.images import reading

    return reading.read_images(paths, model.data_shape, n, getattr(model.likelihood, "levels", 256))


def write_images(out: Path, x, y=None) -> None:
    """Write `x` (N, …) to one sheet (`out` ends in .png), to an array with the labels `y` (.npz), or to a folder of image
    files."""
    import numpy as np

    from kvae.files import atomic
    from kvae.plots.grids import grid, save_image

    if out.suffix == ".npz":
        with atomic(out) as temporary:
            np.savez(temporary, x=x, **({} if y is None else {"y": y}))
    elif x.ndim != 4:
        raise UserError(f"Expected a model of images. Received: one of shape {x.shape[1:]}. Write --out samples.npz.")
    elif out.suffix == ".png":
        save_image(grid(x), out)
    else:
        for number, image in enumerate(x):
            save_image(grid(image[None], zoom=1), out / f"{number:0{len(str(len(x) - 1))}d}.png")
