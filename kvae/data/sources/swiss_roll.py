"""The declaration of the swiss roll."""

from kvae.data.source import Licence, Source

SOURCE = Source("swiss_roll:load", Licence("none needed: points drawn by scikit-learn"), origin="drawn by scikit-learn")
