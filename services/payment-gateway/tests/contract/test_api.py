"""The API is what its OpenAPI document says, and shows nothing to strangers."""
