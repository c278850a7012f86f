"""A clinic's intake data held against what they should be: quality, triage, and what may be published."""
