"""From a diary to numbers: rates, triggers, persons' own effects, recall windows, trials. Knows no file and no survey."""
