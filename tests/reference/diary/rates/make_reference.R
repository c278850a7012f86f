# Reference values for rates: Rscript make_reference.R writes values.csv (case, term, stat, value) and session.txt
suppressPackageStartupMessages(library(survey))
options(digits = 17, contrasts = c("contr.treatment", "contr.poly"))
rows <- list()
put <- function(case, term, stat, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, term = term, stat = stat, value = format(as.numeric(value), digits = 17, trim = TRUE))
d <- read.csv("diary.csv"); d$one <- 1
des <- svydesign(ids = ~person, weights = ~one, data = d)

# ratio estimators: events over nights, persons as PSU; df = persons - 1
for (y in c("cramp", "cramps")) {
  f <- reformulate(y)
  r <- svyratio(f, ~one, des)
  put(paste0("rate ", y), "all", "estimate", 7 * coef(r)); put(paste0("rate ", y), "all", "std_error", 7 * SE(r))
  for (column in c("sex", "weekend")) for (g in unique(d[[column]])) {
    part <- subset(des, d[[column]] == g)
    r <- svyratio(f, ~one, part)
    put(paste0("rate ", y), paste(column, g), "estimate", 7 * coef(r)); put(paste0("rate ", y), paste(column, g), "std_error", 7 * SE(r))
    put(paste0("rate ", y), paste(column, g), "df", degf(part))
  }
}
# interval of cramp nights on the logit scale with t on persons - 1
ci <- confint(svyciprop(~I(cramp == 1), des, method = "logit", df = degf(des)))
put("rate cramp", "all", "conf_low", 7 * ci[1]); put("rate cramp", "all", "conf_high", 7 * ci[2]); put("rate cramp", "all", "df", degf(des))
# interval of cramps on the log scale: delta method by svycontrast, t on persons - 1
r <- svyratio(~cramps, ~one, des)
half <- qt(.975, degf(des)) * SE(r) / coef(r)
put("rate cramps", "all", "conf_low", 7 * coef(r) * exp(-half)); put("rate cramps", "all", "conf_high", 7 * coef(r) * exp(half))
# mean of persons
own <- aggregate(cbind(cramp, cramps, one) ~ person + sex, d, sum)
for (y in c("cramp", "cramps")) {
  x <- 7 * own[[y]] / own$one
  put(paste0("mean ", y), "all", "estimate", mean(x)); put(paste0("mean ", y), "all", "std_error", sd(x) / sqrt(length(x)))
}
# exact intervals of single persons
for (i in 1:6) {
  b <- binom.test(own$cramp[i], own$one[i])$conf.int; p <- poisson.test(own$cramps[i], own$one[i])$conf.int
  put("own cramp", own$person[i], "conf_low", 7 * b[1]); put("own cramp", own$person[i], "conf_high", 7 * b[2])
  put("own cramps", own$person[i], "conf_low", 7 * p[1]); put("own cramps", own$person[i], "conf_high", 7 * p[2])
}
source("counts.R")
out <- do.call(rbind, rows)
write.csv(out, "values.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, sapply(c("survey", "MASS", "glmmTMB", "lme4", "sandwich", "geepack"), function(p)
  paste(p, tryCatch(as.character(packageVersion(p)), error = function(e) "not used")))), "session.txt")
