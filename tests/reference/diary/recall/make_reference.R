# Values for test_recall_reference.py: made-up nights, then R's packages on them.
#   Rscript make_reference.R        (in this folder; writes nights.csv, values.csv, session.txt)
suppressPackageStartupMessages({library(VGAM); library(glmmTMB); library(survival); library(lme4)})
set.seed(60)
persons <- 45
p <- ifelse(runif(persons) < 0.25, 0, rbeta(persons, 0.7, 4))
rows <- list()
for (i in 1:persons) {
  last <- sample(25:40, 1)
  y <- rbinom(last, 1, p[i])
  kept <- runif(last) > 0.08; kept[1] <- TRUE
  rows[[i]] <- data.frame(person = sprintf("P%03d", i), night = 20000 + which(kept), cramp = y[kept])
}
d <- do.call(rbind, rows)
write.csv(d, "nights.csv", row.names = FALSE, quote = FALSE)
values <- data.frame(name = character(), value = numeric())
add <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

n <- as.integer(tapply(d$cramp, d$person, length)); s <- as.integer(tapply(d$cramp, d$person, sum))
pp <- data.frame(n = n, s = s)
shares <- function(w) ifelse(n >= w, 1 - choose(n - s, w) / choose(n, w), NA)
for (w in c(1, 7, 14, 28)) {
  h <- shares(w); h <- h[!is.na(h)]
  add(paste0("u_", w), mean(h)); add(paste0("u_se_", w), sd(h) / sqrt(length(h))); add(paste0("u_n_", w), length(h))
}

# beta-binomial: VGAM (logits of mean and correlation), glmmTMB
m <- vglm(cbind(s, n - s) ~ 1, VGAM::betabinomial, data = pp, epsilon = 1e-12, maxit = 200)
add("vgam_logit_mean", coef(m)[1]); add("vgam_logit_rho", coef(m)[2]); add("vgam_loglik", logLik(m))
m <- glmmTMB(cbind(s, n - s) ~ 1, family = glmmTMB::betabinomial(), data = pp,
             control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12)))
add("tmb_logit_mean", fixef(m)$cond); add("tmb_phi", sigma(m)); add("tmb_loglik", logLik(m))
add("tmb_se_logit_mean", sqrt(vcov(m)$cond[1, 1]))
mu <- plogis(fixef(m)$cond); a <- mu * sigma(m); b <- (1 - mu) * sigma(m)
for (w in c(7, 28, 365, 21915)) add(paste0("tmb_share_", w), 1 - exp(lbeta(a, b + w) - lbeta(a, b)))
# delta method: slopes of the share in (logit mean, log phi) by central differences, covariance of both from glmmTMB
both <- vcov(m, full = TRUE); at <- c(fixef(m)$cond, log(sigma(m)))
share <- function(q, w) { mu <- plogis(q[1]); a <- mu * exp(q[2]); b <- (1 - mu) * exp(q[2])
  1 - exp(lbeta(a, b + w) - lbeta(a, b)) }
for (w in c(7, 28, 365)) {
  slope <- sapply(1:2, function(i) { e <- replace(c(0, 0), i, 1e-5); (share(at + e, w) - share(at - e, w)) / 2e-5 })
  add(paste0("tmb_se_share_", w), sqrt(drop(t(slope) %*% both %*% slope))) }
# profile likelihood of the share over 28 nights: all (a, b) whose likelihood is high enough, by a fine search in one direction
ll <- function(a, b) sum(lchoose(n, s) + lbeta(a + s, b + n - s) - lbeta(a, b))
top <- as.numeric(logLik(m))
profile <- function(share, w) {  # highest log-likelihood with that share: b solves for each log(a)
  f <- function(la) { a <- exp(la)
    g <- function(lb) { b <- exp(lb); 1 - exp(lbeta(a, b + w) - lbeta(a, b)) - share }
    if (g(-20) * g(25) > 0) return(-1e10)
    ll(a, exp(uniroot(g, c(-20, 25), tol = 1e-13)$root)) }
  grid <- seq(-5, 5, length.out = 201); best <- grid[which.max(sapply(grid, f))]
  optimize(f, best + c(-0.1, 0.1), maximum = TRUE, tol = 1e-10)$objective }
for (w in c(28, 365)) { at <- 1 - exp(lbeta(a, b + w) - lbeta(a, b))
  miss <- function(share) top - profile(share, w) - qchisq(0.95, 1) / 2
  add(paste0("profile_low_", w), uniroot(miss, c(at * 0.4, at - 1e-4), tol = 1e-9)$root)
  add(paste0("profile_high_", w), uniroot(miss, c(at + 1e-4, 1 - (1 - at) * 0.02), tol = 1e-9)$root) }

