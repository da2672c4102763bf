"""Tables, queries, hashes, keys and mails of identity."""
