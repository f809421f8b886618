# The last state is the prediction.
y_hat = a[T]
