"""Rules of accounts, passwords, sessions and attempts: pure, without input or output."""
