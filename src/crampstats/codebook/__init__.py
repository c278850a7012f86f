"""What things mean: declarations of variables, outcomes, claims and surveys, and nothing else."""
