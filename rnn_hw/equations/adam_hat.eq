# The corrections moved into the rate, "epsilon hat": Kingma and Ba (2015), end of section 2; Keras, ONNX.
theta[t] = theta[t-1] - alpha*sqrt(1 - beta2**t)/(1 - beta1**t)*m[t]/(sqrt(v[t]) + epsilon)
