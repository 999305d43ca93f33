"""What a recipe is, and how it is trained: its parameters, data, model and run."""
