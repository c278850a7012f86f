#!/usr/bin/env Rscript
# Reference regressions from the NHANES files 2005-2008, pooled: every outcome on every exposure of a fixed list. Only results are
# written, no row of the files.
# Usage: Rscript tests/reference/nhanes/make_regression.R FOLDER     FOLDER holds the .XPT files of both cycles (TABLES below)
# Writes regression.csv beside this script: case, model, outcome, exposure, adjustment, weight, min_age, term, estimate, std_error
# (log ratios, or mean differences), p_value, df, n, n_events; a row with term "Wald ..." holds F, and one with "standardised ..." a
# standardised prevalence.
suppressPackageStartupMessages({library(survey); library(haven)})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "..", "survey", "regression_formulas.R"))
options(survey.lonely.psu = "fail", digits = 17)
folder <- commandArgs(TRUE)[1]

TABLES <- list(
  DEMO = c("RIAGENDR", "RIDAGEYR", "WTINT2YR", "WTMEC2YR", "SDMVPSU", "SDMVSTRA", "DMDEDUC2"), SLQ = "SLQ160", BMX = "BMXBMI",
  BPQ = "BPQ020", DIQ = "DIQ010", KIQ_U = "KIQ022",
  MCQ = c("MCQ160A", "MCQ160B", "MCQ160C", "MCQ160D", "MCQ160E", "MCQ160F", "MCQ160G", "MCQ160L", "MCQ160M", "MCQ220"),
  BIOPRO = c("LBXSNASI", "LBXSKSI", "LBDSCASI", "LBDSPHSI", "LBXSC3SI", "LBXSCLSI"))
read_cycle <- function(letter) {
  tables <- Map(function(name, columns) {
    rows <- read_xpt(file.path(folder, paste0(name, "_", letter, ".XPT")))[c("SEQN", columns)]
    as.data.frame(lapply(rows, as.numeric))
  }, names(TABLES), TABLES)
  both <- Reduce(function(a, b) merge(a, b, by = "SEQN", all.x = TRUE), tables)
  stopifnot(nrow(both) == nrow(tables$DEMO))
  both
}
people <- rbind(read_cycle("D"), read_cycle("E"))
told <- function(code) ifelse(code == 1, 1, ifelse(code == 2, 0, NA))   # 7, 9 and borderline (3) are neither
code <- ifelse(people$SLQ160 %in% 0:4, people$SLQ160, NA)
people <- transform(people,
  age_years = pmin(RIDAGEYR, 80), female = as.numeric(RIAGENDR == 2),
  education = factor(ifelse(DMDEDUC2 %in% 1:5, DMDEDUC2, NA), 1:5, c(
    "less than 9th grade", "9th to 11th grade", "high school", "some college", "college graduate")),
  body_mass_index = BMXBMI,
  any_cramps = as.numeric(code >= 1), cramps_two_or_more = as.numeric(code >= 2), frequent_cramps = as.numeric(code >= 3),
  cramp_frequency = factor(code, 0:4, c("never", "rarely", "sometimes", "often", "almost always")),
  hypertension = told(BPQ020), diabetes = told(DIQ010), kidney_disease = told(KIQ022), arthritis = told(MCQ160A),
  heart_failure = told(MCQ160B), coronary_heart_disease = told(MCQ160C), angina = told(MCQ160D), heart_attack = told(MCQ160E),
  stroke = told(MCQ160F), emphysema = told(MCQ160G), liver_disease = told(MCQ160L), thyroid_disease = told(MCQ160M),
  cancer = told(MCQ220), serum_sodium_mmol_l = LBXSNASI, serum_potassium_mmol_l = LBXSKSI, serum_calcium_mmol_l = LBDSCASI,
  serum_phosphorus_mmol_l = LBDSPHSI, serum_bicarbonate_mmol_l = LBXSC3SI, serum_chloride_mmol_l = LBXSCLSI,
  interview = WTINT2YR / 2, exam = WTMEC2YR / 2)
CONDITIONS <- c("arthritis", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke", "emphysema",
                "liver_disease", "thyroid_disease", "cancer", "hypertension", "diabetes", "kidney_disease")
