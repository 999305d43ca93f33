"""`keras.Model`, with types.

Keras does not declare its types, so to a type checker every attribute of a subclass of `keras.Model` exists. The stub next
to this file declares the members of `keras.Model`, so that a checker finds `model.smaple()`.
"""

from keras import Model as KerasModel

__all__ = ["KerasModel"]
