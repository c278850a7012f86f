#!/usr/bin/env Rscript
# Reference values from the NHANES files 2005-2008, pooled. Only results are written, no row of the files.
# Usage: Rscript tests/reference/nhanes/make_reference.R FOLDER      FOLDER holds DEMO_D, SLQ_D, DEMO_E and SLQ_E as .XPT
# Writes beside this script:
#   prevalence.csv  one row per share: outcome, min_age, weight, level, key, estimate, std_error, df, n, n_events, six intervals
#   values.csv      everything else: case, key, stat, value
#   session.txt     versions
suppressPackageStartupMessages({library(survey); library(haven)})
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
source(file.path(here, "..", "survey", "formulas.R"))
options(survey.lonely.psu = "fail", digits = 17)
folder <- commandArgs(TRUE)[1]

read_cycle <- function(letter, cycle) {
  table <- function(name, columns) {
    rows <- read_xpt(file.path(folder, paste0(name, "_", letter, ".XPT")))[columns]
    as.data.frame(lapply(rows, as.numeric))
  }
  demo <- table("DEMO", c("SEQN", "RIAGENDR", "RIDAGEYR", "WTINT2YR", "WTMEC2YR", "SDMVPSU", "SDMVSTRA"))
  both <- merge(demo, table("SLQ", c("SEQN", "SLQ160", "SLD010H")), by = "SEQN", all.x = TRUE)
  stopifnot(nrow(both) == nrow(demo))
  transform(both, cycle = cycle)
}
people <- rbind(read_cycle("D", "2005-2006"), read_cycle("E", "2007-2008"))
code <- ifelse(people$SLQ160 %in% 0:4, people$SLQ160, NA)
people <- transform(people,
  age = pmin(RIDAGEYR, 80),                       # top-coded at 85 in 2005-06, at 80 in 2007-08
  sex = c("male", "female")[RIAGENDR],
  any_cramps = as.integer(code >= 1), cramps_two_or_more = as.integer(code >= 2), frequent_cramps = as.integer(code >= 3),
  mild_cramps = as.integer(code == 1 | code == 2),
  sleep_hours = ifelse(SLD010H %in% c(77, 99), NA, SLD010H),
  interview = WTINT2YR / 2, exam = WTMEC2YR / 2)
people$age_group <- as.character(cut(people$age, c(19, 39, 59, 80), labels = AGE_GROUPS))
DECADES <- c("20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
people$age_decade <- as.character(cut(people$age, c(seq(19, 79, 10), 80), labels = DECADES))
designs <- lapply(c(interview = "interview", exam = "exam"), function(w)
  svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = reformulate(w), nest = TRUE, data = people))
OUTCOMES <- c("any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps")

for (weight in names(designs)) for (min_age in c(16, 18, 20, 40, 60)) {
  adults <- subset(designs[[weight]], age >= min_age)
  for (outcome in OUTCOMES) {
    case <- paste("prevalence", outcome, min_age, weight, sep = "/")
    d <- analysed(adults, outcome)
    for (by in list(character(), "sex", "cycle")) proportions(case, d, outcome, by, if (min_age == 20) c(.95, .90) else .95)
    if (min_age >= 20) for (by in list("age_group", c("sex", "age_group"), "age_decade")) proportions(case, d, outcome, by)
  }
}
for (weight in names(designs)) {
  adults <- subset(designs[[weight]], age >= 20)
  for (outcome in OUTCOMES[1:3]) {
    case <- function(what) paste(what, outcome, weight, sep = "/")
    add_covariance(case("covariance"), adults, outcome, c("sex", "age_group"))
    for (over in list(NULL, "sex", "cycle")) standardised(case("standardised"), adults, outcome, US_2000, over)
    compare(paste0(case("compare"), "/sex"), adults, outcome, "sex", c("male", "female"))
    compare(paste0(case("compare"), "/age_group"), adults, outcome, "age_group", AGE_GROUPS)
    compare(paste0(case("compare"), "/cycle"), adults, outcome, "cycle", c("2005-2006", "2007-2008"))
    trend(paste0(case("compare"), "/age_group"), adults, outcome, "age_group")
    for (by in c("sex", "age_group", "cycle")) association(paste0(case("chisq"), "/", by), adults, outcome, by)
  }
  for (v in c("sleep_hours", "age")) {
    d <- analysed(adults, v)
    m <- svymean(reformulate(v), d)
    case <- paste("mean", v, weight, sep = "/")
    add_t(case, "", coef(m), SE(m)[1], degf(d)); add(case, "", "n", nrow(d))
    for (by in c("sex", "age_group", "cycle")) {
      b <- by_with_covariance(adults, v, by)
      keys <- group_key(as.data.frame(b)[by])
      add(case, keys, "estimate", coef(b)); add(case, keys, "std_error", SE(b))
    }
    for (interval in c("mean", "beta", "xlogit")) {
      case <- paste("quantile", v, weight, sep = "/")
      quantiles(case, "", d, v, c(.1, .25, .5, .75, .9), interval)
      for (s in c("male", "female"))
        quantiles(case, paste0("sex=", s), d[which(d$variables$sex == s), ], v, c(.25, .5, .75), interval)
    }
  }
}

# Prevalences become one row each.
all <- do.call(rbind, values$rows)
is_share <- startsWith(all$case, "prevalence/")
values$rows <- list(all[!is_share, ])
shares <- all[is_share & !startsWith(all$stat, "nchs"), ]
shares$level <- ifelse(grepl(" 0.9$", shares$stat), "0.9", "0.95")
shares$stat <- sub(" 0\\.9[05]*$", "", shares$stat)
plain <- shares[!grepl("^conf", shares$stat), ]
ninety <- unique(shares[shares$level == "0.9", c("case", "key")])
plain <- rbind(plain, transform(merge(plain, ninety), level = "0.9")[names(plain)])
shares <- rbind(plain, shares[grepl("^conf", shares$stat), ])
stats <- unique(shares$stat)
shares$value <- trimws(formatC(as.numeric(shares$value), digits = 15, format = "g"))
shares$id <- paste(shares$case, shares$level, shares$key, sep = "\t")
ids <- unique(shares$id)
wide <- matrix("", length(ids), length(stats), dimnames = list(NULL, gsub(" ", "_", stats)))
wide[cbind(match(shares$id, ids), match(shares$stat, stats))] <- shares$value
parts <- do.call(rbind, strsplit(sub("\t$", "\t ", ids), "[/\t]"))
colnames(parts) <- c("what", "outcome", "min_age", "weight", "level", "key")
wide <- data.frame(parts[, -1], wide)
wide$key <- trimws(wide$key)
write.table(wide, file.path(here, "prevalence.csv"), sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
print(wide[wide$min_age == "20" & wide$weight == "interview" & wide$key == "" & wide$level == "0.95", 1:10])
write_values(here)
