"""From a question to data, estimates, figures and words, in order. What the command line and the notebooks call."""
