# Counts, severity, trials; sourced by make_reference.R, which defines put() and d
suppressPackageStartupMessages({library(MASS); library(glmmTMB); library(sandwich); library(lme4); library(pscl)})
own$woman <- as.integer(own$sex == "women"); d$woman <- as.integer(d$sex == "women")
coefs <- function(case, b, v) for (i in seq_along(b)) {
  put(case, names(b)[i], "coefficient", b[i]); put(case, names(b)[i], "std_error", sqrt(diag(as.matrix(v)))[i])
}
tight <- glm.control(epsilon = 1e-14, maxit = 100)
m <- glm.nb(cramps ~ woman + offset(log(one)), own, control = tight)
coefs("nb persons expected", coef(m), vcov(m)); put("nb persons expected", "", "loglik", logLik(m)); put("nb persons expected", "", "alpha", 1 / m$theta)
# the observed information (glmmTMB stops early, so its Hessian is taken by differences at the maximum of glm.nb)
m2 <- glmmTMB(cramps ~ woman + offset(log(one)), own, family = nbinom2, start = list(beta = coef(m), betad = log(m$theta)))
coefs("nb persons model", fixef(m2)$cond, vcov(m2)$cond); put("nb persons model", "", "loglik", logLik(m2))
p <- glm(cramps ~ woman + offset(log(one)), poisson, own, control = tight)
coefs("poisson persons robust", coef(p), vcovHC(p, "HC0") * nrow(own) / (nrow(own) - 1))
put("poisson persons robust", "", "pearson", sum(residuals(p, "pearson")^2) / p$df.residual)
n <- glm(cramps ~ woman + standing_hours + weekend, poisson, d, control = tight)
coefs("poisson nights robust", coef(n), vcovCL(n, d$person, type = "HC0", cadjust = TRUE)); put("poisson nights robust", "", "loglik", logLik(n))
q <- glm.nb(cramps ~ woman + standing_hours + weekend, d, control = tight)
coefs("nb nights expected", coef(q), vcov(q)); put("nb nights expected", "", "loglik", logLik(q)); put("nb nights expected", "", "alpha", 1 / q$theta)
zi <- function(dist) zeroinfl(cramps ~ woman + standing_hours | 1, d, dist = dist, EM = FALSE,
  control = zeroinfl.control(reltol = 1e-16, maxit = 1e5, EM = FALSE))
z <- zi("poisson"); coefs("zip nights model", coef(z), vcov(z)); put("zip nights model", "", "loglik", logLik(z))
# no more zeros than a negative binomial makes: its log-likelihood must be that of a plain one
b0 <- glm.nb(cramps ~ woman + standing_hours, d, control = tight); put("zinb without zeros", "", "loglik", logLik(b0))
e <- read.csv("zeros.csv")
z <- zeroinfl(cramps ~ x | 1, e, dist = "negbin", control = zeroinfl.control(reltol = 1e-16, maxit = 1e5, EM = FALSE))
coefs("zinb model", coef(z), vcov(z)); put("zinb model", "", "loglik", logLik(z)); put("zinb model", "", "alpha", 1 / z$theta)

# severity and minutes among cramp nights: random intercept of the person, REML
k <- subset(d, cramp == 1)
tightly <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 2e-2, rhoend = 1e-12))
lmm <- function(case, f, data) {
  m <- lmerTest::lmer(f, data, control = tightly); s <- coef(summary(m, ddf = "Satterthwaite"))
  coefs(case, fixef(m), vcov(m)); for (t in rownames(s)) put(case, t, "df", s[t, "df"])
  v <- as.data.frame(VarCorr(m)); put(case, "", "sd_person", v$sdcor[1]); put(case, "", "sd_night", v$sdcor[2])
  put(case, "", "loglik", logLik(m))
}
lmm("severity", cramp_severity ~ 1 + (1 | person), k)
lmm("severity on standing", cramp_severity ~ woman + standing_hours + (1 | person), k)
lmm("log minutes", log(cramp_minutes) ~ woman + standing_hours + (1 | person), k)
# shares of cramp nights by site, persons as PSU; cramp nights are a domain of the diary
ks <- subset(des, cramp == 1)
for (site in c("calf", "foot", "thigh")) {
  s <- svymean(~I(as.numeric(cramp_site == site)), ks); put("site", site, "estimate", coef(s)); put("site", site, "std_error", SE(s))
}

