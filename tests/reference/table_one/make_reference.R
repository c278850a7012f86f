#!/usr/bin/env Rscript
# Reference values for Table 1, from the made-up example data of ../survey/data/complex.csv.
# Usage: Rscript tests/reference/table_one/make_reference.R      writes values.csv and session.txt beside this script.
# values.csv: case, key, stat, value (17 significant digits). Shares and means by survey; differences by the formulas of Austin
# (2009, doi:10.1002/sim.3697) and Yang and Dalton (SAS Global Forum 335-2012) on svymean and svyvar.
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
options(survey.lonely.psu = "fail", digits = 17)
people <- read.csv(file.path(here, "..", "survey", "data", "complex.csv"))
people$race[seq(1, nrow(people), 9)] <- NA  # missing values that the test makes in the same rows
whole <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = people)

rows <- list()
add <- function(case, key, stat, value) {
  text <- ifelse(is.na(value), "NA", trimws(formatC(as.numeric(value), digits = 17, format = "g")))
  rows[[length(rows) + 1]] <<- data.frame(case, key, stat, value = text)
}

analysed <- function(design, x) design[!is.na(design$variables[[x]]) & weights(design, "sampling") > 0, ]
numbers <- function(design, x) {
  known <- analysed(design, x)
  mean <- svymean(reformulate(x), known)
  c(estimate = coef(mean)[[1]], std_error = SE(mean)[[1]], df = degf(known), n = nrow(known),
    variance = coef(svyvar(reformulate(x), known))[[1]])
}
shares <- function(design, x) {
  known <- analysed(design, x)
  lapply(levels(factor(people[[x]])), function(level) {
    known$variables$is <- as.numeric(known$variables[[x]] == level)
    mean <- svymean(~is, known)
    c(estimate = coef(mean)[[1]], std_error = SE(mean)[[1]], df = degf(known), n = nrow(known), n_events = sum(known$variables$is))
  })
}
apart <- function(p, q) {  # the first level is left out
  p <- p[-1]; q <- q[-1]
  S <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
  drop(sqrt(t(p - q) %*% solve(S) %*% (p - q)))
}

for (where in c("whole", "pocket")) for (by in c("sex", "age_group", "y")) {
  domain <- if (where == "whole") whole else subset(whole, in_pocket == 1)
  domain <- analysed(domain, by)
  groups <- sort(unique(people[[by]]))
  parts <- c(list(all = domain), setNames(lapply(groups, function(g) domain[domain$variables[[by]] == g, ]), groups))
  for (x in c("x", "age")) {
    case <- paste(where, by, x, sep = "/")
    found <- lapply(parts, numbers, x = x)
    for (g in names(found)) add(case, g, names(found[[g]]), found[[g]])
    for (i in seq_along(groups)) for (j in seq_along(groups)) if (i < j) {
      one <- found[[i + 1]]; other <- found[[j + 1]]
      add(case, paste(groups[j], "vs", groups[i]), "difference",
          abs(one[["estimate"]] - other[["estimate"]]) / sqrt((one[["variance"]] + other[["variance"]]) / 2))
    }
  }
  for (x in setdiff(c("race", "rare"), by)) {
    case <- paste(where, by, x, sep = "/")
    names <- levels(factor(people[[x]]))
    found <- lapply(parts, shares, x = x)
    for (g in names(found)) for (k in seq_along(names))
      add(case, paste(g, names[k], sep = ";"), names(found[[g]][[k]]), found[[g]][[k]])
    estimates <- lapply(found, function(part) vapply(part, `[[`, 0, "estimate"))
    for (i in seq_along(groups)) for (j in seq_along(groups)) if (i < j)
      add(case, paste(groups[j], "vs", groups[i]), "difference", apart(estimates[[i + 1]], estimates[[j + 1]]))
  }
}
all <- do.call(rbind, rows)
write.table(all, file.path(here, "values.csv"), sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
writeLines(c(R.version.string, paste("survey", packageVersion("survey"))), file.path(here, "session.txt"))
cat(nrow(all), "values\n")
