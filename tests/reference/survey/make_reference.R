#!/usr/bin/env Rscript
# Reference values for the survey core, from the made-up example data in data/ (see make_example.py).
# Usage: Rscript tests/reference/survey/make_reference.R      writes values.csv and session.txt beside this script.
# values.csv: case, key, stat, value (17 significant digits). A case is "<design>/<what>"; a key names the group.
suppressPackageStartupMessages(library(survey))
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "formulas.R"))
options(survey.lonely.psu = "fail", digits = 17)
data <- function(name) read.csv(file.path(here, "data", paste0(name, ".csv")))
complex <- data("complex"); simple <- transform(data("simple"), one = 1)
designs <- list(
  complex = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = complex),
  complex_fpc = svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~fpc, nest = TRUE, data = complex),
  simple = svydesign(id = ~1, weights = ~one, data = simple),
  simple_fpc = svydesign(id = ~1, weights = ~one, fpc = ~population, data = simple),
  stratified = svydesign(id = ~1, strata = ~stratum, weights = ~weight, fpc = ~fpc, data = data("stratified")),
  clusters = svydesign(id = ~cluster, weights = ~weight, fpc = ~fpc, data = data("clusters")),
  two_stages = svydesign(id = ~cluster + person, weights = ~weight, fpc = ~fpc1 + fpc2, data = data("two_stages")))

for (name in names(designs)) {
  d <- designs[[name]]
  is_complex <- name == "complex"
  levels <- if (is_complex) c(.95, .90) else .95
  # proportions in every interval; `lopsided` is 0 throughout race A and 1 throughout race B
  proportions(paste0(name, "/proportion/y"), d, "y", levels = levels)
  proportions(paste0(name, "/proportion/y"), d, "y", "sex", levels)
  proportions(paste0(name, "/proportion/y"), d, "y", c("sex", "age_group"), levels)
  proportions(paste0(name, "/proportion/rare"), d, "rare", "sex", levels)
  proportions(paste0(name, "/proportion/lopsided"), d, "lopsided", "race", levels)
  for (by in list("sex", c("sex", "age_group"))) add_covariance(paste0(name, "/proportion/y"), d, "y", by)
  # means, totals, ratio
  for (v in c("x", "z")) for (f in list(list("mean", svymean), list("total", svytotal))) {
    case <- paste(name, f[[1]], v, sep = "/")
    a <- analysed(d, v)
    whole <- f[[2]](reformulate(v), a)
    add_t(case, "", coef(whole), SE(whole)[1], degf(a)); add(case, "", "n", nrow(a))
    b <- by_with_covariance(d, v, c("sex", "age_group"), f[[2]])
    groups <- as.data.frame(b)[c("sex", "age_group")]
    add(case, group_key(groups), "estimate", coef(b)); add(case, group_key(groups), "std_error", SE(b))
    add_covariance(case, d, v, c("sex", "age_group"), f[[2]])
    for (i in seq_len(nrow(groups))) {
      inside <- which(a$variables$sex == groups$sex[i] & a$variables$age_group == groups$age_group[i])
      add(case, group_key(groups[i, ]), "df", degf(a[inside, ]))
    }
  }
  case <- paste(name, "total", "y", sep = "/")
  whole <- svytotal(~y, analysed(d, "y")); add_t(case, "", coef(whole), SE(whole)[1], degf(analysed(d, "y")))
  case <- paste(name, "ratio", "x_per_z", sep = "/")
  a <- analysed(d, "x")
  r <- svyratio(~x, ~z, a); add_t(case, "", coef(r), as.vector(SE(r)), degf(a)); add(case, "", "n", nrow(a))
  b <- svyby(~x, ~sex, a, svyratio, denominator = ~z, covmat = TRUE)
  keys <- group_key(as.data.frame(b)["sex"])
  add(case, keys, "estimate", coef(b)); add(case, keys, "std_error", SE(b))
  # comparisons
  compare(paste0(name, "/compare/y_by_sex"), d, "y", "sex", c("men", "women"))
  compare(paste0(name, "/compare/y_by_age_group"), d, "y", "age_group", AGE_GROUPS)
  trend(paste0(name, "/compare/y_by_age_group"), d, "y", "age_group")
  for (by in c("sex", "age_group", "race")) association(paste0(name, "/chisq/y_by_", by), d, "y", by)
  association(paste0(name, "/chisq/lopsided_by_race"), d, "lopsided", "race")      # two empty cells
  # quantiles
  shares <- c(.05, .1, .25, .5, .75, .9)
  for (interval in c("mean", "beta", "xlogit")) {
    case <- paste0(name, "/quantile/")
    quantiles(paste0(case, "x"), "", d, "x", shares, interval)
    quantiles(paste0(case, "z"), "", d, "z", shares, interval)
    for (s in c("men", "women")) for (a in AGE_GROUPS) {
      inside <- which(d$variables$sex == s & d$variables$age_group == a)
      quantiles(paste0(case, "x"), sprintf("sex=%s;age_group=%s", s, a), d[inside, ], "x", c(.1, .5, .75), interval)
    }
  }
  # age standardisation
  standardised(paste0(name, "/standardised/us2000"), d, "y", US_2000)
  standardised(paste0(name, "/standardised/us2000"), d, "y", US_2000, "sex")
  standardised(paste0(name, "/standardised/who"), d, "y", WHO, "sex")
}

