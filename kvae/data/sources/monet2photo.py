"""The declaration of monet2photo, paintings by Monet and photographs of landscapes."""

from kvae.data.source import UNKNOWN, File, Licence, Source

SOURCE = Source(
    "unpaired:load_monet2photo",
    Licence(
        "unknown: collected for research, the paintings from WikiArt and the photographs from Flickr",
        UNKNOWN,
        "J.-Y. Zhu, T. Park, P. Isola and A. A. Efros 2017, Unpaired image-to-image translation using cycle-consistent "
        "adversarial networks",
        "https://junyanz.github.io/CycleGAN/",
    ),
    ("trainA/|monet2photo.zip",),
    # Size and checksum: tensorflow/datasets, tensorflow_datasets/url_checksums/cycle_gan.txt. The address there is an
    # earlier one of the same authors.
    (
        File(
            "monet2photo.zip",
            305_231_073,
            "88f91b00fc228f97c9411fbf1880ec1d119c98f1722e4cfcfaa2fb35fac05b04",
            "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/monet2photo.zip",
        ),
    ),
)
