# The gradient along a trajectory of h[t] = phi(W h[t-1] + W_x x[t] + b): dh[t]/dh[0] is the product of diag(phi'(z)) W.
# Pascanu, Mikolov and Bengio (ICML 2013), equation 5, here forward in time and for any activation.
# PHI and PHI_PRIME stand for the problem's activation and its derivative at z[t].
z[t] = W @ h[t-1] + W_x @ x[t] + b
h[t] = PHI
slope[t] = PHI_PRIME*ones(z[t])
# dh[t]/dh[0] = direction[t]*exp(exponent[t]): after 100,000 steps the product itself would be 0 or infinite.
product[t] = outer(slope[t], ones(slope[t]))*(W @ direction[t-1])
largest[t] = max(abs(product[t]))
size[t] = largest[t] + equal(largest[t], 0)
direction[t] = product[t]/size[t]
exponent[t] = exponent[t-1] + log(size[t])
