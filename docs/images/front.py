"""The image at the top of README.md: samples, attributes, and two ways from one image to another.

It needs MNIST and CelebA (`kvae data` says how to get them). A density is fitted to latent codes of their training images,
and the row from 3 to 8 blends held-out digits. The first two commands write presets with these densities:

    kvae fit-sampler mnist/iwae mixture --out front/digits
    kvae fit-sampler celeba/ifcvae_gan mixture --out front/faces
    python docs/images/front.py
"""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_image

import kvae
from kvae.plots.sheet import Sheet

COLUMNS = 10
"""Number of images in a row."""

SIDE = 64
"""Height and width of an image in pixels."""


def rows() -> dict[str, np.ndarray]:
    """Return {caption of a row: its images (COLUMNS, H, W, C)}."""
    digits, faces = kvae.open_trained("front/digits"), kvae.open_trained("front/faces")
    weights = np.linspace(1, 0, COLUMNS)
    return {
        "samples": digits.sample(COLUMNS).x,
        "3 to 8": digits.blend("3", "8", weights, n=2).images[1:-1, 1],
        "smiling": faces.sample(COLUMNS, {"Smiling": 1, "Eyeglasses": 0}).x,
        "glasses": faces.sample(COLUMNS, {"Smiling": 1, "Eyeglasses": 1}).x,
        "painters": between_photographs(weights),
    }


def between_photographs(weights: np.ndarray) -> np.ndarray:
    """Return two photographs of scikit-learn, as a model of paintings reconstructs them, and the images between them."""
    painters = kvae.from_preset("paintings/multi_encoder")
    photographs = [Image.fromarray(load_sample_image(name)) for name in ("china.jpg", "flower.jpg")]
    x = np.stack([np.float32(image.crop((107, 0, 534, 427)).resize((SIDE, SIDE))) / 255 for image in photographs])
    a, b = painters.encode(x, np.zeros(2, "int32"))  # through the encoder of Monet
    weights = weights[:, None]
    return painters.decode(weights * a + (1 - weights) * b)


def enlarged(image: np.ndarray) -> np.ndarray:
    """Return an image (H, W, C) in colour, with `SIDE` pixels per side."""
    pixels = Image.fromarray(np.uint8(np.round(255 * image.squeeze()))).convert("RGB")
    return np.asarray(pixels.resize((SIDE, SIDE), Image.Resampling.LANCZOS)) / 255


if __name__ == "__main__":
    found = rows()
    images = np.stack([[enlarged(image) for image in row] for row in found.values()])
    Sheet(images, rows=list(found)).save(Path(__file__).with_name("front.png"), scale=1)
