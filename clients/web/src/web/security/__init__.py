"""Sessions, forged requests, headers."""
