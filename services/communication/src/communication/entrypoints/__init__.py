"""HTTP routes, event consumers and jobs of communication."""
