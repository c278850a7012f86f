"""Estimates in; pictures, tables, sentences and pages out. Knows no estimator and no survey: labels come with the data."""
