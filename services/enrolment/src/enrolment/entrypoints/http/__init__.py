"""Routes of enrolment."""
