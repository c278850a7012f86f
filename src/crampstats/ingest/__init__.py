"""From files to an analysis table: reading, mapping to the codebook, deriving, and the log of what was changed."""
