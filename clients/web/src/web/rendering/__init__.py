"""From data to pages."""
