"""Pure rules of planning: calendars, deadlines, cells, drafts. No input or output, no clock."""
