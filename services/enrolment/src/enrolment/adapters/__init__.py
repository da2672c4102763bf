"""Tables and queries of enrolment."""