# two-period crossover
x <- read.csv("crossover.csv")
a <- aggregate(cramps ~ person + period + treatment, x, function(v) c(sum = sum(v), n = length(v)))
a <- data.frame(a[1:3], events = a$cramps[, "sum"], nights = a$cramps[, "n"])
w <- merge(subset(a, treatment == "magnesium"), subset(a, treatment == "placebo"), by = "person", suffixes = c("_a", "_r"))
w$s <- ifelse(w$period_a == 2, 1, -1); w$off <- log(w$nights_a / w$nights_r)
g <- glm(cbind(events_a, events_r) ~ s, binomial, subset(w, events_a + events_r > 0), offset = off, control = tight)
coefs("crossover ratio", coef(g), vcovHC(g, "HC3")); put("crossover ratio", "", "df", g$df.residual)
# the same estimate from Poisson counts with a coefficient for each person
b <- subset(a, person %in% w$person)
fe <- glm(events ~ (treatment == "magnesium") + (period == 2) + factor(person) + offset(log(nights)), poisson, b, control = tight)
put("crossover fixed persons", "treatment", "coefficient", coef(fe)[2]); put("crossover fixed persons", "period", "coefficient", coef(fe)[3])
w$da <- 7 * w$events_a / w$nights_a; w$dr <- 7 * w$events_r / w$nights_r
l <- lm(I(da - dr) ~ s, w); coefs("crossover difference", coef(l), vcov(l)); put("crossover difference", "", "df", l$df.residual)
put("crossover difference", "(Intercept)", "p_value", coef(summary(l))[1, 4])
tt <- t.test(I((da + dr) / 2) ~ I(-s), w, var.equal = TRUE)
put("crossover sequence", "", "estimate", tt$estimate[1] - tt$estimate[2]); put("crossover sequence", "", "p_value", tt$p.value)

# parallel groups
y <- read.csv("parallel.csv"); y$pre <- y$phase == "before"
u <- aggregate(cramps ~ person + treatment + pre, y, function(v) c(sum = sum(v), n = length(v)))
u <- data.frame(u[1:3], events = u$cramps[, "sum"], nights = u$cramps[, "n"])
u <- merge(subset(u, !pre), subset(u, pre), by = c("person", "treatment"), suffixes = c("", "_b"))
u$arm <- as.integer(u$treatment == "vitamin K2"); u$base <- log((u$events_b + 0.5) / u$nights_b)
u$rate <- 7 * u$events / u$nights; u$rate_b <- 7 * u$events_b / u$nights_b
hess <- function(m, f) { t <- glmmTMB(f, u, family = nbinom2, start = list(beta = coef(m), betad = log(m$theta))); vcov(t)$cond }
m <- glm.nb(events ~ arm + base + offset(log(nights)), u, control = tight)
coefs("parallel ratio baseline", coef(m), hess(m, events ~ arm + base + offset(log(nights))))
m <- glm.nb(events ~ arm + offset(log(nights)), u, control = tight); coefs("parallel ratio", coef(m), hess(m, events ~ arm + offset(log(nights))))
l <- lm(rate ~ arm + rate_b, u); coefs("parallel ancova", coef(l), vcovHC(l, "HC3")); put("parallel ancova", "", "df", l$df.residual)
for (v in c("rate", "change")) {
  value <- if (v == "rate") u$rate else u$rate - u$rate_b
  tt <- t.test(value[u$arm == 1], value[u$arm == 0])
  put(paste("parallel", v), "", "estimate", tt$estimate[1] - tt$estimate[2]); put(paste("parallel", v), "", "df", tt$parameter)
  put(paste("parallel", v), "", "p_value", tt$p.value); put(paste("parallel", v), "", "conf_low", tt$conf.int[1])
}
