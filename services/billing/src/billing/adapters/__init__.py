"""PostgreSQL and typst."""
