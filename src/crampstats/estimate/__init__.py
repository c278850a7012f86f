"""From an analysis table to numbers. Knows designs and outcomes, no survey and no file."""
