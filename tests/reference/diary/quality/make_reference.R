# Reference values for estimate/diary/quality.py; run in this folder: Rscript make_reference.R
suppressMessages({library(survey); library(jsonlite)})
d <- read.csv("diary.csv")
d <- d[order(d$person, d$night), ]
out <- list(r = R.version.string, survey = as.character(packageVersion("survey")))

# share of nights logged, persons as clusters; logit interval with k - 1 degrees of freedom
design <- svydesign(~person, data = d, weights = ~1)
share <- svyciprop(~logged, design, method = "logit", df = degf(design))
out$logged <- list(estimate = as.numeric(share), std_error = as.numeric(SE(svymean(~logged, design))),
                   conf_low = confint(share)[1], conf_high = confint(share)[2], df = degf(design))
# mean over persons of their own shares: a simple sample of persons
own <- aggregate(logged ~ person, d, mean)
persons <- svydesign(~1, data = own, weights = ~1)
out$mean_logged <- list(estimate = mean(own$logged), std_error = as.numeric(SE(svymean(~logged, persons))))

# a night missed, by a cramp the night before: Mantel-Haenszel over persons
d$missed <- 1 - d$logged
d$before <- ave(d$cramp, d$person, FUN = function(x) c(NA, head(x, -1)))
pairs <- d[!is.na(d$before), ]
tables <- xtabs(~ before + missed + person, pairs)
out$missed_after <- list(estimate = as.numeric(mantelhaen.test(tables)$estimate), n = nrow(pairs), n_events = sum(pairs$missed))
# its standard error over persons: R_i and S_i of each person, the ratio of their sums by the delta method
r <- apply(tables, 3, function(t) t["1", "1"] * t["0", "0"] / max(sum(t), 1))
s <- apply(tables, 3, function(t) t["1", "0"] * t["0", "1"] / max(sum(t), 1))
told <- data.frame(r = r, s = s)[r + s > 0, ]
ratio <- svyratio(~r, ~s, svydesign(~1, data = told, weights = ~1))
out$missed_after$std_error <- as.numeric(SE(ratio)) / as.numeric(coef(ratio))
out$missed_after$persons <- nrow(told)

# share of nights logged with share of cramp nights, over persons
cramps <- aggregate(cramp ~ person, d[d$logged == 1, ], mean)
test <- cor.test(own$logged, cramps$cramp)
out$correlation <- list(estimate = unname(test$estimate), conf_low = test$conf.int[1], conf_high = test$conf.int[2])
write_json(out, "values.json", auto_unbox = TRUE, digits = 15, pretty = TRUE)
