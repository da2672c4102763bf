"""Processes killed while families use the portal; then every service's books against what was acknowledged."""
