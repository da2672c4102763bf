"""HTTP routes, consumers and jobs."""
