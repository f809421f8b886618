# When gradients vanish: the scalar recurrence h[t] = phi(w*h[t-1] + ...), whose gradient shrinks by at most gamma*|w| a step.
# Pascanu, Mikolov and Bengio (ICML 2013), section 2.1; `remaining` and `steps` are the homework's 1e-4 after 100 steps.
# The two names in capitals stand for phi', the derivative of the problem's activation, at 0 and where it is steepest.
derivative_at_0 = SLOPE_AT_0
gamma = abs(STEEPEST_SLOPE)
alpha = 1/gamma
root = remaining**(1/steps)
alpha_literal = alpha*root
