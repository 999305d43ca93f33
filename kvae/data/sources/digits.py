"""The declaration of the digits of scikit-learn."""

from kvae.data.source import Licence, Source

SOURCE = Source(
    "digits:load",
    Licence(
        "CC BY 4.0",
        "cc-by-4.0",
        "E. Alpaydin and C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository",
        "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    ),
    origin="part of scikit-learn",
)
