# Reference values for observed / expected, funnel plots, control charts and Rogan-Gladen, made with R's survey, epiR (Debian:
# r-cran-survey, r-cran-epir) and base R. Formulas are written out here independently of the package: bounds by root finding where
# the package has a closed form, runs by rle().
# Run in this folder:  Rscript make_reference.R
# Reads ../../../data/nhanes_cells.csv, patients.csv and units.csv (made up, kept beside); writes values.csv and session.txt.
suppressPackageStartupMessages({library(survey); library(epiR)})
options(digits = 17)
values <- list()
add <- function(case, key, stat, value) {
  value <- trimws(formatC(as.numeric(value), digits = 17, format = "g"))
  values[[length(values) + 1]] <<- data.frame(case = case, key = key, stat = stat, value = value)
}

# --- the reference: NHANES cells as rows of a survey ------------------------------------------------------------------------
cells <- read.csv("../../../data/nhanes_cells.csv", colClasses = c(cramp_frequency = "character"))
cells$y <- ifelse(cells$cramp_frequency %in% c("1", "2", "3-4"), 1, ifelse(cells$cramp_frequency == "0", 0, NA))
cells$w <- cells$weight_interview / 2
cells$age <- cut(cells$age_from, c(-1, 15, 17, 19, 29, 39, 49, 59, 69, 79, 200),
                 labels = c("0-15", "16-17", "18-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"))
cells$group <- paste(cells$age, cells$sex)
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = cells, nest = TRUE)
known <- subset(design, !is.na(y) & w > 0)
by <- svyby(~y, ~group, known, svymean, covmat = TRUE)
share <- setNames(coef(by), by$group)
between <- vcov(by)
group_df <- sapply(by$group, function(name) degf(known[known$variables$group == name, ]))

# --- observed / expected ----------------------------------------------------------------------------------------------------
patients <- read.csv("patients.csv")  # site, age, sex, n, events
compare <- function(rows, case) {
  mix <- setNames(numeric(length(share)), names(share))
  for (i in seq_len(nrow(rows))) {
    name <- paste(rows$age[i], rows$sex[i]); mix[name] <- mix[name] + rows$n[i]
  }
  n <- sum(rows$n); o <- sum(rows$events); e <- sum(mix * share)
  binomial <- sum(mix * share * (1 - share)); reference <- as.numeric(t(mix) %*% between %*% mix)
  df <- min(group_df[mix > 0]) * ((binomial + reference) / reference)^2
  z <- (o - e) / sqrt(binomial + reference)
  h <- binomial / (e * (1 - e / n)); t <- qt(0.975, df)
  distance <- function(r) (o - r * e)^2 - t^2 * (h * r * e * (1 - r * e / n) + r^2 * reference)
  root <- function(a, b) uniroot(distance, c(a, b), tol = 1e-15, maxiter = 10000)$root
  ratio <- o / e
  add(case, "", "estimate", ratio); add(case, "", "expected", e); add(case, "", "null_variance", binomial)
  add(case, "", "expected_std_error", sqrt(reference)); add(case, "", "df", df); add(case, "", "z", z)
  add(case, "", "p_value", 2 * pt(-abs(z), df))
  add(case, "", "conf_low", if (o == 0) 0 else root(0, ratio)); add(case, "", "conf_high", root(max(ratio, 1e-6), 20))
  add(case, "", "std_error", sqrt(h * o * (1 - o / n) + ratio^2 * reference) / e)
}
compare(patients, "expected/all")
for (site in unique(patients$site)) compare(patients[patients$site == site, ], paste0("expected/", site))

# --- funnel -----------------------------------------------------------------------------------------------------------------
units <- read.csv("units.csv")  # unit, n, events, expected
limit <- function(n, p, q) {
  r <- qbinom(q, n, p)
  min(1, max(0, (r - (pbinom(r, n, p) - q) / (pbinom(r, n, p) - pbinom(r - 1, n, p))) / n))
}
funnel <- function(u, null, scale, case) {
  d <- asin(sqrt(u$events / u$n)) - asin(sqrt(null)); z <- d * 2 * sqrt(u$n)
  q <- quantile(z, c(0.1, 0.9), type = 7); zw <- pmin(pmax(z, q[1]), q[2])
  I <- nrow(u); phi <- sum(zw^2) / I; w <- 4 * u$n
  tau2 <- max(0, (I * phi - (I - 1)) / (sum(w) - sum(w^2) / sum(w)))
  add(case, "", "phi", phi); add(case, "", "tau2", tau2); add(case, "", "phi_p_value", pchisq(I * phi, I, lower.tail = FALSE))
  for (i in seq_len(I)) {
    add(case, u$unit[i], "z", z[i]); add(case, u$unit[i], "z_additive", d[i] / sqrt(1 / w[i] + tau2))
    add(case, u$unit[i], "z_multiplicative", z[i] / sqrt(phi))
    for (level in c("95", "998")) for (side in c("low", "high")) {
      half <- (1 - as.numeric(paste0("0.", level))) / 2; q1 <- if (side == "low") half else 1 - half
      add(case, u$unit[i], paste0("exact_", side, "_", level), limit(u$n[i], null[i], q1) * scale[i])
      a <- asin(sqrt(null[i])) + qnorm(q1) * sqrt(1 / w[i] + tau2)
      add(case, u$unit[i], paste0("additive_", side, "_", level), sin(min(max(a, 0), pi / 2))^2 * scale[i])
      a <- asin(sqrt(null[i])) + qnorm(q1) * sqrt(phi / w[i])
      add(case, u$unit[i], paste0("multiplicative_", side, "_", level), sin(min(max(a, 0), pi / 2))^2 * scale[i])
    }
  }
}
p0 <- sum(units$events) / sum(units$n)
funnel(units, rep(p0, nrow(units)), rep(1, nrow(units)), "funnel/share")
ratio0 <- sum(units$events) / sum(units$expected)
funnel(units, ratio0 * units$expected / units$n, units$n / units$expected, "funnel/ratio")

