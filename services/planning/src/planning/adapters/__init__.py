"""SQL and the calendars' libraries."""
