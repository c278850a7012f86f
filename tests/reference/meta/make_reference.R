# Reference values for pooled prevalences, made with R's metafor (Debian: r-cran-metafor).
# Run in this folder:  Rscript make_reference.R
# Writes studies.csv (made-up counts), values.csv (case, key, stat, value) and sessionInfo.txt.
suppressPackageStartupMessages(library(metafor))
options(digits = 17)

studies <- data.frame(
  study = letters[1:12],
  cases = c(17, 4, 52, 0, 31, 88, 9, 140, 23, 61, 5, 75),
  n = c(60, 45, 140, 25, 90, 160, 70, 410, 52, 233, 31, 300),
  age = c(52, 30, 61, 24, 47, 70, 33, 44, 66, 58, 28, 41),
  setting = c("clinic", "street", "clinic", "street", "clinic", "ward", "street", "street", "ward", "clinic", "ward", "street"))
write.csv(studies, "studies.csv", row.names = FALSE, quote = FALSE)

values <- list()
add <- function(case, key, stat, value) {
  value <- formatC(as.numeric(value), digits = 17, format = "g")
  values[[length(values) + 1]] <<- data.frame(case = case, key = key, stat = stat, value = trimws(value))
}
tight <- list(maxiter = 5000, threshold = 1e-15, tol = 1e-15)

pooled <- function(case, yi, vi) {
  for (method in c("REML", "ML", "DL", "PM", "FE")) for (test in c("knha", "z")) {
    if (method == "FE" && test == "knha") next
    r <- rma(yi, vi, method = method, test = test, control = tight)
    where <- paste(case, method, test, sep = "/")
    add(where, "pooled effect", "estimate", r$b); add(where, "pooled effect", "std_error", r$se)
    add(where, "pooled effect", "conf_low", r$ci.lb); add(where, "pooled effect", "conf_high", r$ci.ub)
    add(where, "pooled effect", "p_value", r$pval)
    add(where, "I2", "estimate", r$I2 / 100); add(where, "H2", "estimate", r$H2)
    add(where, "Q", "estimate", r$QE); add(where, "Q", "p_value", r$QEp)
    if (method == "FE") next
    p <- predict(r)
    add(where, "prediction interval", "conf_low", p$pi.lb); add(where, "prediction interval", "conf_high", p$pi.ub)
    # confint's own default tolerance is only 1e-4
    q <- confint(r, control = list(tol = 1e-15, maxiter = 10000))$random
    add(where, "tau2", "estimate", r$tau2)
    add(where, "tau2", "conf_low", q["tau^2", "ci.lb"]); add(where, "tau2", "conf_high", q["tau^2", "ci.ub"])
  }
}

regression <- function(case, formula, data, method, test) {
  r <- rma(yi, vi, mods = formula, data = data, method = method, test = test, control = tight)
  name <- sub("^intrcpt$", "intercept", sub("^setting", "setting=", rownames(r$b)))
  add(case, name, "estimate", r$b); add(case, name, "std_error", r$se); add(case, name, "p_value", r$pval)
  add(case, name, "conf_low", r$ci.lb); add(case, name, "conf_high", r$ci.ub)
  add(case, "residual tau2", "estimate", r$tau2); add(case, "residual I2", "estimate", r$I2 / 100)
  add(case, "R2", "estimate", r$R2 / 100)
  add(case, "test of moderators", "estimate", r$QM); add(case, "test of moderators", "p_value", r$QMp)
  add(case, "residual Q", "estimate", r$QE); add(case, "residual Q", "p_value", r$QEp)
}

e <- escalc(measure = "PLO", xi = cases, ni = n, data = studies)
add("escalc", e$study, "effect", e$yi); add("escalc", e$study, "variance", e$vi)
for (i in seq_len(nrow(studies))) {
  b <- binom.test(studies$cases[i], studies$n[i])$conf.int
  add("exact", studies$study[i], "conf_low", b[1]); add("exact", studies$study[i], "conf_high", b[2])
}
pooled("all", e$yi, e$vi)
pooled("three", e$yi[c(1, 3, 10)], e$vi[c(1, 3, 10)])
# nearly identical: no heterogeneity is estimated
pooled("alike", c(-0.50, -0.48, -0.52, -0.49), c(0.04, 0.05, 0.03, 0.06))
for (method in c("REML", "ML", "DL", "PM")) for (test in c("knha", "z"))
  regression(paste("regression", method, test, sep = "/"), ~ age + setting, e, method, test)
regression("regression age", ~ age, e, "REML", "knha")
t <- regtest(rma(yi, vi, data = e), model = "lm")
add("egger", "Egger slope", "t", t$zval); add("egger", "Egger slope", "p_value", t$pval)

# rma.glmm maximises with lme4's default tolerance (about 1e-5); lme4 is told to look closer
fit <- lme4::glmer(cbind(cases, n - cases) ~ 1 + (1 | study), data = studies, family = binomial, nAGQ = 60,
  control = lme4::glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e6), tolPwrss = 1e-13))
add("glmm", "pooled log odds", "estimate", lme4::fixef(fit))
add("glmm", "pooled log odds", "std_error", sqrt(as.matrix(vcov(fit))))
add("glmm", "tau2", "estimate", lme4::VarCorr(fit)$study[1])
rough <- rma.glmm(measure = "PLO", xi = cases, ni = n, data = studies, nAGQ = 60)
add("glmm metafor", "pooled log odds", "estimate", rough$b); add("glmm metafor", "pooled log odds", "std_error", rough$se)
add("glmm metafor", "tau2", "estimate", rough$tau2)

write.csv(do.call(rbind, values), "values.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste(c("metafor", "lme4"), c(packageVersion("metafor"), packageVersion("lme4")))), "sessionInfo.txt")
