#!/usr/bin/env Rscript
# Reference regressions on the made-up example data in data/: survey's svyglm, svyolr, regTermTest and svycontrast, refitted until
# they have converged, and the linearised variance of standardised means, checked against a jackknife.
# Usage: Rscript tests/reference/survey/make_regression.R     writes regression.csv beside this script:
# design, case, term, estimate, std_error, p_value, df, n, n_events
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "regression_formulas.R"))
options(survey.lonely.psu = "fail", digits = 17)
KNOTS <- c(30, 50, 65)
# truncated power basis, linear beyond the outer knots, in units of the squared span (Harrell 2015, equation 2.25)
at <- function(age) {
  cube <- function(t) pmax(age - t, 0)^3
  (cube(KNOTS[1]) - cube(KNOTS[2]) * (KNOTS[3] - KNOTS[1]) / (KNOTS[3] - KNOTS[2]) +
    cube(KNOTS[3]) * (KNOTS[2] - KNOTS[1]) / (KNOTS[3] - KNOTS[2])) / (KNOTS[3] - KNOTS[1])^2
}
data <- function(name) {
  rows <- read.csv(file.path(here, "data", paste0(name, ".csv")))
  rows <- transform(rows, one = 1, visits = floor(z), shift = age / 100,
    severity = factor(findInterval(z, c(1.5, 3, 5)), 0:3, c("none", "mild", "moderate", "severe")),
    woman = as.numeric(sex == "women"),
    spline = at(age))
  for (name in c("sex", "race", "age_group")) rows[[name]] <- factor(rows[[name]])
  rows
}
complex <- data("complex")
designs <- list(
  complex = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = complex),
  complex_fpc = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~fpc, nest = TRUE, data = complex),
  simple = svydesign(id = ~1, weights = ~one, data = data("simple")),
  simple_fpc = svydesign(id = ~1, weights = ~one, fpc = ~population, data = data("simple")),
  stratified = svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~fpc, data = data("stratified")),
  clusters = svydesign(id = ~cluster, weights = ~weight, fpc = ~fpc, data = data("clusters")),
  two_stages = svydesign(id = ~cluster + person, weights = ~weight, fpc = ~fpc1 + fpc2, data = data("two_stages")))
designs$complex_pocket <- subset(designs$complex, in_pocket == 1)
designs$complex_fpc_pocket <- subset(designs$complex_fpc, in_pocket == 1)
# rows of weight 0 carry nothing; their PSUs stay among those sampled
designs <- lapply(designs, function(d) subset(d, weights(d, "sampling") > 0))

CASES <- list(
  logistic = list("logistic", y ~ sex + age + race, list("race", c("sex", "race")), list(c(raceC = 1, raceB = -1))),
  interaction = list("logistic", y ~ sex * age, list("sex:age", c("sex", "sex:age")), list(c(sexwomen = 1, "sexwomen:age" = 50))),
  factors = list("logistic", y ~ sex * age_group, list("sex:age_group", "age_group"), list()),
  no_intercept = list("logistic", y ~ age_group + x - 1, list("age_group"), list(c("age_group60+" = 1, "age_group20-39" = -1))),
  spline = list("logistic", y ~ age + spline + sex, list("spline", c("age", "spline")), list(c(age = 20, spline = at(60) - at(40)))),
  straight = list("logistic", y ~ age + sex, list(), list()),
  prevalence_ratio = list("poisson", y ~ sex + age, list("age"), list()),
  rate_offset = list("poisson", visits ~ sex + x + offset(shift), list("sex"), list()),
  log_binomial = list("log-binomial", y ~ sex + age_group, list("age_group"), list()),
  probit = list("probit", y ~ sex + age, list("sex"), list()),
  cloglog = list("complementary log-log", y ~ sex + age, list("sex"), list()),
  linear = list("linear", x ~ sex + age + race, list("race"), list(c(sexwomen = 1, age = -10))),
  intercept = list("logistic", y ~ 1, list(), list()))

