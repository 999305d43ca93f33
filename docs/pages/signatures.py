"""Signatures of classes."""

import inspect

from sphinx.util.inspect import stringify_signature


def signature_of_constructor(app, what: str, name: str, thing: object, options, signature, returned):
    """Return the arguments of the constructor of a class: an event of autodoc. Keras hides them behind `__new__`."""
    if what != "class" or signature != "(*args, **kwargs)":
        return None
    _, *parameters = inspect.signature(thing.__init__).parameters.values()
    return stringify_signature(inspect.Signature(parameters), unqualified_typehints=True), returned
