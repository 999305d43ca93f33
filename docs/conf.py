"""Configuration of Sphinx, which builds the site: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `pages`, which generates pages

from kvae.version import __version__

project = "kvae"
author = "the authors of kvae"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "pages.extension",
]

# Pages. Anchors of headings are those of GitHub, where the same files are read.
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

# Tutorials run when the site is built. A notebook whose code has not changed keeps its results.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parents[1] / "build" / "notebooks")
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # for a busy machine

# Docstrings
default_role = "code"  # `text` between single backticks
autodoc_inherit_docstrings = False  # those of Keras are not in the form of kvae
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True

# Appearance
html_theme = "sphinx_book_theme"
html_title = f"kvae {__version__}"
html_show_sourcelink = False
