#!/usr/bin/env Rscript
# Reference values for replicate weights, calibration, t and rank tests and r x c tables, from made-up data: data/paired.csv here
# (make_example.py) and the examples of ../survey/data.
# Usage: Rscript tests/reference/replicates/make_reference.R     writes values.csv, session.txt, data/hadamard.csv, data/bootstrap.csv.
# values.csv: case, key, stat, value (17 significant digits).
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "..", "survey", "formulas.R"))
options(survey.lonely.psu = "fail", digits = 17)
example <- function(name) read.csv(file.path(here, "..", "survey", "data", paste0(name, ".csv")))
paired <- read.csv(file.path(here, "data", "paired.csv"))
put <- function(matrix, name) {
  text <- apply(as.matrix(matrix), 2, function(x) trimws(formatC(x, digits = 17, format = "g")))
  colnames(text) <- paste0("r", seq_len(ncol(text)))
  write.csv(text, file.path(here, "data", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}
complex <- example("complex"); simple <- transform(example("simple"), one = 1)
d <- list(
  paired = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = paired),
  complex = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = complex),
  complex_fpc = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~fpc, nest = TRUE, data = complex),
  simple = svydesign(id = ~1, weights = ~one, data = simple),
  simple_fpc = svydesign(id = ~1, weights = ~one, fpc = ~population, data = simple),
  stratified = svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~fpc, data = example("stratified")),
  clusters = svydesign(id = ~cluster, weights = ~weight, fpc = ~fpc, data = example("clusters")),
  clusters_wr = svydesign(id = ~cluster, weights = ~weight, data = example("clusters")),
  two_stages = svydesign(id = ~cluster + person, weights = ~weight, fpc = ~fpc1 + fpc2, data = example("two_stages")))

# ------------------------------------------------------------------------------------------------ replicate weights
H <- survey:::hadamard(11)
stopifnot(ncol(H) == 12)
write.table(H, file.path(here, "data", "hadamard.csv"), sep = ",", row.names = FALSE, col.names = FALSE)

# One share, mean, total and ratio, whole and by group, with covariance; comparison and table.
replicated <- function(case, r, third = "z", group = "race") {
  add(case, "", "degf", degf(r)); add(case, "", "replicates", ncol(weights(r, "analysis")))
  proportions(paste0(case, "/proportion"), r, "y"); proportions(paste0(case, "/proportion"), r, "y", "sex")
  for (v in c("x", third)) {
    a <- analysed(r, v); m <- svymean(reformulate(v), a); t <- svytotal(reformulate(v), a)
    add_t(paste0(case, "/mean/", v), "", coef(m), SE(m)[1], degf(a)); add_t(paste0(case, "/total/", v), "", coef(t), SE(t)[1], degf(a))
  }
  a <- analysed(r, "x")
  ratio <- svyratio(~x, reformulate(third), a); add_t(paste0(case, "/ratio"), "", coef(ratio), as.vector(SE(ratio)), degf(a))
  add_covariance(paste0(case, "/mean/x"), r, "x", group)
  association(paste0(case, "/chisq"), r, "y", group)
  t <- svyttest(x ~ sex, a)
  add(case, "", "difference", t$estimate); add(case, "", "t", t$statistic); add(case, "", "t_df", t$parameter)
  add(case, "", "t_p", t$p.value)
  # any statistic: the weighted correlation of x and z
  v <- withReplicates(a, function(w, data) cov.wt(data[c("x", third)], w, cor = TRUE)$cor[1, 2])
  add(case, "", "correlation", coef(v)); add(case, "", "correlation_se", SE(v)[1])
}
for (mse in c(FALSE, TRUE)) {
  tag <- if (mse) "_mse" else ""
  make <- function(design, ...) as.svrepdesign(design, mse = mse, ...)
  replicated(paste0("JKn_paired", tag), make(d$paired, type = "JKn"), "u")
  replicated(paste0("JKn_complex", tag), make(d$complex, type = "JKn"))
  replicated(paste0("JKn_complex_fpc", tag), make(d$complex_fpc, type = "JKn"))
  # one stratum is taken whole: with mse = TRUE survey 4.1 leaves it out of the replicates of a total but not of the total itself
  if (!mse) replicated("JKn_stratified", make(d$stratified, type = "JKn"))
  replicated(paste0("JK1_clusters", tag), make(d$clusters, type = "JK1"))
  replicated(paste0("JK1_clusters_wr", tag), make(d$clusters_wr, type = "JK1"))
  replicated(paste0("JK1_two_stages", tag), suppressWarnings(make(d$two_stages, type = "JK1")))   # the second stage's fpc is dropped
  replicated(paste0("BRR_paired", tag), make(d$paired, type = "BRR", hadamard.matrix = H), "u")
  replicated(paste0("Fay_paired", tag), make(d$paired, type = "Fay", fay.rho = .3, hadamard.matrix = H), "u")
  set.seed(1988)
  r <- make(d$paired, type = "subbootstrap", replicates = 40)
  if (!mse) put(weights(r, "replication"), "bootstrap")
  replicated(paste0("bootstrap_paired", tag), r, "u")
}
# Domains: the pocket touches six strata only, the first of them in one PSU.
pocket <- subset(as.svrepdesign(d$complex, type = "JKn"), in_pocket == 1)
proportions("JKn_complex_pocket/proportion", pocket, "y"); proportions("JKn_complex_pocket/proportion", pocket, "y", "sex")
# Strata 4 and 9 with one PSU.
lonely <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = example("lonely"))
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  proportions(paste0("JKn_lonely_", rule, "/proportion"), as.svrepdesign(lonely, type = "JKn", compress = TRUE), "y")
}
options(survey.lonely.psu = "fail")

