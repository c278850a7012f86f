# What the reference scripts of regressions share: survey's own svyglm, svyolr and regTermTest, fitted until they have converged, and
# the linearisation that survey lacks (standardised prevalence, attributable fraction).

# svyglm's covariance uses the working weights of the last step but one, so that its standard errors are only good to about 1e-6:
# refitted from its own coefficients until they stand still, they are good to about 1e-12.
fit_converged <- function(formula, design, model, start = NULL, tolerance = 1e-13) {
  family <- switch(model, logistic = quasibinomial(), poisson = quasipoisson(), linear = gaussian(),
    "log-binomial" = quasibinomial(link = "log"), probit = quasibinomial(link = "probit"),
    "complementary log-log" = quasibinomial(link = "cloglog"))
  control <- glm.control(epsilon = 1e-10, maxit = 50)
  fit <- NULL
  for (i in 1:12) {
    fit <- suppressWarnings(eval(bquote(svyglm(.(formula), design, family = .(family), control = .(control), start = .(start)))))
    moved <- if (is.null(start) || i == 1) Inf else max(abs(coef(fit) - start) / (abs(start) + 1e-3 * max(abs(start))))
    if (moved < tolerance && i > 3) break
    start <- unname(coef(fit))
  }
  stopifnot(moved < 1e-11, !anyNA(coef(fit)))
  fit
}

events <- function(y) if (all(y %in% 0:1)) sum(y) else NA

# Coefficients, standard errors, p and df as summary.svyglm gives them.
coefficient_rows <- function(fit) {
  s <- summary(fit)$coefficients
  data.frame(term = rownames(s), estimate = s[, 1], std_error = s[, 2], p_value = s[, 4], df = fit$df.residual,
             n = length(fit$y), n_events = events(fit$y), row.names = NULL)
}

wald_row <- function(fit, terms) {
  test <- regTermTest(fit, as.formula(paste("~", paste(terms, collapse = " + "))))
  data.frame(term = paste("Wald", paste(terms, collapse = " + ")), estimate = drop(test$Ftest), std_error = NA,
             p_value = drop(test$p), df = test$ddf, n = length(fit$y), n_events = events(fit$y))
}

# Influence of each analysed row on the coefficients (weights included), as svyglm's own sandwich has it.
influence_rows <- function(fit) {
  x <- model.matrix(fit)
  (x * (residuals(fit, "working") * fit$weights)) %*% solve(crossprod(x, x * fit$weights))
}
linear_variance <- function(fit, scores) {
  d <- fit$survey.design
  svyrecvar(as.matrix(scores), d$cluster, d$strata, d$fpc, postStrata = d$postStrata)
}

# Fitted means with columns of the data set to values for everybody, and the gradient of their weighted mean by the coefficients.
standardise <- function(fit, changed) {
  rows <- fit$survey.design$variables
  for (name in names(changed)) rows[[name]][] <- changed[[name]]
  x <- model.matrix(delete.response(terms(fit)), rows, xlev = fit$xlevels, contrasts.arg = fit$contrasts)
  offset <- model.offset(model.frame(delete.response(terms(fit)), rows, xlev = fit$xlevels))
  eta <- drop(x %*% coef(fit)) + if (is.null(offset)) 0 else offset
  w <- weights(fit$survey.design, "sampling")
  list(mu = fit$family$linkinv(eta), gradient = colSums(x * (w * fit$family$mu.eta(eta))) / sum(w), w = w)
}

# Mean of the fitted values with an exposure set to each value: sum w mu(a) / sum w, with the variance of its linearised scores
# w (mu(a) - theta) / W + gradient . influence of the coefficients, so that the covariates count as sampled too.
standardised_scores <- function(fit, exposure, values) {
  influence <- influence_rows(fit)
  made <- lapply(values, function(value) standardise(fit, setNames(list(value), exposure)))
  theta <- vapply(made, function(one) sum(one$w * one$mu) / sum(one$w), 0)
  scores <- mapply(function(one, t) one$w * (one$mu - t) / sum(one$w) + influence %*% one$gradient, made, theta)
  list(theta = theta, covariance = linear_variance(fit, scores))
}
standardised_rows <- function(fit, design, exposure, values) {
  got <- standardised_scores(fit, exposure, values)
  V <- got$covariance
  k <- length(values)
  df <- fit$df.residual   # of comparisons: that of the regression; of each prevalence: that of the design
  rows <- data.frame(term = paste0("standardised ", exposure, "=", values), estimate = got$theta, std_error = sqrt(diag(V)),
                     p_value = NA, df = degf(fit$survey.design), n = length(fit$y), n_events = events(fit$y))
  for (i in 2:k) {
    difference <- got$theta[i] - got$theta[1]
    error <- sqrt(V[i, i] + V[1, 1] - 2 * V[i, 1])
    g <- c(1 / got$theta[i], -1 / got$theta[1])
    log_error <- sqrt(drop(g %*% V[c(i, 1), c(i, 1)] %*% g))
    logs <- log(got$theta[i] / got$theta[1])
    rows <- rbind(rows,
      data.frame(term = paste0("difference ", exposure, "=", values[i]), estimate = difference, std_error = error,
                 p_value = 2 * pt(-abs(difference / error), df), df = df, n = length(fit$y), n_events = events(fit$y)),
      data.frame(term = paste0("ratio ", exposure, "=", values[i]), estimate = exp(logs), std_error = log_error,
                 p_value = 2 * pt(-abs(logs / log_error), df), df = df, n = length(fit$y), n_events = events(fit$y)))
  }
  rows
}

