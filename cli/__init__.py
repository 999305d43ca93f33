"""The command line: `app` is wiring, `commands` holds a file per command.

Keras is imported inside functions only, after `environment` has settled its backend.
"""
