"""What every service needs once: settings, clock, database, messaging, HTTP, authentication, logs and metrics."""
