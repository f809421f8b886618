# Adam: Kingma and Ba (2015), Algorithm 1. Elementwise; `t` is the step being taken, counted from 1.
m[t] = beta1*m[t-1] + (1 - beta1)*grad[t]
v[t] = beta2*v[t-1] + (1 - beta2)*grad[t]**2
m_hat[t] = m[t]/(1 - beta1**t)
v_hat[t] = v[t]/(1 - beta2**t)
