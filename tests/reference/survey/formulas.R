# What both reference scripts share: how numbers are collected, and the formulas that R's survey package lacks.
# Sourced by survey/make_reference.R and nhanes/make_reference.R.

values <- new.env()
values$rows <- list()

add <- function(case, key, stat, value) {
  value <- as.vector(value)
  text <- ifelse(is.na(value), "NA", trimws(formatC(as.numeric(value), digits = 17, format = "g")))
  values$rows[[length(values$rows) + 1]] <- data.frame(case, key = as.character(key), stat, value = text)
}

write_values <- function(folder) {
  all <- do.call(rbind, values$rows)
  write.table(all, file.path(folder, "values.csv"), sep = ",", row.names = FALSE, quote = FALSE, eol = "\n")
  packages <- c("survey", if ("haven" %in% loadedNamespaces()) "haven")
  versions <- vapply(packages, function(p) paste(p, packageVersion(p)), "")
  writeLines(c(R.version.string, versions), file.path(folder, "session.txt"))
  cat(nrow(all), "values,", length(unique(all$case)), "cases;", R.version.string, versions, "\n")
}

# Keys of groups: "sex=men;age_group=20-39"; "" is the whole.
group_key <- function(frame) {
  if (!length(frame)) return("")
  do.call(paste, c(Map(function(name, level) paste0(name, "=", level), names(frame), frame), sep = ";"))
}

# Rows that carry information: a value and a weight. Everything else stays in the design as sampled PSUs.
analysed <- function(design, variable) {
  keep <- !is.na(design$variables[[variable]]) & weights(design, "sampling") > 0
  design[keep, ]
}

# Korn-Graubard as NCHS codes it (Vital and Health Statistics 2(175), 2017): Clopper-Pearson on the effective sample size
# adjusted for the degrees of freedom, never above n; 0 or n events take n. Uncapped it is survey's method "beta".
clopper_pearson <- function(p, size, level) {
  alpha <- 1 - level
  c(if (p == 0) 0 else beta_quantile(alpha / 2, size * p, size * (1 - p) + 1),
    if (p == 1) 1 else beta_quantile(1 - alpha / 2, size * p + 1, size * (1 - p)))
}
# R 4.2's qbeta misses small quantiles at small shapes (it warns "not accurate"): those are solved on the log scale.
beta_quantile <- function(share, a, b) {
  x <- suppressWarnings(qbeta(share, a, b))
  if (abs(pbeta(x, a, b) / share - 1) < 1e-12) return(x)
  exp(uniroot(function(l) pbeta(exp(l), a, b, log.p = TRUE) - log(share), c(-600, -1e-9), tol = 1e-16, maxiter = 10000)$root)
}
korn_graubard <- function(p, se, n, df, level) {
  if (se == 0) return(clopper_pearson(p, n, level))
  alpha <- 1 - level
  clopper_pearson(p, min(n, p * (1 - p) / se^2 * (qt(alpha / 2, n - 1) / qt(alpha / 2, df))^2), level)
}
beta_uncapped <- function(p, se, n, df, level) {
  if (se == 0) return(clopper_pearson(p, n, level))
  alpha <- 1 - level
  clopper_pearson(p, p * (1 - p) / se^2 * (qt(alpha / 2, n - 1) / qt(alpha / 2, df))^2, level)
}

# Wilson's score interval with the effective sample size and the t quantile of the design (survey >= 4.2, method "wilson").
wilson <- function(p, se, n, df, level) {
  t <- qt((1 + level) / 2, df)
  size <- p * (1 - p) / se^2
  middle <- (p + t^2 / (2 * size)) / (1 + t^2 / size)
  half <- t / (1 + t^2 / size) * sqrt(p * (1 - p) / size + t^2 / (4 * size^2))
  c(middle - half, middle + half)
}

# NCHS presentation standard for proportions (same report): 1 = the flag is set.
nchs_standard <- function(case, key, p, se, n, df) {
  size <- if (se == 0) n else min(n, p * (1 - p) / se^2)
  width <- if (se == 0) 0 else diff(korn_graubard(p, se, n, df, .95))
  suppress <- size < 30 || (width > .05 && (width >= .30 || (p > 0 && width / p > 1.30)))
  add(case, key, "nchs_suppress", suppress)
  add(case, key, "nchs_complement", !suppress && width > .05 && p < 1 && width / (1 - p) > 1.30)
  add(case, key, "nchs_review", df < 8 || p == 0 || p == 1)
}

