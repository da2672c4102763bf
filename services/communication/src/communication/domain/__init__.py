"""Rules of communication, without input or output."""