SERUM <- paste0("serum_", c("sodium", "potassium", "calcium", "phosphorus", "bicarbonate", "chloride"), "_mmol_l")
OUTCOMES <- c("any_cramps", "cramps_two_or_more", "frequent_cramps")
ADJUST <- c("age_years", "female", "education", "body_mass_index")
designs <- lapply(c(interview = "interview", exam = "exam"), function(w)
  svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = reformulate(w), nest = TRUE, data = people))
# rows of weight 0 carry nothing; their PSUs stay among those sampled
adults <- function(weight, min_age) {
  d <- designs[[weight]]
  subset(d, age_years >= min_age & weights(d, "sampling") > 0)
}

found <- list()
keep <- function(what, rows) found[[length(found) + 1]] <<- cbind(what, rows)
what <- function(model, outcome, exposure, adjust, weight, min_age, written = "") data.frame(
  case = length(found) + 1, model, outcome, exposure, adjustment = paste(adjust, collapse = " "), weight, min_age, formula = written)
one <- function(model, outcome, exposure, adjust, weight, min_age = 20, written = NULL, tests = NULL) {
  domain <- adults(weight, min_age)
  formula <- if (is.null(written)) reformulate(c(exposure, adjust), outcome) else as.formula(written)
  fit <- fit_converged(formula, domain, model)
  head <- what(model, outcome, exposure, adjust, weight, min_age, if (is.null(written)) "" else written)
  keep(head, coefficient_rows(fit))
  for (terms in tests) keep(transform(head, case = length(found)), wald_row(fit, terms))
  invisible(fit)
}
for (outcome in OUTCOMES) for (exposure in c(CONDITIONS, SERUM)) {
  for (model in c("logistic", "poisson")) one(model, outcome, exposure, ADJUST, "exam")
  weight <- if (exposure %in% SERUM) "exam" else "interview"
  one("logistic", outcome, exposure, character(), weight)
  if (outcome == "any_cramps") one("logistic", outcome, exposure, ADJUST[1:3], weight)
}
for (exposure in c("hypertension", "serum_sodium_mmol_l")) for (min_age in c(18, 40, 60))
  for (model in c("logistic", "poisson")) one(model, "any_cramps", exposure, ADJUST[c(1, 2, 4)], "exam", min_age)
for (model in c("probit", "complementary log-log", "linear")) one(model, "any_cramps", "hypertension", ADJUST, "exam")
one("linear", "serum_sodium_mmol_l", "hypertension", ADJUST, "exam")
one("linear", "body_mass_index", "any_cramps", c("age_years", "female"), "exam")
one("logistic", "any_cramps", "hypertension", ADJUST, "exam", written = "any_cramps ~ hypertension * female + age_years + education",
    tests = list("hypertension:female", "education", c("hypertension", "hypertension:female")))
one("poisson", "frequent_cramps", "diabetes", ADJUST, "exam", written = "frequent_cramps ~ diabetes * age_years + female + education",
    tests = list("diabetes:age_years", "education"))

# the 0-4 frequency by proportional odds
for (exposure in c("hypertension", "arthritis", "serum_calcium_mmol_l", "heart_failure")) {
  fit <- fit_ordinal_converged(reformulate(c(exposure, ADJUST), "cramp_frequency"), adults("exam", 20))
  keep(what("proportional odds", "cramp_frequency", exposure, ADJUST, "exam", 20), ordinal_rows(fit))
}
# standardised prevalence of a yes/no exposure, and attributable fractions
for (outcome in c("any_cramps", "frequent_cramps")) for (exposure in c("hypertension", "arthritis")) for (model in c("logistic", "poisson")) {
  domain <- adults("exam", 20)
  fit <- fit_converged(reformulate(c(exposure, ADJUST), outcome), domain, model)
  head <- what(model, outcome, exposure, ADJUST, "exam", 20)
  keep(head, standardised_rows(fit, domain, exposure, c(0, 1)))
  keep(transform(head, case = length(found)), attributable_row(fit, domain, setNames(list(0), exposure)))
}
all <- do.call(rbind, found)
for (name in c("estimate", "std_error", "p_value")) all[[name]] <- trimws(formatC(all[[name]], digits = 17, format = "g"))
write.table(all, file.path(here, "regression.csv"), sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
cat(nrow(all), "rows,", length(unique(all$case)), "models;", R.version.string, "survey", as.character(packageVersion("survey")), "\n")