# One proportion with every interval. survey's own svyciprop where it has the method and the value is defined.
proportion <- function(case, key, design, outcome, levels = .95) {
  design <- analysed(design, outcome)
  mean <- svymean(reformulate(outcome), design)
  p <- coef(mean)[[1]]; se <- SE(mean)[[1]]; n <- nrow(design); df <- degf(design)
  add(case, key, "estimate", p); add(case, key, "std_error", se); add(case, key, "df", df)
  add(case, key, "n", n); add(case, key, "n_events", sum(design$variables[[outcome]]))
  constant <- p %in% c(0, 1)
  for (level in levels) {
    limits <- list(korn_graubard = korn_graubard(p, se, n, df, level), beta = beta_uncapped(p, se, n, df, level))
    if (!constant) {
      limits$wilson <- wilson(p, se, n, df, level)
      for (method in c("xlogit", "asin", "mean"))
        limits[[c(xlogit = "logit", asin = "asin", mean = "wald")[[method]]]] <-
          confint(svyciprop(reformulate(outcome), design, method = method, level = level))
      # beyond 0 or pi/2 the sine turns back, and survey's bound with it (a lower bound above 0): ours stops at 0 or 1
      turn <- asin(sqrt(p)) + c(-1, 1) * qt((1 + level) / 2, df) * se / (2 * sqrt(p * (1 - p)))
      limits$asin <- ifelse(turn < 0, 0, ifelse(turn > pi / 2, 1, limits$asin))
      theirs <- suppressWarnings(confint(svyciprop(reformulate(outcome), design, method = "beta", level = level)))
      if (!isTRUE(all.equal(as.vector(theirs), limits$beta, tolerance = 1e-9)))
        cat("svyciprop beta differs:", case, key, theirs, limits$beta, "\n")
    }
    for (name in names(limits)) {
      add(case, key, sprintf("conf_low %s %g", name, level), limits[[name]][1])
      add(case, key, sprintf("conf_high %s %g", name, level), limits[[name]][2])
    }
  }
  nchs_standard(case, key, p, se, n, df)
}

# One proportion for every combination of the `by` columns (and for the whole when there are none).
proportions <- function(case, design, outcome, by = character(), levels = .95) {
  if (!length(by)) return(proportion(case, "", design, outcome, levels))
  frame <- analysed(design, outcome)$variables[by]
  groups <- unique(frame)
  groups <- groups[do.call(order, groups), , drop = FALSE]
  for (i in seq_len(nrow(groups))) {
    inside <- Reduce(`&`, Map(function(column, level) column == level, design$variables[by], groups[i, , drop = FALSE]))
    proportion(case, group_key(groups[i, , drop = FALSE]), design[which(inside), ], outcome, levels)
  }
}

# Group means with their full covariance: svyby(covmat = TRUE).
by_with_covariance <- function(design, variable, by, fun = svymean) {
  svyby(reformulate(variable), reformulate(by), analysed(design, variable), fun, covmat = TRUE)
}
upper_triangle <- function(case, keys, covariance) {
  covariance <- as.matrix(covariance)
  above <- upper.tri(covariance)
  add(case, outer(keys, keys, paste, sep = " & ")[above], "covariance", covariance[above])
}
add_covariance <- function(case, design, variable, by, fun = svymean) {
  b <- by_with_covariance(design, variable, by, fun)
  upper_triangle(case, group_key(as.data.frame(b)[by]), vcov(b))
}

# Estimate, standard error and the t interval with the design's degrees of freedom.
add_t <- function(case, key, estimate, se, df, level = .95, null = NULL) {
  half <- qt((1 + level) / 2, df) * se
  add(case, key, "estimate", estimate); add(case, key, "std_error", se); add(case, key, "df", df)
  add(case, key, "conf_low", estimate - half); add(case, key, "conf_high", estimate + half)
  if (!is.null(null)) add(case, key, "p_value", 2 * pt(-abs((estimate - null) / se), df))
}

# Groups against the first: differences and ratios by svycontrast, and svyttest where there are two. Degrees of freedom are those
# of the regression that makes the same comparison (degf - levels + 1), as in svyttest; ratios have their interval on the log scale.
compare <- function(case, design, variable, by, levels) {
  design <- analysed(design, variable)
  design <- design[which(design$variables[[by]] %in% levels), ]
  design$variables$group <- factor(design$variables[[by]], levels = levels, labels = paste0("g", seq_along(levels)))
  df <- degf(design) - length(levels) + 1
  b <- svyby(reformulate(variable), ~group, design, svymean, covmat = TRUE)
  for (k in seq_along(levels)[-1]) {
    other <- as.name(paste0("g", k))
    difference <- svycontrast(b, bquote(.(other) - g1))
    add_t(case, paste("difference", levels[k]), coef(difference), SE(difference), df, null = 0)
    logs <- svycontrast(b, bquote(log(.(other) / g1)))
    key <- paste("ratio", levels[k])
    half <- qt(.975, df) * SE(logs)
    add(case, key, "estimate", coef(svycontrast(b, bquote(.(other) / g1)))); add(case, key, "std_error", SE(logs))
    add(case, key, "conf_low", exp(coef(logs) - half)); add(case, key, "conf_high", exp(coef(logs) + half))
    add(case, key, "df", df); add(case, key, "p_value", 2 * pt(-abs(coef(logs) / SE(logs)), df))
  }
  if (length(levels) == 2) {
    t <- svyttest(reformulate("group", variable), design)
    add(case, "ttest", "estimate", t$estimate[[1]]); add(case, "ttest", "df", t$parameter); add(case, "ttest", "p_value", t$p.value)
  }
}