# ------------------------------------------------------------------------------------------------ calibration
ps_sex_age <- function(n) {
  shares <- expand.grid(sex = c("men", "women"), age_group = AGE_GROUPS, stringsAsFactors = FALSE)
  transform(shares, Freq = n * c(.21, .20, .17, .18, .11, .13))
}
ps_race <- function(levels, n) data.frame(race = levels, Freq = n * list(c(.45, .35, .2), c(.45, .3, .2, .05))[[length(levels) - 2]])
rows <- c(1, 2, 50)
# Estimates on a calibrated design, whole, by group and in a domain.
calibrated <- function(case, g, third) {
  add(case, rows, "weight", weights(g)[rows])
  add(case, "", "sum", sum(weights(g)))
  one <- function(key, g, where = rep(TRUE, nrow(g$variables))) {
    for (v in c("y", "x", third)) {
      part <- g[which(where & !is.na(g$variables[[v]])), ]
      m <- svymean(reformulate(v), part, na.rm = TRUE); t <- svytotal(reformulate(v), part, na.rm = TRUE)
      add_t(paste0(case, "/mean/", v), key, coef(m), SE(m)[1], degf(part)); add_t(paste0(case, "/total/", v), key, coef(t), SE(t)[1], degf(part))
    }
    part <- g[which(where & !is.na(g$variables$x)), ]
    r <- svyratio(~x, reformulate(third), part, na.rm = TRUE)
    add_t(paste0(case, "/ratio"), key, coef(r), as.vector(SE(r)), degf(part))
  }
  one("", g)
  for (s in c("men", "women")) one(paste0("sex=", s), g, g$variables$sex == s)
  t <- svyttest(reformulate("sex", third), g)
  add(case, "", "difference", t$estimate); add(case, "", "t", t$statistic); add(case, "", "t_df", t$parameter); add(case, "", "t_p", t$p.value)
  for (statistic in c("F", "Chisq", "adjWald")) {
    r <- svychisq(~sex + race, g, statistic = statistic)
    add(case, statistic, "statistic", r$statistic); add(case, statistic, "p_value", r$p.value)
  }
}
for (name in c("paired", "complex", "complex_fpc", "simple", "simple_fpc", "stratified", "clusters", "two_stages")) {
  # rows of weight 0 go first: survey 4.1's postStratify gives them residuals as if their weight were 1
  design <- d[[name]]; design <- design[which(weights(design) > 0), ]; third <- if (name == "paired") "u" else "z"
  N <- round(1.1 * sum(weights(design))); add(paste0("poststratified_", name), "", "population", N)
  levels <- sort(unique(design$variables$race))
  calibrated(paste0("poststratified_", name), postStratify(design, ~sex + age_group, ps_sex_age(N)), third)
  margins <- list(~sex, ~age_group, ~race)
  totals <- list(aggregate(Freq ~ sex, ps_sex_age(N), sum), aggregate(Freq ~ age_group, ps_sex_age(N), sum), ps_race(levels, N))
  target <- c(`(Intercept)` = N, sexwomen = totals[[1]]$Freq[2], setNames(totals[[2]]$Freq[-1], paste0("age_group", AGE_GROUPS[-1])),
              setNames(totals[[3]]$Freq[-1], paste0("race", levels[-1])))
  g <- calibrate(design, ~sex + age_group + race, target, calfun = "raking", epsilon = 1e-13, maxit = 500)
  calibrated(paste0("raked_", name), g, third)
  raked <- rake(design, margins, totals, control = list(maxit = 500, epsilon = 1e-14))
  add(paste0("rake_", name), rows, "weight", weights(raked)[rows])
  if (name %in% c("simple", "simple_fpc", "clusters")) {   # equal starting weights: R's rake has the same residuals
    m <- svymean(reformulate(third), raked); add(paste0("rake_", name), "", "estimate", coef(m)); add(paste0("rake_", name), "", "std_error", SE(m)[1])
  }
  if (name %in% c("paired", "clusters")) {
    r <- as.svrepdesign(design, type = if (name == "paired") "JKn" else "JK1")
    p <- postStratify(r, ~sex + age_group, ps_sex_age(N))
    k <- rake(r, margins, totals, control = list(maxit = 500, epsilon = 1e-14))
    for (made in c("poststratified", "raked")) for (v in c("y", "x", third)) {
      a <- analysed(list(poststratified = p, raked = k)[[made]], v); case <- paste0("replicates_", made, "_", name, "/mean/", v)
      m <- svymean(reformulate(v), a); add_t(case, "", coef(m), SE(m)[1], degf(a))
    }
  }
}

