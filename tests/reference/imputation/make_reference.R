#!/usr/bin/env Rscript
# Reference values for multiple imputation: R's mice (Debian: r-cran-mice, r-cran-mitml, r-cran-survey).
# Usage: Rscript tests/reference/imputation/make_reference.R
# Writes beside this script, all of it made up or computed from what is made up:
#   imputed.csv   five completed copies of y and x of ../survey/data/complex.csv
#   mar.csv       1,500 made-up rows whose b, g and x are missing at random, given the complete z
#   values.csv    case, key, stat, value (17 significant digits);  session.txt  versions
suppressPackageStartupMessages({ library(survey); library(mice); library(mitml) })
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
options(survey.lonely.psu = "fail", digits = 17)
values <- list()
add <- function(case, key, stat, value) {
  value <- trimws(formatC(as.numeric(value), digits = 17, format = "g"))
  values[[length(values) + 1]] <<- data.frame(case = case, key = key, stat = stat, value = value)
}

# 1. Rubin's rules on plain numbers: mice::pool.scalar wants n and k of which n - k are the complete-data df
scalar <- function(case, q, u, df) {
  add(case, seq_along(q), "effect", q); add(case, seq_along(u), "variance", u); add(case, "", "complete df", df)
  pooled(case, q, u, df)
}
pooled <- function(case, q, u, df, key = "") {
  p <- pool.scalar(q, u, n = df + 1, k = 1)
  add(case, key, "estimate", p$qbar); add(case, key, "std_error", sqrt(p$t)); add(case, key, "df", p$df)
  add(case, key, "fraction", p$fmi); add(case, key, "increase", p$r)
  half <- qt(.975, p$df) * sqrt(p$t)
  add(case, key, "conf_low", p$qbar - half); add(case, key, "conf_high", p$qbar + half)
  add(case, key, "p_value", 2 * pt(-abs(p$qbar) / sqrt(p$t), p$df))
}
set.seed(20121005)
for (m in c(2, 5, 20)) for (df in c(3, 15, 31, Inf)) for (spread in c(.001, .3, 3))
  scalar(sprintf("scalar/m=%d;df=%g;spread=%g", m, df, spread), rnorm(m, .4, spread * .1), rchisq(m, 30) / 30 * .01, df)

# 2. the pooled Wald test D1, with and without complete-data df
wald <- function(case, k, m, df, spread) {
  q <- lapply(seq_len(m), function(i) rnorm(k, .1, spread * .1))
  u <- lapply(seq_len(m), function(i) { a <- matrix(rnorm(k * (k + 6)), k); tcrossprod(a) / (k + 6) * .01 })
  for (i in seq_len(m)) {
    add(case, paste(i, seq_len(k)), "effect", q[[i]])
    add(case, paste(i, rep(seq_len(k), k), rep(seq_len(k), each = k)), "covariance", u[[i]])
  }
  add(case, "", "complete df", df)
  # testConstraints() itself takes numerical derivatives of the constraints, which costs it digits
  t <- mitml:::.D1(matrix(unlist(q), nrow = k), array(unlist(u), c(k, k, m)), if (is.finite(df)) df else NULL)
  add(case, "", "statistic", t$F); add(case, "", "df", t$v); add(case, "", "increase", t$r)
  add(case, "", "p_value", pf(t$F, k, t$v, lower.tail = FALSE))
}
for (size in list(c(1, 20), c(2, 12), c(4, 6))) for (df in c(31, 200, Inf)) for (spread in c(.05, .4))
  wald(sprintf("wald/k=%g;m=%g;df=%g;spread=%g", size[1], size[2], df, spread), size[1], size[2], df, spread)
wald("wald/few", 1, 3, Inf, .4)

# 3. five imputed tables of a complex design, analysed by survey, pooled by mice
complex <- read.csv(file.path(here, "..", "survey", "data", "complex.csv"))
complex$y <- factor(complex$y)
predictors <- transform(complex, log_weight = log1p(weight), stratum = factor(stratum), sex = factor(sex), race = factor(race))
predictors <- predictors[c("y", "x", "age", "sex", "race", "log_weight", "stratum")]
imp <- mice(predictors, m = 5, maxit = 5, method = c("logreg", "pmm", rep("", 5)), seed = 7, printFlag = FALSE)
copies <- lapply(1:5, function(i) data.frame(y = as.integer(as.character(complete(imp, i)$y)), x = complete(imp, i)$x))
imputed <- setNames(do.call(cbind, copies), paste0(c("y", "x"), rep(1:5, each = 2)))
write.csv(imputed, file.path(here, "imputed.csv"), row.names = FALSE, quote = FALSE)
designs <- lapply(copies, function(copy)
  svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = transform(complex, y = copy$y, x = copy$x)))
