"""One module per survey: where it keeps each variable."""
