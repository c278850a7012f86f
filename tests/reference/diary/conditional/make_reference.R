# Reference values for triggers within a person, made with R on a made-up diary:
#   Rscript make_reference.R      (in this folder; writes diary.csv, own.csv, values.csv, session.txt)
# survival::clogit(method = "exact"), mantelhaen.test, fisher.test, metafor. The sandwich of an exact fit is not in survival; it is
# written out here in base R from the recursion over elementary symmetric functions, one person at a time.
suppressMessages({library(survival); library(metafor)})
RNGversion("4.0.0"); set.seed(20261123)

persons <- 40
rows <- do.call(rbind, lapply(1:persons, function(i) {
  n <- sample(12:70, 1); night <- 20500 + sort(sample(n + 12, n))
  level <- if (i == 1) -40 else if (i == 2) 40 else if (i == 3) 2 else rnorm(1, -1.2, 1.1)
  minutes <- round(rgamma(n, 1.2, 1 / 25) + 8 * level * (abs(level) < 5)); minutes <- pmax(minutes, 0)
  lifting <- rbinom(n, 1, plogis(-0.8 + 0.3 * level * (abs(level) < 5)))
  intensity <- sample(c("light", "moderate", "vigorous"), n, replace = TRUE)
  cramp <- rbinom(n, 1, plogis(level + 0.008 * minutes + rnorm(1, 0.5, 1) * lifting + 0.4 * (intensity == "vigorous")))
  data.frame(person = sprintf("P%03d", i), night, cramp, minutes, lifting, intensity)
}))
rows$lifting[sample(nrow(rows), 60)] <- NA
write.csv(rows, "diary.csv", row.names = FALSE, na = "")
out <- NULL
put <- function(case, stat, key, value) out <<- rbind(out, data.frame(case, stat, key, value = sprintf("%.15g", value)))

## exact conditional logistic regression, robust variances in base R
recursion <- function(X, k, b) {          # log e_k, its gradient and Hessian
  w <- exp(X %*% b); p <- ncol(X); n <- nrow(X)
  f <- numeric(k + 1); f[1] <- 1; g <- matrix(0, k + 1, p); h <- array(0, c(k + 1, p, p))
  for (t in 1:n) for (j in min(t, k):1) {
    x <- X[t, ]; F <- f[j]; G <- g[j, ]; H <- matrix(h[j, , ], p, p)
    f[j + 1] <- f[j + 1] + w[t] * F
    g[j + 1, ] <- g[j + 1, ] + w[t] * (G + x * F)
    h[j + 1, , ] <- matrix(h[j + 1, , ], p, p) + w[t] * (H + x %o% G + G %o% x + x %o% x * F)
  }
  m <- g[k + 1, ] / f[k + 1]
  list(log = log(f[k + 1]), mean = m, var = matrix(h[k + 1, , ], p, p) / f[k + 1] - m %o% m)
}
by_hand <- function(X, y, id, b) {
  u <- NULL; H <- list(); loglik <- 0
  for (i in unique(id)) {
    s <- id == i; k <- sum(y[s]); if (k == 0 || k == sum(s)) next
    Z <- scale(X[s, , drop = FALSE], scale = FALSE); r <- recursion(Z, k, b)
    total <- colSums(Z[y[s] == 1, , drop = FALSE])
    u <- rbind(u, total - r$mean); H[[length(H) + 1]] <- r$var; loglik <- loglik + sum(total * b) - r$log
  }
  B <- solve(Reduce(`+`, H)); p <- ncol(X)
  v <- t(sapply(seq_along(H), function(i) solve(diag(p) - H[[i]] %*% B, u[i, ]))); if (p == 1) v <- t(v)
  list(loglik = loglik, gradient = colSums(u), model = B, robust = B %*% crossprod(u) %*% B, md = B %*% crossprod(v) %*% B)
}
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
cases <- list(numbers = cramp ~ minutes + lifting, categories = cramp ~ minutes + intensity, yes_no = cramp ~ lifting,
              one_number = cramp ~ minutes, interaction = cramp ~ minutes * lifting)
for (case in names(cases)) {
  used <- rows[complete.cases(rows[all.vars(cases[[case]])]), ]
  m <- clogit(update(cases[[case]], . ~ . + strata(person)), used, method = "exact", control = control)
  X <- model.matrix(cases[[case]], used)[, -1, drop = FALSE]
  own <- by_hand(X, used$cramp, used$person, coef(m))
  stopifnot(max(abs(own$gradient)) < 1e-6, abs(own$loglik - m$loglik[2]) < 1e-7, max(abs(own$model / vcov(m) - 1)) < 1e-7)
  for (k in names(coef(m))) {
    put(case, "estimate", k, coef(m)[k]); put(case, "std_error", k, sqrt(vcov(m)[k, k]))
    at <- match(k, colnames(X))
    put(case, "robust", k, sqrt(diag(own$robust))[at]); put(case, "mancl_derouen", k, sqrt(diag(own$md))[at])
  }
  put(case, "loglik", "at zero", m$loglik[1]); put(case, "loglik", "fitted", m$loglik[2])
}

