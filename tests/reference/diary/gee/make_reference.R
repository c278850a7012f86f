#!/usr/bin/env Rscript
# Reference values for generalised estimating equations on a made-up diary.
# Usage: Rscript tests/reference/diary/gee/make_reference.R      writes diary.csv, values.csv and session.txt beside this script.
# values.csv: case, stat, key, value (17 significant digits). Stats of geepack: estimate, std_error (Liang-Zeger), model_error, alpha,
# scale. Stats of the plain R below, which forms every person's full covariance matrix: mancl_derouen, kauermann_carroll (standard
# errors), and, with t on persons - coefficients, conf_low, conf_high, p_value from Mancl-DeRouen. Cases "corrected/..." (moments divided
# by nights and pairs less coefficients), "negative binomial/..." and "fixed scale/..." are the plain R's throughout.
suppressPackageStartupMessages(library(geepack))
options(contrasts = c("contr.treatment", "contr.poly"))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

set.seed(20260114)
persons <- 48
lengths <- c(1, 1, sample(5:28, persons - 2, TRUE))  # two persons kept the diary for one night
diary <- do.call(rbind, lapply(seq_len(persons), function(i) {
  nights <- 20470 + seq_len(lengths[i])
  data.frame(person = i, night = nights, age = round(rnorm(1, 62, 11)), arm = sample(c("magnesium", "none", "placebo"), 1),
             level = rnorm(1, 0, 1.3), heavy = rbinom(length(nights), 1, 0.3), alcohol = sample(0:3, length(nights), TRUE, c(6, 3, 2, 1)),
             slept = round(rnorm(length(nights), 7, 1.2), 1))
}))
diary <- diary[runif(nrow(diary)) > 0.12 | ave(diary$night, diary$person, FUN = length) == 1, ]  # missed nights
eta <- -1.2 + 0.02 * (diary$age - 62) + 0.6 * diary$heavy + 0.15 * diary$alcohol - 0.3 * (diary$arm == "magnesium") + diary$level
diary$cramp <- rbinom(nrow(diary), 1, plogis(eta))
diary$log_slept <- log(diary$slept)
diary$cramps <- rpois(nrow(diary), 0.09 * diary$slept * exp(0.4 * diary$heavy - 0.2 * (diary$arm == "magnesium") + 0.5 * diary$level))
diary$pain <- round(3 + 0.8 * diary$heavy + 0.03 * (diary$age - 62) + 0.9 * diary$level + rnorm(nrow(diary)), 1)
diary$level <- NULL
write.csv(diary, file.path(here, "diary.csv"), row.names = FALSE, quote = FALSE)
diary <- read.csv(file.path(here, "diary.csv"))
diary$arm <- factor(diary$arm)

rows <- list()
keep <- function(case, stat, values) rows[[length(rows) + 1]] <<- data.frame(
  case, stat, key = if (is.null(names(values))) "" else names(values), value = trimws(formatC(values, digits = 17, format = "g")))

