"""HTTP routes and event consumers of enrolment."""