## Mantel-Haenszel by lag, by the calendar
key <- paste(rows$person, rows$night)
for (lag in -2:3) {
  x <- rows$lifting[match(paste(rows$person, rows$night - lag), key)]
  some <- !is.na(x); id <- factor(rows$person[some])
  tab <- table(factor(x[some], c(1, 0)), factor(rows$cramp[some], c(1, 0)), id)
  tab <- tab[, , apply(tab, 3, sum) > 1]
  m <- mantelhaen.test(tab, correct = FALSE)
  put(paste0("lag ", lag), "estimate", "lifting", m$estimate); put(paste0("lag ", lag), "p_value", "lifting", m$p.value)
  put(paste0("lag ", lag), "conf_low", "lifting", m$conf.int[1]); put(paste0("lag ", lag), "conf_high", "lifting", m$conf.int[2])
}
e <- mantelhaen.test(table(factor(rows$lifting, c(1, 0)), factor(rows$cramp, c(1, 0)), rows$person), exact = TRUE)
put("exact", "estimate", "lifting", e$estimate)

## persons' own odds ratios, and their pool. fisher.test finds its roots to 1e-4 only, so they are found again from the same
## distribution, to the last digits; the two must agree to the tolerance of its search (1e-4 of x or of 1 / x).
roots <- function(tab) {
  m <- sum(tab[1, ]); n <- sum(tab[2, ]); k <- sum(tab[, 1]); a <- tab[1, 1]
  s <- max(0, k - n):min(k, m); chance <- function(b) { l <- dhyper(s, m, n, k, log = TRUE) + b * s; l <- exp(l - max(l)); l / sum(l) }
  at <- function(f) uniroot(f, c(-30, 30), tol = 1e-14, maxiter = 5000)$root
  c(estimate = if (a == min(s)) 0 else if (a == max(s)) Inf else exp(at(function(b) sum(s * chance(b)) - a)),
    conf_low = if (a == min(s)) 0 else exp(at(function(b) sum(chance(b)[s >= a]) - 0.025)),
    conf_high = if (a == max(s)) Inf else exp(at(function(b) 0.025 - sum(chance(b)[s <= a]))))
}
own <- do.call(rbind, lapply(split(rows, rows$person), function(d) {
  tab <- table(factor(d$lifting, c(1, 0)), factor(d$cramp, c(1, 0)))
  if (any(rowSums(tab) == 0) || any(colSums(tab) == 0)) return(NULL)
  m <- fisher.test(tab); r <- roots(tab); found <- c(m$estimate, m$conf.int)
  stopifnot(all(is.finite(found) == is.finite(r)), max(abs(found - r)[is.finite(r)] / (1 + r[is.finite(r)]^2)) < 1e-3)
  data.frame(person = d$person[1], t(r), p_value = m$p.value, a = tab[1, 1], b = tab[1, 2], c = tab[2, 1], d = tab[2, 2])
}))
write.csv(format(own, digits = 15), "own.csv", row.names = FALSE, quote = FALSE)
es <- escalc(measure = "OR", ai = a, bi = b, ci = c, di = d, data = own, add = 1/2, to = "all")
r <- rma(yi, vi, data = es, method = "REML", test = "knha", control = list(threshold = 1e-12, maxiter = 1000))
pr <- predict(r, transf = exp)
put("pool", "pooled odds ratio", "estimate", exp(coef(r))); put("pool", "pooled odds ratio", "std_error", r$se)
put("pool", "tau2", "estimate", r$tau2)
put("pool", "prediction interval", "conf_low", pr$pi.lb); put("pool", "prediction interval", "conf_high", pr$pi.ub)
put("pool", "I2", "estimate", r$I2 / 100)
g <- rma.glmm(measure = "OR", ai = a, bi = b, ci = c, di = d, data = own, model = "CM.EL",
              control = list(optimizer = "nlminb", rel.tol = 1e-12, hessianCtrl = list(r = 8),
                             intCtrl = list(rel.tol = 1e-12, subdivisions = 1000L)))
put("glmm", "center", "estimate", coef(g)); put("glmm", "center", "std_error", g$se); put("glmm", "tau2", "estimate", g$tau2)
write.csv(out, "values.csv", row.names = FALSE, quote = TRUE)
writeLines(c(R.version.string, paste("survival", packageVersion("survival")), paste("metafor", packageVersion("metafor"))), "session.txt")
