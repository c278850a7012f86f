"""A made-up clinic: its patients, how their forms are written down, what is spoilt on purpose, and who needs to be seen."""
