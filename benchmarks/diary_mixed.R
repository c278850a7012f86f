#!/usr/bin/env Rscript
# lme4 on one diary: `Rscript diary_mixed.R FOLDER ROWS REPEATS NODES` prints a JSON record like diary_mixed.py's engines do.
suppressPackageStartupMessages(library(lme4))
args <- commandArgs(TRUE); folder <- args[1]; rows <- as.integer(args[2]); repeats <- as.integer(args[3]); nodes <- as.integer(args[4])
column <- function(name, what, size) readBin(file.path(folder, paste0(name, ".bin")), what, rows, size)
table <- data.frame(sapply(c("person", "cramp", "female", "heavy"), column, "integer", 4L, simplify = FALSE),
                    sapply(c("age", "minutes"), column, "double", 8L, simplify = FALSE))
status <- function(field) {
  lines <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  line <- grep(paste0("^", field, ":"), lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6 else NA
}
loaded <- status("VmHWM"); now <- function() as.numeric(Sys.time())
formula <- cramp ~ age + female + heavy + minutes + (1 | person)
call <- function() glmer(formula, table, binomial, nAGQ = nodes)
start <- now(); busy <- sum(proc.time()[1:2]); result <- call(); first <- now() - start; spent <- sum(proc.time()[1:2]) - busy
seconds <- cpu <- numeric(repeats)
for (i in seq_len(repeats)) {
  start <- now(); busy <- sum(proc.time()[1:2]); call(); seconds[i] <- now() - start; cpu[i] <- sum(proc.time()[1:2]) - busy
}
if (repeats == 0) { seconds <- first; cpu <- spent }
list_of <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.17g", x)), collapse = ", "), "]")
cat(sprintf(
  '{"engine": "glmer", "design": 0, "first": %.6f, "seconds": %s, "cpu": %s, "estimate": %s, "std_error": %s, "covariance": %s, "loaded_mb": %s, "peak_mb": %s, "versions": {"R": "%s", "lme4": "%s"}}',
  first, list_of(seconds), list_of(cpu), list_of(fixef(result)), list_of(sqrt(diag(vcov(result)))),
  list_of(attr(VarCorr(result)$person, "stddev")), format(loaded), format(status("VmHWM")), getRversion(), packageVersion("lme4")))