found <- list()
keep <- function(design, case, rows) found[[length(found) + 1]] <<- cbind(data.frame(design, case), rows)
contrast_row <- function(fit, weights) {
  made <- svycontrast(fit, weights)
  t <- as.vector(coef(made)) / as.vector(SE(made))
  data.frame(term = paste("contrast", paste(names(weights), collapse = " ")), estimate = as.vector(coef(made)), std_error = as.vector(SE(made)),
             p_value = 2 * pt(-abs(t), fit$df.residual), df = fit$df.residual, n = length(fit$y), n_events = events(fit$y))
}
for (name in names(designs)) {
  d <- designs[[name]]
  for (case in names(CASES)) {
    what <- CASES[[case]]
    start <- if (what[[1]] == "log-binomial") c(-1.5, rep(0, 3)) else NULL
    fit <- try(fit_converged(what[[2]], d, what[[1]], start), silent = TRUE)
    if (inherits(fit, "try-error")) { cat("R has no converged fit:", name, case, "\n"); next }
    keep(name, case, coefficient_rows(fit))
    for (terms in what[[3]]) keep(name, case, wald_row(fit, terms))
    for (weights in what[[4]]) keep(name, case, contrast_row(fit, weights))
  }
  fit <- fit_ordinal_converged(severity ~ sex + age + race, d)
  keep(name, "proportional_odds", ordinal_rows(fit))
  keep(name, "equal_odds", equality_rows(d, "severity", "sex * age", c("all terms", "sex", "age", "sex:age")))
  for (model in c("logistic", "poisson")) {
    fit <- fit_converged(y ~ woman * age + race, d, model)
    case <- paste0("standardised_", model)
    keep(name, case, standardised_rows(fit, d, "woman", c(0, 1)))
    keep(name, case, standardised_rows(fit, d, "race", c("A", "B", "C")))
    keep(name, case, standardised_rows(fit, d, "age", c(30, 60)))
    keep(name, case, attributable_row(fit, d, list(woman = 0)))
    keep(name, case, attributable_row(fit, d, list(age = 30)))
    keep(name, case, attributable_row(fit, d, list(woman = 0, age = 30)))
  }
}
# Lonely strata, and the jackknife of the standardised prevalences.
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = data("lonely"))
  d <- subset(d, weights(d, "sampling") > 0)
  keep(paste0("lonely_", rule), "logistic", coefficient_rows(fit_converged(y ~ sex + age + race, d, "logistic")))
}
options(survey.lonely.psu = "fail")
for (name in c("complex", "clusters")) {
  d <- if (name == "complex") designs$complex else svydesign(id = ~cluster, weights = ~weight, data = data("clusters"))
  d <- subset(d, !is.na(y))
  replicates <- as.svrepdesign(d, type = if (name == "complex") "JKn" else "JK1")
  theta <- function(w, rows) {
    rows$w <- w / mean(w)
    fit <- glm(y ~ woman * age + race, quasibinomial(), rows, weights = w, control = glm.control(epsilon = 1e-12))
    means <- vapply(0:1, function(a) weighted.mean(predict(fit, transform(rows, woman = a), type = "response"), rows$w), 0)
    c(means, means[2] - means[1], 1 - means[1] / weighted.mean(rows$y, rows$w))
  }
  jack <- withReplicates(replicates, function(w, rows) theta(w, rows))
  keep(name, "jackknife", data.frame(term = c("woman=0", "woman=1", "difference", "attributable"), estimate = coef(jack),
    std_error = SE(jack), p_value = NA, df = NA, n = nrow(d), n_events = NA))
}
all <- do.call(rbind, found)
for (column in c("estimate", "std_error", "p_value")) all[[column]] <- trimws(formatC(all[[column]], digits = 17, format = "g"))
write.table(all, file.path(here, "regression.csv"), sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
cat(nrow(all), "rows;", R.version.string, "survey", as.character(packageVersion("survey")), "\n")
