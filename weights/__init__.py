"""Trained weights that come along: `<dataset>/<model>/` holds a model's configuration, weights and card."""
