"""The public API, seen from the web client."""
