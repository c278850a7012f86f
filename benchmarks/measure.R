# What every engine in R does alike, as measure.py does it: columns of the sample, times of the calls, one JSON record. To be sourced.
read_columns <- function(folder, rows, integers, numbers) {
  column <- function(name, what, size) readBin(file.path(folder, paste0(name, ".bin")), what, rows, size)
  data.frame(sapply(integers, column, "integer", 4L, simplify = FALSE), sapply(numbers, column, "double", 8L, simplify = FALSE))
}

peak_mb <- function() {
  lines <- tryCatch(readLines("/proc/self/status"), error = function(e) character())
  line <- grep("^VmHWM:", lines, value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) * 1024 / 1e6 else NA
}

timed <- function(work) {
  now <- function() as.numeric(Sys.time())  # proc.time() stops at milliseconds
  start <- now(); busy <- sum(proc.time()[1:2])
  result <- work()
  list(result = result, seconds = now() - start, cpu = sum(proc.time()[1:2]) - busy)
}

# the first call, and the times of those after it; without repeats the first one is the one that counts
time_calls <- function(call, repeats) {
  first <- timed(call)
  later <- lapply(seq_len(repeats), function(i) timed(call)[c("seconds", "cpu")])
  if (repeats == 0) later <- list(first)
  list(result = first$result, first = first$seconds, seconds = sapply(later, `[[`, "seconds"), cpu = sapply(later, `[[`, "cpu"))
}

list_of <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.17g", x)), collapse = ", "), "]")

print_record <- function(engine, package, calls, estimate, std_error, covariance, loaded_mb, design_seconds = 0) {
  matrix_of <- function(x) if (is.matrix(x)) paste0("[", paste(apply(unname(x), 1, list_of), collapse = ", "), "]") else list_of(x)
  called <- if (package == "survey") "R survey" else package
  cat(sprintf(
    '{"engine": "%s", "design": %.6f, "first": %.6f, "seconds": %s, "cpu": %s, "estimate": %s, "std_error": %s, "covariance": %s, "loaded_mb": %s, "peak_mb": %s, "versions": {"R": "%s", "%s": "%s"}}',
    engine, design_seconds, calls$first, list_of(calls$seconds), list_of(calls$cpu), list_of(estimate), list_of(std_error),
    matrix_of(covariance), format(loaded_mb), format(peak_mb()), getRversion(), called, packageVersion(package)))
}
