"""Image files: found in folders and zip files, decoded, cropped and scaled.

The data sets of `kvae.data` and the commands that read a user's images use this package.
"""
