"""HTTP routes, consumers and jobs of identity."""
