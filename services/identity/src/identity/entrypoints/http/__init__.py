"""Routers of identity."""
