#!/usr/bin/env Rscript
# geepack on one diary: `Rscript diary_gee.R FOLDER ROWS CORRELATION REPEATS` prints a JSON record like diary_gee_engines.py does.
suppressPackageStartupMessages(library(geepack))
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "measure.R"))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); corstr <- args[3]; repeats <- as.integer(args[4])
table <- read_columns(folder, rows, c("person", "cramp", "female", "heavy"), c("age", "minutes"))
loaded <- peak_mb()
formula <- cramp ~ age + female + heavy + minutes
calls <- time_calls(function() geeglm(formula, id = person, data = table, family = binomial, corstr = corstr), repeats)
correlation <- if (corstr == "exchangeable") calls$result$geese$alpha else 0
std_error <- summary(calls$result)$coefficients[, "Std.err"]
print_record(paste0("geepack, ", corstr), "geepack", calls, coef(calls$result), std_error, correlation, loaded)
