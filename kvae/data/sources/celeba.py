"""The declaration of CelebA."""

from kvae.data.source import File, Licence, Source
from kvae.images import crop

_PAGE = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"

SOURCE = Source(
    "celeba:load",
    Licence(
        "non-commercial research only",
        "other",
        "Z. Liu, P. Luo, X. Wang and X. Tang 2015, Deep learning face attributes in the wild",
        _PAGE,
    ),
    ("img_align_celeba/|img_align_celeba.zip", "list_attr_celeba.txt|list_attr_celeba.csv"),
    # Sizes and checksums: tensorflow/datasets, tensorflow_datasets/url_checksums/celeb_a.txt. That of identity_CelebA.txt
    # is computed from a file with the MD5 32bd1bd63d3c78cd57e08160ec5ed1e2, which torchvision lists.
    (
        File(
            "img_align_celeba.zip",
            1_443_490_838,
            "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
        ),
        File("list_attr_celeba.txt", 26_721_026, "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0"),
        File("list_eval_partition.txt", 2_836_386, "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7"),
        File("identity_CelebA.txt", 3_424_458, "c6143857c3e2630ac2da9f782e9c1232e5e59be993a9d44e8a7916c78a6158c0"),
    ),
    (
        f"CelebA is for non-commercial research only: read its authors' terms and follow their links at {_PAGE}.",
        "Put img_align_celeba.zip, list_attr_celeba.txt, list_eval_partition.txt and identity_CelebA.txt into {folder}.",
    ),
    tfds="celeb_a",
    options={"size": 64},
    box=crop.face,
)
