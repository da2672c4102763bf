"""Use cases of enrolment, one per file; each runs in one transaction."""