# ------------------------------------------------------------------------------------------------ t and rank tests, r x c tables
# Ranks as estimated for the population: the weighted share below plus half of those tied. Where rows are tied and weights differ,
# svyranktest takes cumulated weights in the order of the rows instead; the test of given scores is svyglm's (two groups: the
# influence functions are the same), so there the scores are written out.
# The person in the middle is not above the median, whatever the rounding.
scores <- list(wilcoxon = function(r) r, van_der_waerden = qnorm, median = function(r) as.numeric(r > .5 + 1e-12))
midranks <- function(y, w) { below <- tapply(w, y, sum); share <- (cumsum(below) - below / 2) / sum(w); as.vector(share[as.character(y)]) }
rank_test <- function(case, design, variable, by, builtin) {
  a <- analysed(design, variable)
  a$variables$g <- factor(a$variables[[by]])
  k <- nlevels(a$variables$g)
  for (score in names(scores)) {
    a$variables$score <- scores[[score]](midranks(a$variables[[variable]], weights(a)))
    m <- svyglm(score ~ g, a)
    W <- t(coef(m)[-1]) %*% solve(vcov(m)[-1, -1], coef(m)[-1])
    df <- degf(a) - (k - 1)
    add(paste0(case, "/", score), "", "df", df)
    add(paste0(case, "/", score), "", "F", W / (k - 1)); add(paste0(case, "/", score), "", "F_p", pf(W / (k - 1), k - 1, df, lower.tail = FALSE))
    for (i in 2:k) {
      add_t(paste0(case, "/", score), levels(a$variables$g)[i], coef(m)[i], sqrt(vcov(m)[i, i]), df, null = 0)
    }
    if (builtin) {
      r <- svyranktest(reformulate("g", variable), a, test = list(wilcoxon = "wilcoxon", van_der_waerden = "vanderWaerden",
                       median = function(r, N) as.numeric(r / N > .5 + 1e-12))[[score]])
      theirs <- if (k == 2) c(r$estimate, r$parameter, r$p.value) else c(r$parameter / (k - 1), r$ddf, r$p.value)
      mine <- if (k == 2) c(coef(m)[2], df, 2 * pt(-abs(coef(m)[2] / sqrt(vcov(m)[2, 2])), df)) else
        c(W / (k - 1), df, pf(W / (k - 1), k - 1, df, lower.tail = FALSE))
      stopifnot(all.equal(as.vector(theirs), as.vector(mine), tolerance = 1e-10))
    }
  }
}
t_test <- function(case, design, variable, by) {
  a <- analysed(design, variable)
  a$variables$g <- factor(a$variables[[by]])
  m <- svyglm(reformulate("g", variable), a); k <- nlevels(a$variables$g); df <- degf(a) - (k - 1)
  if (k == 2) {
    t <- svyttest(reformulate("g", variable), a)
    stopifnot(all.equal(t$parameter[[1]], df), all.equal(t$statistic[[1]], coef(m)[[2]] / SE(m)[[2]], tolerance = 1e-12))
  } else {
    W <- regTermTest(m, ~g)
    add(case, "", "F", W$Ftest); add(case, "", "F_df", W$ddf); add(case, "", "F_p", W$p)
  }
  for (i in 2:k) add_t(case, levels(a$variables$g)[i], coef(m)[i], sqrt(vcov(m)[i, i]), df, null = 0)
}
for (name in c("paired", "complex", "complex_fpc", "complex_pocket", "simple", "simple_fpc", "stratified", "clusters", "two_stages")) {
  design <- if (name == "complex_pocket") subset(d$complex, in_pocket == 1) else d[[name]]
  smooth <- if (name == "paired") "u" else "z"
  equal <- name %in% c("simple", "simple_fpc", "clusters")
  for (by in c("sex", "race", "age_group")) {
    t_test(paste0(name, "/t/", smooth, "_by_", by), design, smooth, by)
    t_test(paste0(name, "/t/x_by_", by), design, "x", by)
    rank_test(paste0(name, "/rank/", smooth, "_by_", by), design, smooth, by, builtin = TRUE)
    rank_test(paste0(name, "/rank/x_by_", by), design, "x", by, builtin = equal)
  }
  association(paste0(name, "/chisq/race_by_age_group"), analysed(design, smooth), "race", "age_group")
  association(paste0(name, "/chisq/age_group_by_race"), analysed(design, smooth), "age_group", "race")
  if (name == "paired") association("paired/chisq/education_by_race", design, "education", "race")
  if (name == "paired") association("paired/chisq/education_by_age_group", subset(design, sex == "women"), "education", "age_group")
}

