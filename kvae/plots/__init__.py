"""Drawings of models, metrics and training: grids of images, curves, comparisons of runs, and plots of latent codes.

Importing this package does not import Keras.
"""
