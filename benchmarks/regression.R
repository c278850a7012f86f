#!/usr/bin/env Rscript
# R survey on one sample: `Rscript regression.R FOLDER ROWS REPEATS` prints a JSON record like regression_engines.py does.
suppressPackageStartupMessages(library(survey))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); repeats <- as.integer(args[3])
column <- function(name, what, size) readBin(file.path(folder, paste0(name, ".bin")), what, rows, size)
numbers <- paste0("number_", 1:6); flags <- paste0("flag_", 1:6)
table <- data.frame(sapply(c("stratum", "psu", "cramps", flags), column, "integer", 4L, simplify = FALSE),
                    sapply(c("weight", numbers), column, "double", 8L, simplify = FALSE))
status <- function(field) {
  lines <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  line <- grep(paste0("^", field, ":"), lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6 else NA
}
loaded <- status("VmHWM")
now <- function() as.numeric(Sys.time())
start <- now()
design <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = table)
design_seconds <- now() - start
formula <- reformulate(c(numbers, flags), "cramps")
call <- function() svyglm(formula, design, family = quasibinomial(), control = glm.control(epsilon = 1e-14, maxit = 50))
start <- now(); busy <- sum(proc.time()[1:2]); result <- call(); first <- now() - start; spent <- sum(proc.time()[1:2]) - busy
seconds <- cpu <- numeric(repeats)
for (i in seq_len(repeats)) {
  start <- now(); busy <- sum(proc.time()[1:2]); call()
  seconds[i] <- now() - start; cpu[i] <- sum(proc.time()[1:2]) - busy
}
if (repeats == 0) { seconds <- first; cpu <- spent }
list_of <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.17g", x)), collapse = ", "), "]")
covariance <- unname(vcov(result))
cat(sprintf(
  '{"engine": "R survey", "design": %.6f, "first": %.6f, "seconds": %s, "cpu": %s, "estimate": %s, "std_error": %s, "covariance": [%s], "loaded_mb": %s, "peak_mb": %s, "versions": {"R": "%s", "R survey": "%s"}}',
  design_seconds, first, list_of(seconds), list_of(cpu), list_of(coef(result)), list_of(SE(result)),
  paste(apply(covariance, 1, list_of), collapse = ", "), format(loaded), format(status("VmHWM")),
  getRversion(), packageVersion("survey")))