designs <- lapply(designs, function(d) subset(d, weight > 0))
over <- function(case, key, statistic, df) {
  found <- lapply(designs, statistic)
  pooled(case, sapply(found, function(f) as.numeric(coef(f))), sapply(found, function(f) as.numeric(vcov(f))), df, key)
}
df <- degf(designs[[1]])
over("survey/mean y", "", function(d) svymean(~y, d), df)
over("survey/mean x", "", function(d) svymean(~x, d), df)
for (sex in unique(complex$sex)) {
  inside <- function(d) d[d$variables$sex == sex, ]
  over("survey/mean x by sex", sex, function(d) svymean(~x, inside(d)), degf(inside(designs[[1]])))
}
by_sex <- function(d) svyby(~y, ~sex, d, svymean, covmat = TRUE)
over("survey/difference", "women", function(d) svycontrast(by_sex(d), c(men = -1, women = 1)), df - 1)
over("survey/log ratio", "women", function(d) svycontrast(by_sex(d), quote(log(women / men))), df - 1)

# 4. chained equations themselves: many imputations, so that pooled results differ only by Monte Carlo error
set.seed(31)
n <- 1500
z <- rnorm(n); x <- 2 + .6 * z + rgamma(n, 2)
b <- rbinom(n, 1, plogis(-1 + .5 * (x - 4) - .4 * z))
g <- sapply(seq_len(n), function(i) sample(c("never", "former", "current"), 1, prob = exp(c(0, .5 * z[i], -.7 + .9 * b[i]))))
mar <- data.frame(z = z, x = x, b = b, g = g)
mar$x[runif(n) < plogis(-1.2 + .8 * z)] <- NA
mar$b[runif(n) < plogis(-1.4 - .6 * z)] <- NA
mar$g[runif(n) < plogis(-1.3 + .5 * z)] <- NA
write.csv(mar, file.path(here, "mar.csv"), row.names = FALSE, quote = FALSE)
mar <- read.csv(file.path(here, "mar.csv"))
m <- 200
# mice's own polyreg takes the estimated coefficients for true ones; here they are drawn, as logreg does
mice.impute.polydraw <- function(y, ry, x, wy = !ry, ...) {
  fit <- nnet::multinom(y ~ x, data = list(y = y[ry], x = x[ry, , drop = FALSE]), trace = FALSE, Hess = TRUE, maxit = 500,
    reltol = 1e-10)
  beta <- MASS::mvrnorm(1, as.vector(t(coef(fit))), solve(fit$Hessian))
  raised <- exp(cbind(0, cbind(1, x[wy, , drop = FALSE]) %*% matrix(beta, ncol = nlevels(y) - 1)))
  cumulative <- t(apply(raised / rowSums(raised), 1, cumsum))
  levels(y)[1 + rowSums(runif(sum(wy)) > cumulative[, -nlevels(y), drop = FALSE])]
}
imp <- mice(transform(mar, b = factor(b), g = factor(g)), m = m, maxit = 10, seed = 5, printFlag = FALSE,
  method = c(z = "", x = "pmm", b = "logreg", g = "polydraw"))
tables <- lapply(seq_len(m), function(i) transform(complete(imp, i), b = as.integer(as.character(b))))
for (what in list(
  list("mean x", function(t) t$x), list("share b", function(t) t$b),
  list("share current", function(t) as.integer(t$g == "current")), list("share former", function(t) as.integer(t$g == "former")),
  list("mean x among b", function(t) t$x[t$b == 1]), list("share b among current", function(t) t$b[t$g == "current"]))) {
  v <- lapply(tables, what[[2]])
  q <- sapply(v, mean)
  add("chain", what[[1]], "estimate", mean(q)); add("chain", what[[1]], "between", var(q))
  add("chain", what[[1]], "within", mean(sapply(v, function(w) var(w) / length(w))))
}
add("chain", "", "imputations", m)

write.csv(do.call(rbind, values), file.path(here, "values.csv"), row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste(c("survey", "mice", "mitml"), sapply(c("survey", "mice", "mitml"),
  function(p) as.character(packageVersion(p))))), file.path(here, "session.txt"))
