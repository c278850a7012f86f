"""Files to Parquet in a stream: what is converted is never in memory as a whole."""
