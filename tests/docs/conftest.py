"""The package `pages`, which generates pages of the site, can be imported."""

import sys

from tests.conftest import ROOT

sys.path.append(str(ROOT / "docs"))