# ------------------------------------------------------------------------------------------------ regression on calibrated weights
# The linear model needs no iteration; the logistic one is refitted from its coefficients, because a plain svyglm takes the working
# weights of the last step but one.
refitted <- function(formula, design, family) {
  m <- svyglm(formula, design, family = family, control = glm.control(epsilon = 1e-14, maxit = 100))
  for (i in 1:6) m <- svyglm(formula, design, family = family, start = as.vector(coef(m)), control = glm.control(epsilon = 1e-14, maxit = 100))
  m
}
coefficients <- function(case, m, df) {
  names <- names(coef(m)); add(case, names, "coefficient", coef(m)); add(case, names, "std_error", SE(m)); add(case, "", "df", df)
}
complete <- subset(paired, !is.na(y))
full <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = complete)
stopifnot(degf(full) == degf(d$paired))
N <- round(1.1 * sum(weights(full))); add("regression", "", "population", N)
target <- c(`(Intercept)` = N, sexwomen = .51 * N, `age_group40-59` = .35 * N, `age_group60+` = .24 * N, raceB = .35 * N, raceC = .2 * N)
calibrated_designs <- list(poststratified = postStratify(full, ~sex + age_group, ps_sex_age(N)),
  raked = calibrate(full, ~sex + age_group + race, target, calfun = "raking", epsilon = 1e-13, maxit = 500))
for (how in names(calibrated_designs)) {
  g <- calibrated_designs[[how]]
  m <- svyglm(u ~ sex + age, g); coefficients(paste0("regression/", how, "/linear"), m, degf(g) - 2)
  m <- refitted(y ~ sex + u, g, quasibinomial()); coefficients(paste0("regression/", how, "/logistic"), m, degf(g) - 2)
}
r <- as.svrepdesign(full, type = "JKn", mse = TRUE)
m <- svyglm(y ~ sex + u, r, family = quasibinomial(), control = glm.control(epsilon = 1e-14, maxit = 100))
coefficients("regression/jackknife/logistic", m, degf(r))
write_values(here)
