#!/usr/bin/env Rscript
# R survey on one sample: `Rscript domain_table.R FOLDER ROWS REPEATS` prints a JSON record like domain_table_engines.py does.
suppressPackageStartupMessages(library(survey))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "measure.R"))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); repeats <- as.integer(args[3])
table <- read_columns(folder, rows, c("stratum", "psu", "domain", "cramps"), "weight")
loaded <- peak_mb()
design <- timed(function() svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = table))
calls <- time_calls(function() svyby(~cramps, ~domain, design$result, svymean, covmat = TRUE), repeats)
print_record("R survey", "survey", calls, coef(calls$result), SE(calls$result), vcov(calls$result), loaded, design$seconds)
