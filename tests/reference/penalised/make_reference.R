#!/usr/bin/env Rscript
# Reference values for penalised (Firth) logistic and Poisson regression of separated data.
# Usage: Rscript tests/reference/penalised/make_reference.R      writes separated.csv, values.csv and session.txt beside this script.
# values.csv: case, key, stat, value (17 significant digits). brglm2, type = "AS_mean": Firth 1993 for these models. Weights enter
# scaled to sum to n; std_error is the model's own.
suppressPackageStartupMessages(library(brglm2))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
set.seed(20221105)
n <- 120
people <- data.frame(dialysis = rep(c(1, 0), c(7, n - 7)), age = round(rnorm(n, 60, 12)), unit = rep(1:20, 6),
                     group = sample(c("a", "b", "c"), n, TRUE), weight = round(runif(n, 0.5, 4), 2))
people$cramps <- rbinom(n, 1, plogis(-2 + 0.02 * people$age + 0.4 * (people$group == "b")))
people$cramps[people$dialysis == 1] <- 1  # everybody on dialysis has them
people$nights <- rpois(n, exp(0.2 + 0.5 * (people$group == "b")))
people$nights[people$group == "c"] <- 0  # nobody in c has any
write.csv(people, file.path(here, "separated.csv"), row.names = FALSE, quote = FALSE)

rows <- list()
fitted <- function(case, formula, family, weights) {
  people$a <- weights * n / sum(weights)
  fit <- suppressWarnings(glm(formula, family, people, weights = a, method = "brglmFit", type = "AS_mean", epsilon = 1e-13,
                              maxit = 10000))
  stopifnot(fit$converged)
  table <- coef(summary(fit))
  for (stat in 1:2) rows[[length(rows) + 1]] <<- data.frame(
    case, key = rownames(table), stat = c("estimate", "std_error")[stat],
    value = trimws(formatC(table[, stat], digits = 17, format = "g")))
}
for (kind in c("simple", "weighted")) {
  w <- if (kind == "simple") rep(1, n) else people$weight
  fitted(paste0("logistic/", kind), cramps ~ dialysis + age + group, binomial(), w)
  fitted(paste0("poisson/", kind), nights ~ group + age, poisson(), w)
}
write.csv(do.call(rbind, rows), file.path(here, "values.csv"), row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("brglm2", packageVersion("brglm2"))), file.path(here, "session.txt"))
