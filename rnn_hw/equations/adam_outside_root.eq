# Epsilon outside the root: Kingma and Ba (2015), Algorithm 1; PyTorch.
theta[t] = theta[t-1] - alpha*m_hat[t]/(sqrt(v_hat[t]) + epsilon)
