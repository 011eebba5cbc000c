"""Render again at every save."""
