"""Routes: what families do, what the town hall does."""
