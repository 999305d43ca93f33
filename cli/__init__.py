"""The command line. `app` registers the commands, and `commands` holds a file for each of them.

Keras is imported only inside functions, after `environment` has chosen its backend.
"""