# beta-binomial regression on a person's characteristic (every second person)
pp$even <- as.integer(seq_along(n) %% 2 == 0)
m <- vglm(cbind(s, n - s) ~ even, VGAM::betabinomial(zero = 2), data = pp, epsilon = 1e-13, maxit = 500)
add("reg_vgam_intercept", coef(m)[1]); add("reg_vgam_logit_rho", coef(m)[2]); add("reg_vgam_even", coef(m)[3])
m <- glmmTMB(cbind(s, n - s) ~ even, family = glmmTMB::betabinomial(), data = pp,
             control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12)))
add("reg_tmb_even", fixef(m)$cond["even"]); add("reg_tmb_se_even", sqrt(vcov(m)$cond["even", "even"]))
add("reg_tmb_loglik", logLik(m))

# beta-binomial with never-crampers
m <- glmmTMB(cbind(s, n - s) ~ 1, ziformula = ~1, family = glmmTMB::betabinomial(), data = pp,
             control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12, iter.max = 1000, eval.max = 1000)))
add("zi_logit_mean", fixef(m)$cond); add("zi_phi", sigma(m)); add("zi_never", plogis(fixef(m)$zi)); add("zi_loglik", logLik(m))

# logit-normal: glmer with adaptive quadrature (its log-likelihood leaves the binomial coefficients out above one node)
pp$person <- factor(seq_along(n))
m <- glmer(cbind(s, n - s) ~ 1 + (1 | person), data = pp, family = binomial, nAGQ = 75,
           control = glmerControl(tolPwrss = 1e-12, optCtrl = list(xtol_rel = 1e-12, ftol_rel = 1e-14, maxeval = 10000)))
add("glmer_mean", fixef(m)); add("glmer_sd", attr(VarCorr(m)$person, "stddev"))

# gamma-Poisson: integrate() piece by piece over the logarithm of the rate, and optim()
breaks <- c(-80, -30, -15, -10, -8, seq(-7, 2, 0.5), 5)
like <- function(q) { mean <- exp(q[1]); shape <- exp(q[2])
  -sum(mapply(function(ni, si) {
    f <- function(x) { l <- exp(x)
      exp(si * log(-expm1(-l)) - l * (ni - si) + dgamma(l, shape, shape / mean, log = TRUE) + x) }
    pieces <- mapply(function(low, high) integrate(f, low, high, rel.tol = 1e-10)$value, head(breaks, -1), tail(breaks, -1))
    log(sum(pieces)) + lchoose(ni, si) }, n, s)) }
o <- optim(c(log(0.1), log(0.5)), like, method = "BFGS", control = list(reltol = 1e-15, ndeps = c(1e-4, 1e-4)))
add("gamma_log_mean", o$par[1]); add("gamma_log_shape", o$par[2]); add("gamma_loglik", -o$value)

# Kaplan-Meier of the wait from every night: survfit with weights, delete-one-person jackknife
waits <- do.call(rbind, lapply(split(d, d$person), function(x) {
  run <- cumsum(c(TRUE, diff(x$night) != 1))
  do.call(rbind, lapply(seq_len(nrow(x)), function(t) { ahead <- which(run == run[t] & seq_len(nrow(x)) >= t)
    hit <- ahead[x$cramp[ahead] == 1]
    data.frame(person = x$person[t], time = if (length(hit)) hit[1] - t + 1 else length(ahead), seen = length(hit) > 0,
               weight = 1 / nrow(x)) })) }))
km <- function(k, w) { f <- survfit(Surv(time, seen) ~ 1, data = k, weights = weight); 1 - summary(f, times = w, extend = TRUE)$surv }
at <- c(1, 7, 14)
whole <- km(waits, at)
names <- unique(waits$person)
out <- sapply(names, function(one) km(waits[waits$person != one, ], at))
k <- length(names)
se <- sqrt((k - 1) / k * rowSums((out - rowMeans(out))^2))
for (i in seq_along(at)) { add(paste0("km_", at[i]), whole[i]); add(paste0("km_se_", at[i]), se[i]) }

write.csv(transform(values, value = sprintf("%.15g", value)), "values.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, sapply(c("VGAM", "glmmTMB", "survival", "lme4"), function(x) paste(x, packageVersion(x)))),
           "session.txt")
