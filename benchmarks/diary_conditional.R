# Rscript diary_conditional.R nights.csv: exact conditional logistic regression by survival::clogit, with the processor time it took.
suppressMessages(library(survival))
nights <- read.csv(commandArgs(TRUE)[1])
timed <- function(formula) {
  found <- NULL
  # warnings of a likelihood that no longer rises are passed over: the numbers are compared anyway
  seconds <- system.time(found <- tryCatch(suppressWarnings(
    clogit(formula, nights, method = "exact", control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
  ), error = function(e) NULL))
  list(fit = found, seconds = unname(seconds["user.self"] + seconds["sys.self"]))
}
both <- timed(cramp ~ minutes + lifting + strata(person)); one <- timed(cramp ~ lifting + strata(person))
show <- function(run, name) if (is.null(run$fit)) NULL else data.frame(
  model = name, term = names(coef(run$fit)), estimate = coef(run$fit), std_error = sqrt(diag(vcov(run$fit))),
  log_likelihood = run$fit$loglik[2])
rows <- rbind(show(both, "both"), show(one, "one"))
cat(sprintf("seconds,both,%.3f\nseconds,one,%.3f\n", both$seconds, one$seconds))
cat(sprintf("version,%s, survival %s\n", R.version.string, packageVersion("survival")))
if (!is.null(rows)) cat(sprintf("value,%s,%s,%.15g,%.15g,%.15g\n", rows$model, rows$term, rows$estimate, rows$std_error, rows$log_likelihood), sep = "")
