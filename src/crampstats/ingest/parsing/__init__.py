"""Cells of a file to values: yes/no, numbers, dates, times, categories, and the reasons why there is none."""
