# A recurrent network of hard thresholds (homework 001, question 1); `step(z)` is 1 where z > 0.
z_h[t] = U @ x[t] + W @ h[t-1] + b_h
h[t] = step(z_h[t])
z_y[t] = V @ h[t] + b_y
y[t] = step(z_y[t])
