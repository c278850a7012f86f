#!/usr/bin/env Rscript
# R survey on one sample: `Rscript domain_table.R FOLDER ROWS REPEATS` prints a JSON record like domain_table_engines.py does.
suppressPackageStartupMessages(library(survey))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); repeats <- as.integer(args[3])
column <- function(name, what, size) readBin(file.path(folder, paste0(name, ".bin")), what, rows, size)
table <- data.frame(sapply(c("stratum", "psu", "domain", "cramps"), column, "integer", 4L, simplify = FALSE))
table$weight <- column("weight", "double", 8L)
status <- function(field) {
  lines <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  line <- grep(paste0("^", field, ":"), lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6 else NA
}
loaded <- status("VmHWM")
now <- function() as.numeric(Sys.time())  # proc.time() stops at milliseconds
start <- now()
design <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = table)
design_seconds <- now() - start
call <- function() svyby(~cramps, ~domain, design, svymean, covmat = TRUE)
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
