"""Types and sums that know no disease and no file."""
