"""Tools for latent codes: arithmetic, traversal, interpolation, blending and label transfer.

They take a model and arrays and return arrays. Latent codes may have any shape: vectors (N, D), or spatial codes
(N, h, w, c). `kvae.open_trained` applies them to the data of a trained model and draws the images.

`kvae.latent.samplers` fits densities to the latent codes of a trained model, from which samples are drawn.
"""
