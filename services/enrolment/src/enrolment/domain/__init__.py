"""Rules of enrolment: who may do what, at which price. Pure."""
