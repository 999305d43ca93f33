"""Pictures in and out: a user's files as a model's input; sheets, arrays or folders of its output."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kvae.errors import UserError


def read_images(paths: Iterable[Path], model, n: int | None = None):
    """The first `n` pictures, by default all, as `model` takes them: (N, H, W, C). Raises as `decode_images` does."""
    import numpy as np

    levels = getattr(model.likelihood, "levels", 256)
    return np.stack(list(itertools.islice(decode_images(paths, model.data_shape, levels), n)))


def decode_images(paths: Iterable[Path], shape: Sequence[int], levels: int = 256) -> Iterator:
    """Pictures as float32 arrays of `shape` (H, W, C) in [0, 1], from files, folders and zips.

    They are decoded as data sets are: upright, grey or colour as the model has it, the largest centred square
    scaled to its size, in bytes of which `levels` occur. Raises `UserError` for a path that is not there and
    for a picture that is damaged.
    """
    from kvae.data import decoding

    if len(shape) != 3 or shape[0] != shape[1] or shape[2] not in (1, 3):
        raise UserError(f"Expected a model of square pictures, grey or RGB. Received: one of shape {tuple(shape)}.")
    for path, data in _files(paths):
        try:
            x = decoding.decode(data, size=shape[0], color="gray" if shape[2] == 1 else "rgb")
        except Exception as error:  # Pillow raises whatever the damaged bytes lead it to
            raise UserError(f"Expected whole pictures. Received: {path}, which cannot be read as one.") from error
        step = 255 / (levels - 1)
        yield ((x / step).round() * step).round().astype("float32") / 255


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    from kvae.data.image_files import open_archive

    for path in paths:
        if not path.exists():
            raise UserError(f"Expected a picture, a folder or a zip. Received: {path}, which does not exist.")
        if path.is_dir() or path.suffix == ".zip":
            archive = open_archive(path)
            yield from ((path / picture.name, archive.read(picture)) for picture in archive.pictures)
        else:
            yield path, path.read_bytes()


def write_images(out: Path, x, y=None) -> None:
    """Writes `x` (N, …) as `out` says: one sheet (.png), one array (.npz), with labels `y` beside it, or a folder
    with a file each."""
    import numpy as np

    from kvae.files import atomic
    from kvae.plots.grids import grid, save_image

    if out.suffix == ".npz":
        with atomic(out) as temporary:
            np.savez(temporary, x=x, **({} if y is None else {"y": y}))
    elif x.ndim != 4:
        raise UserError(f"Expected a model of pictures. Received: one of shape {x.shape[1:]}. Write --out samples.npz.")
    elif out.suffix == ".png":
        save_image(grid(x), out)
    else:
        for number, image in enumerate(x):
            save_image(grid(image[None], zoom=1), out / f"{number:0{len(str(len(x) - 1))}d}.png")
