"""Diaries: nights, entries, workouts, and what programs for diaries export."""