# --- control chart: the same units read as months ---------------------------------------------------------------------------
p <- units$events / units$n; sigma <- sqrt(p0 * (1 - p0) / units$n); z <- (p - p0) / sigma
sigma_z <- mean(abs(diff(z))) / 1.128
runs <- rle(sign(p - p0)); m <- nrow(units)
add("chart", "", "dispersion", sigma_z); add("chart", "", "longest_run", max(runs$lengths))
add("chart", "", "crossings", length(runs$lengths) - 1)
add("chart", "", "longest_run_limit", round(log2(m) + 3)); add("chart", "", "crossings_limit", qbinom(0.05, m - 1, 0.5))
for (i in seq_len(m)) {
  add("chart", units$unit[i], "low_p", max(0, p0 - 3 * sigma[i])); add("chart", units$unit[i], "high_p", min(1, p0 + 3 * sigma[i]))
  add("chart", units$unit[i], "low_prime", max(0, p0 - 3 * sigma[i] * sigma_z))
  add("chart", units$unit[i], "high_prime", min(1, p0 + 3 * sigma[i] * sigma_z)); add("chart", units$unit[i], "z", z[i])
}

# --- Rogan-Gladen -----------------------------------------------------------------------------------------------------------
lang_reiczigel <- function(x, n, xse, nse, xsp, nsp, level = 0.95) {  # as the paper; nse, nsp may be Inf
  z <- qnorm((1 + level) / 2)
  se <- if (is.finite(nse)) (xse + 1) / (nse + 2) else xse; vse <- if (is.finite(nse)) se * (1 - se) / (nse + 2) else 0
  sp <- if (is.finite(nsp)) (xsp + 1) / (nsp + 2) else xsp; vsp <- if (is.finite(nsp)) sp * (1 - sp) / (nsp + 2) else 0
  ap <- (x + z^2 / 2) / (n + z^2); tp <- (ap + sp - 1) / (se + sp - 1)
  shift <- 2 * z^2 * (tp * vse - (1 - tp) * vsp)
  sd <- sqrt(ap * (1 - ap) / (n + z^2) + tp^2 * vse + (1 - tp)^2 * vsp) / (se + sp - 1)
  pmin(1, pmax(0, c(tp + shift - z * sd, tp + shift + z * sd)))
}
for (one in list(c(60, 200, 90, 100, 190, 200), c(3, 40, 45, 50, 70, 80), c(150, 160, 28, 30, 35, 40))) {
  case <- paste0("screening/", one[1])
  se <- one[3] / one[4]; sp <- one[5] / one[6]
  add(case, "", "estimate", suppressWarnings(epi.prev(one[1], one[2], se, sp, units = 1))$tp$est)
  both <- lang_reiczigel(one[1], one[2], one[3], one[4], one[5], one[6])
  add(case, "", "conf_low", both[1]); add(case, "", "conf_high", both[2])
  both <- lang_reiczigel(one[1], one[2], se, Inf, sp, Inf)
  add(case, "", "known_low", both[1]); add(case, "", "known_high", both[2])
}

# --- exact prevalence -------------------------------------------------------------------------------------------------------
for (site in unique(patients$site)) {
  rows <- patients[patients$site == site, ]; b <- binom.test(sum(rows$events), sum(rows$n))
  add("exact", site, "estimate", b$estimate); add("exact", site, "conf_low", b$conf.int[1]); add("exact", site, "conf_high", b$conf.int[2])
}

write.csv(do.call(rbind, values), "values.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("survey", packageVersion("survey")), paste("epiR", packageVersion("epiR"))), "session.txt")
