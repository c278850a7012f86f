#!/usr/bin/env Rscript
# lme4 on one diary: `Rscript diary_mixed.R FOLDER ROWS NODES REPEATS` prints a JSON record like diary_mixed_engines.py does.
suppressPackageStartupMessages(library(lme4))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "measure.R"))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); nodes <- as.integer(args[3]); repeats <- as.integer(args[4])
table <- read_columns(folder, rows, c("person", "cramp", "female", "heavy"), c("age", "minutes"))
loaded <- peak_mb()
formula <- cramp ~ age + female + heavy + minutes + (1 | person)
calls <- time_calls(function() glmer(formula, table, binomial, nAGQ = nodes), repeats)
spread <- attr(VarCorr(calls$result)$person, "stddev")
print_record("glmer", "lme4", calls, fixef(calls$result), sqrt(diag(vcov(calls$result))), spread, loaded)
