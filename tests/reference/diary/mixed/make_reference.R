#!/usr/bin/env Rscript
# Reference values for random-intercept models on the made-up diary of ../gee/diary.csv.
# Usage: Rscript tests/reference/diary/mixed/make_reference.R      writes values.csv and session.txt beside this script.
# values.csv: case, stat, key, value (17 significant digits). Cases are "model/nodes" by glmer, with tolerances as small as it takes
# (its own defaults leave errors of 1e-3 at one node): estimate, std_error, sd, loglik. Cases "model/exact" maximise the same likelihood
# with every person's integral by the trapezoid rule, one person at a time, and have in addition the standard error of log(sd), its profile
# interval, the log-likelihood without a random intercept, and the marginal coefficients with their standard errors.
suppressPackageStartupMessages(library(lme4))
options(contrasts = c("contr.treatment", "contr.poly"))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
diary <- read.csv(file.path(here, "..", "gee", "diary.csv")); diary$arm <- factor(diary$arm); diary$old <- (diary$age - 62) / 10
rows <- list()
keep <- function(case, stat, values) rows[[length(rows) + 1]] <<- data.frame(
  case, stat, key = if (is.null(names(values))) "" else names(values), value = trimws(formatC(values, digits = 17, format = "g")))

control <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-10, maxfun = 1e6))
models <- list(logistic = list(cramp ~ old + arm + heavy, binomial()), poisson = list(cramps ~ arm + heavy + offset(log_slept), poisson()))
saturated <- sum(dpois(diary$cramps, diary$cramps, log = TRUE))  # glmer leaves it out where it has more than one node
for (name in names(models)) for (nodes in c(1, 5, 25)) {
  m <- glmer(update(models[[name]][[1]], . ~ . + (1 | person)), diary, models[[name]][[2]], nAGQ = nodes, control = control)
  case <- paste0(name, "/", nodes); keep(case, "estimate", fixef(m)); keep(case, "sd", unname(getME(m, "theta")))
  keep(case, "std_error", setNames(sqrt(diag(as.matrix(vcov(m)))), names(fixef(m))))
  keep(case, "loglik", as.numeric(logLik(m)) + if (name == "poisson" && nodes > 1) saturated else 0)
}

for (name in names(models)) {
  formula <- models[[name]][[1]]; family <- models[[name]][[2]]; X <- model.matrix(formula, diary); k <- ncol(X)
  y <- model.response(model.frame(formula, diary)); offset <- if (name == "poisson") diary$log_slept else rep(0, length(y))
  case <- paste0(name, "/exact")
  density <- if (name == "logistic") function(y, eta) plogis((2 * y - 1) * eta, log.p = TRUE) else function(y, eta) y * eta - exp(eta) - lgamma(y + 1)
  u <- seq(-10, 10, by = 0.1)  # trapezoid rule: of integrands that vanish at both ends and are wider than 0.2, exact to rounding
  own <- match(diary$person, unique(diary$person))
  loglik <- function(par) {
    eta <- drop(X %*% par[1:k]) + offset
    h <- rowsum(density(y, outer(eta, exp(par[k + 1]) * u, `+`)), own) + rep(dnorm(u, log = TRUE), each = max(own))
    top <- apply(h, 1, max); sum(top + log(0.1 * rowSums(exp(h - top))))
  }
  gradient <- function(par, h = 1e-4, which = seq_along(par)) sapply(which, function(j) {  # five points
    at <- function(s) { q <- par; q[j] <- q[j] + s * h; loglik(q) }
    (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h) })
  m <- glmer(update(formula, . ~ . + (1 | person)), diary, family, nAGQ = 25, control = control)
  par <- unname(c(fixef(m), log(getME(m, "theta"))))
  hessian <- function(par, h = 1e-3) { out <- sapply(seq_along(par), function(j) {
    up <- down <- par; up[j] <- up[j] + h; down[j] <- down[j] - h; (gradient(up) - gradient(down)) / (2 * h) }); (out + t(out)) / 2 }
  H <- hessian(par)
  for (step in 1:3) par <- par - solve(H, gradient(par))
  V <- solve(-hessian(par)); se <- sqrt(diag(V)); best <- loglik(par); null <- glm(formula, family, diary)
  keep(case, "estimate", setNames(par[1:k], colnames(X))); keep(case, "std_error", setNames(se[1:k], colnames(X)))
  keep(case, "sd", exp(par[k + 1])); keep(case, "log_sd_error", se[k + 1]); keep(case, "loglik", best)
  keep(case, "loglik_without", as.numeric(logLik(null)))
  keep(case, "p_value", setNames(2 * pnorm(-abs(par[1:k] / se[1:k])), colnames(X)))
  score <- function(par) {  # by the coefficients: X'(y - mean over each person's posterior)
    eta <- outer(drop(X %*% par[1:k]) + offset, exp(par[k + 1]) * u, `+`)
    h <- rowsum(density(y, eta), own) + rep(dnorm(u, log = TRUE), each = max(own)); w <- exp(h - apply(h, 1, max)); w <- w / rowSums(w)
    drop(crossprod(X, y - rowSums(w[own, ] * family$linkinv(eta)))) }
  profile <- function(log_sd) {
    b <- par[1:k]; for (step in 1:20) b <- b - solve(H[1:k, 1:k], score(c(b, log_sd))); loglik(c(b, log_sd)) }
  gap <- function(log_sd) profile(log_sd) - best + qchisq(0.95, 1) / 2
  low <- uniroot(gap, par[k + 1] - c(4 * se[k + 1], 0.5 * se[k + 1]), tol = 1e-7)$root
  high <- uniroot(gap, par[k + 1] + c(0.5 * se[k + 1], 4 * se[k + 1]), tol = 1e-7)$root
  keep(case, "profile", c(low = exp(low), high = exp(high)))
  if (name == "logistic") {  # Hedeker et al. 2018, by integrate()
    marginal <- function(par) { eta <- drop(X %*% par[1:k]); kinds <- unique(eta)
      p <- sapply(kinds, function(e) integrate(function(u) plogis(e + exp(par[k + 1]) * u) * dnorm(u), -12, 12, rel.tol = 1e-12)$value)
      drop(solve(crossprod(X), crossprod(X, qlogis(p[match(eta, kinds)])))) }
    J <- sapply(seq_along(par), function(j) { up <- down <- par; up[j] <- up[j] + 1e-4; down[j] <- down[j] - 1e-4
      (marginal(up) - marginal(down)) / 2e-4 })
    keep(case, "marginal", setNames(marginal(par), colnames(X))); keep(case, "marginal_error", setNames(sqrt(diag(J %*% V %*% t(J))), colnames(X)))
  }
}
write.csv(do.call(rbind, rows), file.path(here, "values.csv"), row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("lme4", packageVersion("lme4"))), file.path(here, "session.txt"))
