"""Files to tables of text, each with what its format says of the columns."""
