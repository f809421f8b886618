# Epsilon inside the root: some lecture notes.
theta[t] = theta[t-1] - alpha*m_hat[t]/sqrt(v_hat[t] + epsilon)