# Linear trend over ordered groups: least-squares slope of the group values on their rank, sum(c p) / sum(c^2) with centred c.
trend <- function(case, design, variable, by) {
  b <- by_with_covariance(design, variable, by)
  scores <- seq_along(coef(b)) - (length(coef(b)) + 1) / 2
  scores <- scores / sum(scores^2)
  slope <- svycontrast(b, scores)
  add_t(case, "trend", coef(slope), SE(slope), degf(analysed(design, variable)) - 1, null = 0)
}

# svychisq by its four statistics.
association <- function(case, design, variable, by, statistics = c("F", "Chisq", "Wald", "adjWald")) {
  design <- analysed(design, variable)
  design <- design[!is.na(design$variables[[by]]), ]
  design$variables$row <- factor(design$variables[[variable]])
  design$variables$column <- factor(design$variables[[by]])
  for (statistic in statistics) {
    r <- svychisq(~row + column, design, statistic = statistic)
    add(case, statistic, "statistic", r$statistic); add(case, statistic, "p_value", r$p.value)
    add(case, statistic, paste0("parameter", seq_along(r$parameter)), r$parameter)
    # F is Pearson's statistic over the trace of the design effects: times their number it is the first-order statistic
    if (statistic == "F")
      add(case, "first order", "statistic", r$statistic * (nlevels(design$variables$column) - 1) * (nlevels(design$variables$row) - 1))
  }
}

# Woodruff quantiles by svyquantile, with its rule "math" written out: the smallest value whose cumulative weight reaches the
# share. The built-in one (survey 4.1) takes the second smallest value for a share below the first step, and misses a step that
# equals the share but for rounding. Everywhere else the two must agree.
reaching <- function(x, w, p) {
  order <- order(x)
  share <- cumsum(w[order]) / sum(w)
  value <- x[order][which(share >= p * (1 - 1e-12))[1]]
  on_step <- min(abs(share - p)) < 1e-12
  if (p > share[1] && !on_step) stopifnot(value == survey:::qrule_math(x, w, p))
  value
}
quantiles <- function(case, key, design, variable, p, interval, level = .95) {
  design <- analysed(design, variable)
  q <- svyquantile(reformulate(variable), design, p, alpha = 1 - level, interval.type = interval, qrule = reaching)[[1]]
  keys <- paste0(key, if (nzchar(key)) ";", "p=", format(p, digits = 6, trim = TRUE, drop0trailing = TRUE))
  stats <- c("estimate", "conf_low", "conf_high", "std_error")
  for (j in 1:4) add(case, keys, paste(stats[j], interval), q[, j])
}

# Direct age standardisation twice: svystandardize, and w'p with w'Vw from the covariance of the age groups.
standardised <- function(case, design, variable, shares, over = NULL) {
  shares <- shares / sum(shares)
  by <- if (is.null(over)) ~1 else reformulate(over)
  # rows of weight 0 go first: survey 4.1's postStratify gives them residuals as if their weight were 1
  s <- svystandardize(analysed(design, variable), by = ~age_group, over = by, population = shares)
  if (is.null(over)) {
    m <- svymean(reformulate(variable), s)
    keys <- ""; estimates <- coef(m); errors <- as.vector(SE(m))
  } else {
    b <- svyby(reformulate(variable), by, s, svymean)
    keys <- group_key(as.data.frame(b)[over]); estimates <- coef(b); errors <- as.vector(SE(b))
  }
  b <- by_with_covariance(design, variable, c(over, "age_group"))
  groups <- as.data.frame(b)[c(over, "age_group")]
  own <- if (is.null(over)) rep("", nrow(groups)) else group_key(groups[over])
  V <- as.matrix(vcov(b))
  L <- sapply(keys, function(key) ifelse(own == key, shares[match(groups$age_group, AGE_GROUPS)], 0))
  add(case, keys, "estimate", drop(t(L) %*% coef(b)))
  covariance <- t(L) %*% V %*% L
  add(case, keys, "std_error", sqrt(diag(covariance)))
  stopifnot(all.equal(sqrt(diag(covariance)), errors, tolerance = 1e-11, check.attributes = FALSE),
            all.equal(drop(t(L) %*% coef(b)), estimates, tolerance = 1e-12, check.attributes = FALSE))
  if (length(keys) > 1) upper_triangle(case, keys, covariance)
}

AGE_GROUPS <- c("20-39", "40-59", "60+")
# US 2000 projected population, adults 20-39, 40-59, 60 and over, as NCHS prints the shares.
US_2000 <- c(.3966, .3718, .2316)
# WHO world standard 2000-2025 (Ahmad and others 2001, GPE discussion paper 31, table 4), percent, five-year groups 20-24 to 100+.
WHO <- c(8.22 + 7.93 + 7.61 + 7.15, 6.59 + 6.04 + 5.37 + 4.55, 3.72 + 2.96 + 2.21 + 1.52 + .91 + .44 + .15 + .04 + .005)
