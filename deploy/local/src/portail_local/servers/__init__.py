"""Private servers, run without systemd beside those of the machine."""
