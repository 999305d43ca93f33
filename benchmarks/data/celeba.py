"""Write the first 10,000 images of CelebA at half their size, 89×109, which the published results of the zoo use.

`kvae data get celeba` says where the official file is. The lists of the small copy are the official ones.

    python benchmarks/data/celeba.py data/celeba/img_align_celeba.zip smaller/celeba/img_align_celeba.zip

The filter that scaled the images of the published results is not recorded. Here it is that of Lanczos.
"""

import sys
from pathlib import Path

from scaled import write_zip

from kvae.images.archives import open_archive

IMAGES = 10_000


def main(official: Path, out: Path) -> None:
    archive = open_archive(official)
    chosen = [(f"img_align_celeba/{image.file}", image) for image in archive.images[:IMAGES]]
    write_zip(out, archive, chosen, lambda width, height: (width // 2, height // 2))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