# A domain that touches six strata, the first of them in one PSU: every sampled PSU still counts, with zeros.
for (name in c("complex", "complex_fpc")) {
  pocket <- subset(designs[[name]], in_pocket == 1)
  proportions(paste0(name, "_pocket/proportion/y"), pocket, "y", levels = c(.95, .90))
  proportions(paste0(name, "_pocket/proportion/y"), pocket, "y", "sex")
  proportions(paste0(name, "_pocket/proportion/y"), pocket, "y", c("sex", "age_group"))
  add_covariance(paste0(name, "_pocket/proportion/y"), pocket, "y", c("sex", "age_group"))
  proportions(paste0(name, "_pocket/proportion/rare"), pocket, "rare", "age_group")
  compare(paste0(name, "_pocket/compare/y_by_sex"), pocket, "y", "sex", c("men", "women"))
  compare(paste0(name, "_pocket/compare/y_by_age_group"), pocket, "y", "age_group", AGE_GROUPS)
  trend(paste0(name, "_pocket/compare/y_by_age_group"), pocket, "y", "age_group")
  for (by in c("sex", "age_group", "race")) association(paste0(name, "_pocket/chisq/y_by_", by), pocket, "y", by)
  standardised(paste0(name, "_pocket/standardised/us2000"), pocket, "y", US_2000)
  standardised(paste0(name, "_pocket/standardised/us2000"), pocket, "y", US_2000, "sex")
  standardised(paste0(name, "_pocket/standardised/who"), pocket, "y", WHO, "sex")
  for (v in c("x", "z")) for (interval in c("mean", "beta", "xlogit"))
    quantiles(paste0(name, "_pocket/quantile/", v), "", pocket, v, c(.1, .5, .9), interval)
}

# Strata 4 and 9 with one PSU each.
lonely <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = data("lonely"))
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  case <- paste0("lonely_", rule, "/proportion/y")
  proportions(case, lonely, "y"); proportions(case, lonely, "y", "sex"); add_covariance(case, lonely, "y", "sex")
  case <- paste0("lonely_", rule, "/total/y")
  a <- analysed(lonely, "y"); total <- svytotal(~y, a)
  se <- SE(total)[1]
  if (rule == "adjust") {
    # survey 4.1 leaves a lonely stratum's total uncentred here (it is centred at zero, right for scores that sum to zero only);
    # survey 4.5 centres it at the mean of all PSU totals, which is written out:
    rows <- lonely$variables; rows$score <- ifelse(is.na(rows$y), 0, rows$y) * rows$weight
    sums <- aggregate(score ~ stratum + psu, rows, sum)
    grand <- mean(sums$score)
    se <- sqrt(sum(tapply(sums$score, sums$stratum, function(u)
      if (length(u) > 1) length(u) / (length(u) - 1) * sum((u - mean(u))^2) else (u - grand)^2)))
  }
  add_t(case, "", coef(total), se, degf(a))
}
options(survey.lonely.psu = "fail")
stopifnot(inherits(try(svymean(~y, analysed(lonely, "y")), silent = TRUE), "try-error"))

# Exact intervals of a simple sample: binom.test.
for (outcome in c("y", "rare", "lopsided")) for (by in c("", "sex", "race")) {
  rows <- simple[!is.na(simple[[outcome]]), ]
  for (part in if (nzchar(by)) split(rows, rows[[by]]) else list(rows)) for (level in c(.95, .90)) {
    key <- if (nzchar(by)) paste0(by, "=", part[[by]][1]) else ""
    r <- binom.test(sum(part[[outcome]]), nrow(part), conf.level = level)
    case <- paste0("simple/exact/", outcome)
    add(case, key, sprintf("conf_low exact %g", level), r$conf.int[1])
    add(case, key, sprintf("conf_high exact %g", level), r$conf.int[2])
  }
}
write_values(here)
