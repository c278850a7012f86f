#!/usr/bin/env Rscript
# R survey on one sample: `Rscript regression.R FOLDER ROWS REPEATS` prints a JSON record like regression_engines.py does.
suppressPackageStartupMessages(library(survey))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "measure.R"))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); repeats <- as.integer(args[3])
numbers <- paste0("number_", 1:6); flags <- paste0("flag_", 1:6)
table <- read_columns(folder, rows, c("stratum", "psu", "cramps", flags), c("weight", numbers))
loaded <- peak_mb()
design <- timed(function() svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = table))
formula <- reformulate(c(numbers, flags), "cramps")
closely <- glm.control(epsilon = 1e-14, maxit = 50)
calls <- time_calls(function() svyglm(formula, design$result, family = quasibinomial(), control = closely), repeats)
print_record("R survey", "survey", calls, coef(calls$result), SE(calls$result), vcov(calls$result), loaded, design$seconds)
