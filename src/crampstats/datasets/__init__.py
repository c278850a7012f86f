"""Data that ship, and data that are fetched: NHANES, its grouped totals, published studies."""
