# When gradients vanish: the scalar recurrence h[t] = phi(w*h[t-1] + ...), whose gradient shrinks by at most gamma*|w| a step.
# Pascanu, Mikolov and Bengio (2013), section 2.1; `remaining` and `steps` are the homework's 1e-4 after 100 steps.
alpha = 1/gamma
root = remaining**(1/steps)
alpha_literal = alpha*root
