"""HTTP routes of communication."""
