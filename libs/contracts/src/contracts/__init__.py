"""Events exchanged by the services, and the value types they share. Depends on pydantic only."""