# plain R: link and variance as functions; alpha and scale from moments; `lost` is taken off nights and pairs
plain <- function(formula, linkinv, slope, variance, corstr, start, offset = 0, lost = 0, fixed = NULL) {
  X <- model.matrix(formula, diary); y <- model.response(model.frame(formula, diary)); b <- start
  ids <- split(seq_along(y), diary$person); p <- ncol(X)
  for (step in 1:2000) {
    eta <- drop(X %*% b) + offset; mu <- linkinv(eta); d <- slope(eta); v <- variance(mu); r <- (y - mu) / sqrt(v)
    scale <- if (is.null(fixed)) sum(r^2) / (length(y) - lost) else fixed
    products <- sum(sapply(ids, function(i) (sum(r[i])^2 - sum(r[i]^2)) / 2)); pairs <- sum(sapply(ids, function(i) choose(length(i), 2)))
    alpha <- if (corstr == "exchangeable") products / (scale * (pairs - lost)) else 0
    parts <- lapply(ids, function(i) {
      n <- length(i); R <- matrix(alpha, n, n); diag(R) <- 1; D <- X[i, , drop = FALSE] * d[i]
      Vi <- solve(diag(sqrt(v[i]), n) %*% R %*% diag(sqrt(v[i]), n)); list(D = D, DV = t(D) %*% Vi, e = y[i] - mu[i], n = n) })
    H <- Reduce(`+`, lapply(parts, function(q) q$DV %*% q$D)); U <- Reduce(`+`, lapply(parts, function(q) q$DV %*% q$e))
    move <- drop(solve(H, U)); b <- b + move
    if (max(abs(move)) < 1e-14) break
  }
  B <- solve(H); LZ <- MD <- KC <- matrix(0, p, p)
  for (q in parts) {
    u <- q$DV %*% q$e; w <- q$DV %*% solve(diag(q$n) - q$D %*% B %*% q$DV, q$e)
    LZ <- LZ + u %*% t(u); MD <- MD + w %*% t(w); KC <- KC + (u %*% t(w) + w %*% t(u)) / 2
  }
  error <- function(M) setNames(sqrt(diag(B %*% M %*% B)), colnames(X))
  list(b = b, alpha = alpha, scale = scale, lz = error(LZ), md = error(MD), kc = error(KC), model = setNames(sqrt(diag(B) * scale), colnames(X)))
}
small_sample <- function(case, fit, b, is_ratio) {
  keep(case, "mancl_derouen", fit$md); keep(case, "kauermann_carroll", fit$kc)
  df <- persons - length(b); half <- qt(0.975, df) * fit$md; shown <- if (is_ratio) exp else identity
  keep(case, "conf_low", shown(b - half)); keep(case, "conf_high", shown(b + half)); keep(case, "p_value", 2 * pt(-abs(b / fit$md), df))
}
whole <- function(case, fit, is_ratio = TRUE) {
  keep(case, "estimate", fit$b); keep(case, "std_error", fit$lz); keep(case, "model_error", fit$model)
  keep(case, "alpha", fit$alpha); keep(case, "scale", fit$scale); small_sample(case, fit, fit$b, is_ratio)
}
control <- geese.control(epsilon = 1e-13, maxit = 2000)
families <- list(
  logistic = list(cramp ~ age + arm + heavy * alcohol, binomial()), poisson = list(cramps ~ arm + heavy + offset(log_slept), poisson()),
  linear = list(pain ~ age + heavy + alcohol, gaussian()), patterns = list(cramp ~ arm + heavy, binomial()))
for (name in names(families)) for (corstr in c("independence", "exchangeable")) {
  formula <- families[[name]][[1]]; family <- families[[name]][[2]]; case <- paste0(name, "/", corstr)
  m <- geeglm(formula, id = person, data = diary, family = family, corstr = corstr, control = control)
  b <- coef(m); errors <- setNames(summary(m)$coefficients[, "Std.err"], names(b))
  offset <- if (name == "poisson") diary$log_slept else 0
  fit <- plain(formula, family$linkinv, family$mu.eta, family$variance, corstr, b, offset)
  stopifnot(max(abs(fit$b - b)) < 1e-9, max(abs(fit$lz / errors - 1)) < 1e-9, abs(fit$scale / m$geese$gamma - 1) < 1e-9)
  keep(case, "estimate", b); keep(case, "std_error", errors); keep(case, "scale", unname(m$geese$gamma))
  keep(case, "model_error", setNames(sqrt(diag(m$geese$vbeta.naiv)), names(b)))
  if (corstr == "exchangeable") { stopifnot(abs(fit$alpha - m$geese$alpha) < 1e-9); keep(case, "alpha", unname(m$geese$alpha)) }
  small_sample(case, fit, b, name != "linear")
}
logit <- families$logistic[[1]]; f <- binomial(); start <- coef(glm(logit, f, diary)); k <- length(start)
whole("corrected/exchangeable", plain(logit, f$linkinv, f$mu.eta, f$variance, "exchangeable", start, lost = k))
whole("fixed scale/exchangeable", plain(logit, f$linkinv, f$mu.eta, f$variance, "exchangeable", start, fixed = 1))
counts <- families$poisson[[1]]; start <- coef(glm(counts, poisson(), diary))
for (corstr in c("independence", "exchangeable"))
  whole(paste0("negative binomial/", corstr), plain(counts, exp, exp, function(mu) mu + mu^2 / 1.5, corstr, start, diary$log_slept))

write.csv(do.call(rbind, rows), file.path(here, "values.csv"), row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("geepack", packageVersion("geepack"))), file.path(here, "session.txt"))