# Share of the events that would be missing with exposures at their reference: 1 - sum w mu(ref) / sum w y, linearised.
attributable_row <- function(fit, design, reference) {
  made <- standardise(fit, reference)
  y <- fit$y; w <- made$w
  ratio <- sum(w * made$mu) / sum(w * y)
  scores <- (w * made$mu - ratio * w * y + (influence_rows(fit) %*% made$gradient) * sum(w)) / sum(w * y)
  error <- sqrt(drop(linear_variance(fit, scores)))
  data.frame(term = paste("attributable", paste(names(reference), collapse = " + ")), estimate = 1 - ratio, std_error = error,
             p_value = 2 * pt(-abs(log(ratio) * ratio / error), fit$df.residual), df = fit$df.residual, n = length(y), n_events = events(y))
}

# svyolr until it has converged: its own optimiser stops early, so Newton's method goes on from where it stopped, and the sandwich is
# taken at the end, by svyolr itself started there.
fit_ordinal_converged <- function(formula, design) {
  first <- svyolr(formula, design, control = list(maxit = 1000, reltol = 1e-15))
  kept <- if (length(first$na.action)) design[-first$na.action, ] else design
  frame <- model.frame(formula, kept$variables)
  y <- unclass(model.response(frame)); q <- max(y) - 1
  x <- model.matrix(formula, frame)[, -1, drop = FALSE]
  w <- weights(kept, "sampling"); w <- w / mean(w)
  p <- ncol(x)
  # columns of an upper and a lower linear predictor, zeta_y - x b and zeta_{y-1} - x b
  upper <- cbind(-x, outer(y, 1:q, `==`) * 1); lower <- cbind(-x, outer(y - 1, 1:q, `==`) * 1)
  pieces <- function(par) {
    zeta <- c(-Inf, par[p + 1:q], Inf); eta <- drop(x %*% par[seq_len(p)])
    a <- zeta[y + 1] - eta; b <- zeta[y] - eta
    prob <- plogis(a) - plogis(b)
    da <- dlogis(a); db <- dlogis(b); da[!is.finite(a)] <- 0; db[!is.finite(b)] <- 0
    d2a <- da * (1 - 2 * plogis(a)); d2b <- db * (1 - 2 * plogis(b))
    score <- (upper * da - lower * db) / prob
    H <- crossprod(score, score * w) - crossprod(upper, upper * (w * d2a / prob)) + crossprod(lower, lower * (w * d2b / prob))
    list(score = score, H = H)
  }
  par <- c(coef(first)[seq_len(p)], first$zeta)
  for (i in 1:30) {
    now <- pieces(par)
    step <- solve(now$H, colSums(now$score * w))
    par <- par + step
    if (max(abs(step)) < 1e-14 * max(abs(par))) break
  }
  now <- pieces(par)
  stopifnot(max(abs(solve(now$H, colSums(now$score * w)))) < 1e-12)
  V <- svyrecvar((now$score * w) %*% solve(now$H), kept$cluster, kept$strata, kept$fpc, postStrata = kept$postStrata)
  # the same sandwich as svyolr's, at the maximum: near to it, svyolr must agree
  stopifnot(max(abs(par - c(coef(first)[seq_len(p)], first$zeta))) < 1e-2 * max(1, abs(par)),
            max(abs(sqrt(diag(V)) / sqrt(diag(vcov(first))) - 1)) < 2e-2)
  names(par) <- c(colnames(x), names(first$zeta))
  list(par = par, V = V, df = degf(kept) - p, n = nrow(kept), p = p)
}
ordinal_rows <- function(fit) {
  error <- sqrt(diag(fit$V))
  data.frame(term = names(fit$par), estimate = fit$par, std_error = error, p_value = 2 * pt(-abs(fit$par / error), fit$df),
             df = fit$df, n = fit$n, n_events = NA, row.names = NULL)
}

# Are the odds ratios equal at all cuts of an ordered outcome? Binary svyglm fits at each cut, the covariance of all their coefficients
# together from their stacked influence, and the Wald test of equality with df - q + 1 denominator df (Korn & Graubard 1990).
equality_rows <- function(design, outcome, right, terms) {
  design <- design[complete.cases(model.frame(as.formula(paste(outcome, "~", right)), design$variables, na.action = na.pass)), ]
  cuts <- seq_len(nlevels(design$variables[[outcome]]) - 1)
  fits <- lapply(cuts, function(cut) {
    made <- design
    made$variables$above <- as.numeric(unclass(made$variables[[outcome]]) > cut)
    fit_converged(as.formula(paste("above ~", right)), made, "logistic")
  })
  beta <- unlist(lapply(fits, function(fit) coef(fit)[-1]))
  V <- linear_variance(fits[[1]], do.call(cbind, lapply(fits, function(fit) influence_rows(fit)[, -1, drop = FALSE])))
  k <- length(coef(fits[[1]])) - 1
  assigned <- attr(model.matrix(fits[[1]]), "assign")[-1]
  labels <- attr(terms(fits[[1]]), "term.labels")
  do.call(rbind, lapply(terms, function(term) {
    places <- if (term == "all terms") seq_len(k) else which(labels[assigned] == term)
    L <- do.call(rbind, lapply(cuts[-1], function(cut) t(sapply(places, function(place) {
      row <- numeric(length(beta)); row[(cut - 1) * k + place] <- 1; row[place] <- -1; row
    }))))
    d <- drop(L %*% beta); q <- nrow(L); df <- degf(fits[[1]]$survey.design) - k
    left <- df - q + 1
    F <- drop(d %*% solve(L %*% V %*% t(L), d)) * left / (df * q)
    data.frame(term = paste("equality", term), estimate = F, std_error = NA, p_value = pf(F, q, left, lower.tail = FALSE), df = left,
               n = nrow(design), n_events = NA)
  }))
}
