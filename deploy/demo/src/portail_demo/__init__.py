"""Loads the demonstration communes through the public API, as a town hall would with its own tools."""
