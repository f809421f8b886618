# The prediction is read from the last state.
y_hat = a[T] @ W_y
