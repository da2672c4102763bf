"""HTTP, consumers, jobs."""
