"""The declaration of the paintings. They have no official files: each user collects them."""

from kvae.data.source import Licence, Source

SOURCE = Source(
    "paintings:load",
    Licence(
        "the works are in the public domain; the terms of the reproductions from WikiArt are unknown",
        url="https://www.wikiart.org",
    ),
    ("*/|*.zip",),
    steps=(
        "The terms of the reproductions are unknown: collect paintings at https://www.wikiart.org under WikiArt's terms.",
        "Put them into one folder for each artist, such as {folder}/claude-monet (benchmarks/data/paintings.py adds years).",
    ),
)
