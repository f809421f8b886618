"""MISTAKES: one row per mistake that people make. A new mistake is one new row.

Rows are general changes to a formula rather than lists of special cases, so that a mistake is found in a cell that nobody
listed: forward, backward, in an optimizer, in a recurrence of one's own. What is no change to a formula has its rows where
it belongs: slips of the pen in `diagnose/pen.py`, weights of threshold networks and stated conventions beside their kinds.

Seen in homework and in the literature on it; common ones have the fewest bits.
"""

from collections.abc import Mapping

from rnn_hw.lang.mistakes import alternatives as other
from rnn_hw.lang.mistakes import slopes
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Mistake

_ROWS = (
    # --- derivatives ---------------------------------------------------------------------------------------------------
    Mistake(
        "slope-at-the-sum", "the derivative taken at the sum instead of the result",
        "σ' = y(1 − y) and tanh' = 1 − y² hold for the result y of the activation, not for the z that went in",
        "put the result of the activation into y(1 − y)",
        ("1 - tanh(a)**2 -> 1 - a**2",), slopes.at_the_sum, bits=3.5,
    ),
    Mistake(
        "slope-of-the-result", "the derivative taken of the result once more",
        "y(1 − y) has the activation in it already: σ(y)(1 − σ(y)) applies it a second time",
        "put the result itself into y(1 − y)",
        change=slopes.of_the_result, bits=4,
    ),
    Mistake(
        "slope-of-another", "the derivative of another activation",
        "σ' is y(1 − y), tanh' is 1 − y²",
        "look up which activation the line has",
        change=slopes.of_another, bits=3.5,
    ),
    Mistake(
        "inverse-for-derivative", "the inverse function for the derivative",
        "σ⁻¹ and tanh⁻¹ undo the function; its derivative is written σ' and tanh'",
        "take σ' = y(1 − y), tanh' = 1 − y²",
        change=slopes.inverses, bits=4,
    ),
    Mistake(
        "gradient-left-out", "a quantity for the gradient by it",
        "the bar is missing: what comes back is the gradient by the quantity, not the quantity",
        "put a bar over what the chain rule passes back",
        change=other.without_bars, bits=4,
    ),
    Mistake(
        "loss-as-one", "1 for the loss's own term",
        "the loss contributes its own derivative, which is 1 only where the loss is the sum itself",
        "leave the term as it is, or put in the derivative of the loss",
        change=other.losses_as_one, bits=4,
    ),
    # --- activations ---------------------------------------------------------------------------------------------------
    Mistake(
        "sigmoid-sign", "the exponent's sign in the sigmoid",
        "the sigmoid is 1/(1 + exp(−z)); with exp(z) below the line it becomes 1 − σ(z)",
        "write the exponent with its minus sign, and check that a positive z gives more than one half",
        ("sigmoid(a) -> sigmoid(-a)",), habit=True, bits=2.5,
    ),
    Mistake(
        "argument-sign", "the sign inside a function",
        "the function was taken of −z where z belongs, or the reverse",
        "copy the argument with its sign",
        ("tanh(a) -> tanh(-a)", "exp(-a) -> exp(a)", "exp(a) -> exp(-a)", "relu(a) -> relu(-a)",
         "softplus(a) -> softplus(-a)", "hard_sigmoid(a) -> hard_sigmoid(-a)"), bits=5,
    ),
    Mistake(
        "other-activation", "one activation for another",
        "gates take the sigmoid, which lies between 0 and 1; candidates and states take tanh, which lies between −1 and 1",
        "look up which function this line has",
        ("sigmoid(a) -> tanh(a)", "tanh(a) -> sigmoid(a)", "tanh(a) -> relu(a)", "relu(a) -> tanh(a)",
         "relu(a) -> sigmoid(a)", "sigmoid(a) -> relu(a)", "softplus(a) -> relu(a)", "sin(a) -> cos(a)",
         "cos(a) -> sin(a)"), bits=3,
    ),
    Mistake(
        "hard-sigmoid", "the hard sigmoid for the smooth one",
        "clip(0.2 z + 0.5) and clip(z/6 + 0.5) only look like 1/(1 + exp(−z))",
        "take 1/(1 + exp(−z)) unless the problem says otherwise",
        ("sigmoid(a) -> hard_sigmoid(a)", "sigmoid(a) -> min(max(a/6 + 0.5, 0), 1)", "hard_sigmoid(a) -> sigmoid(a)"),
        habit=True,
    ),
    Mistake(
        "activation-left-out", "the activation left out",
        "the sum was taken as it stands, without the function around it",
        "put the sum into the function",
        ("sigmoid(a) -> a", "tanh(a) -> a", "relu(a) -> a", "softplus(a) -> a", "hard_sigmoid(a) -> a",
         "softmax(a) -> a", "step(a) -> a", "step_ge(a) -> a"), bits=3,
    ),
    Mistake(
        "activation-twice", "the activation taken twice",
        "the function was applied to a value that had been through it already",
        "apply the function once",
        ("sigmoid(a) -> sigmoid(sigmoid(a))", "tanh(a) -> tanh(tanh(a))"), bits=5,
    ),
    # --- whole factors: above the terms, for without `1 - b` in `a*(1 - b)` a factor is missing, not a term ------------
    Mistake(
        "slope-left-out", "the derivative of the activation left out",
        "the gradient passes through the activation, and takes its derivative as a factor",
        "multiply with σ' = y(1 − y), or tanh' = 1 − y²",
        ("g*y*(1 - y) -> g", "y*(1 - y) -> 1", "g*(1 - a**2) -> g", "1 - tanh(a)**2 -> 1"), bits=3,
    ),
    Mistake(
        "factor-left-out", "a factor left out",
        "one factor of the product is missing, or a division was not made",
        "compare the product with the formula, factor by factor",
        ("a*b -> a", "p*b -> b", "a @ b -> a", "p @ b -> b", "a/b -> a"), bits=3,
    ),
    # --- terms and signs -----------------------------------------------------------------------------------------------
    Mistake(
        "term-left-out", "a term left out",
        "one term of the sum is missing",
        "count the terms of the formula, and add up as many",
        ("a + b -> a", "p + b -> b", "a - b -> a", "p - b -> -b"), bits=3,
    ),
    Mistake(
        "term-twice", "a term counted twice",
        "one term of the sum was added two times",
        "add each term once",
        ("a + b -> a + 2*b", "p + b -> 2*p + b"), bits=5,
    ),
    Mistake(
        "term-added", "a term that does not belong",
        "the sum has one term more than it should",
        "count the terms of the formula, and add up as many", bits=5,
    ),
    Mistake(
        "factor-added", "a factor that does not belong",
        "the product has one factor more than it should",
        "compare the product with the formula, factor by factor", bits=5,
    ),
    Mistake(
        "sign-turned", "a sign turned",
        "plus stands where minus belongs, or the reverse",
        "copy the sign with the term",
        ("a + b -> a - b", "p + b -> b - p", "a - b -> a + b", "-a -> a"), bits=3,
    ),
    Mistake(
        "difference-turned", "a difference taken the other way round",
        "a − b is not b − a: the error of a prediction is the prediction minus the target",
        "write down first what is subtracted from what",
        ("a - b -> b - a",), bits=3,
    ),
    Mistake(
        "entry-left-out", "an entry of a sum left out",
        "a sum over entries, or over examples, has one term for each of them; one is missing",
        "write the sum out with all its terms before adding up",
        change=other.entries_left_out, bits=3,
    ),
    Mistake(
        "next-step-left-out", "nothing comes back from the next step",
        "what happens at step t+1 depends on step t as well: its terms belong to the gradient too",
        "follow every arrow that leaves the quantity, those into the next step too",
        change=other.without_next_step, scope="formula", bits=3,
    ),
    Mistake(
        "losses-left-out", "only the last step's loss counted",
        "a loss that is a sum over the steps reaches every state directly, not the last one alone",
        "add the direct term at every step",
        change=other.last_loss_only, scope="formula", bits=4,
    ),
    # --- factors -------------------------------------------------------------------------------------------------------
    Mistake(
        "factor-twice", "a factor taken twice",
        "one factor stands in the product two times, or a division was made two times",
        "take each factor once",
        ("a*b -> a*b*b", "p*b -> p*p*b", "a/b -> a/b/b"), bits=5,
    ),
    Mistake(
        "factor-below", "a factor below the line that belongs above it",
        "a factor of the numerator was put into the denominator",
        "write the fraction with everything that multiplies above the line",
        ("a*b/c -> a/(b*c)", "p*b/c -> b/(p*c)", "a*(b/c) -> a/(b*c)", "a/b -> 1/(a*b)"), bits=4,
    ),
    Mistake(
        "product-quotient", "a product for a quotient",
        "a quantity divides where it should multiply, or the reverse",
        "check which side of the fraction the quantity stands on",
        ("a*b -> a/b", "p*b -> b/p", "a/b -> a*b"), bits=4,
    ),
    Mistake(
        "quotient-turned", "a quotient turned over",
        "a/b is not b/a",
        "check what is divided by what",
        ("a/b -> b/a",), bits=4,
    ),
    Mistake(
        "product-for-sum", "a product for a sum",
        "two parts were multiplied that are added, or the reverse",
        "look at the sign between the parts",
        ("a*b -> a + b", "p + b -> p*b"), bits=5.5,
    ),
    Mistake(
        "complement", "a gate for what it leaves",
        "z and 1 − z are the two shares of a gate: one belongs where the other was taken",
        "check which share goes to which part",
        ("1 - a -> a",), other.complements, bits=3.5,
    ),
    # --- powers --------------------------------------------------------------------------------------------------------
    Mistake(
        "square-left-out", "a power left out",
        "the quantity stands without its exponent",
        "take the power before going on",
        ("a**n -> a",), bits=3,
    ),
    Mistake(
        "power-as-product", "a power taken as a product",
        "a² is a·a and not 2·a",
        "multiply the quantity with itself",
        ("a**n -> n*a",), bits=4,
    ),
    Mistake(
        "root-left-out", "a root left out",
        "the quantity stands without its root",
        "take the root before going on",
        ("sqrt(a) -> a",), bits=3,
    ),
    Mistake(
        "root-for-square", "a root for a square",
        "a root was taken where a square belongs, or the reverse",
        "check which of the two the formula has",
        ("sqrt(a) -> a**2", "a**2 -> sqrt(a)"), bits=5.5,
    ),
    Mistake(
        "root-of-the-parts", "a root, or a power, of the parts instead of the whole",
        "the root of a sum is not the sum of the roots, and 1 − bⁿ is not (1 − b)ⁿ",
        "watch what stands inside the brackets",
        ("1 - b**n -> (1 - b)**n", "(a - b)**2 -> a**2 - b**2", "(a + b)**2 -> a**2 + b**2",
         "sqrt(a) + b -> sqrt(a + b)", "sqrt(a + b) -> sqrt(a) + sqrt(b)"), bits=4,
    ),
    Mistake(
        "factor-two", "the factor 2 of a square, or the half in front of it",
        "the derivative of a square has the factor 2; a half in front of the loss takes it away, where there is one",
        "look up whether the loss has a half in front of it",
        ("2/a -> 1/a", "a - b -> 2*(a - b)", "mean(a) -> mean(a)/2", "sum(a) -> sum(a)/2", "sum[t](a) -> sum[t](a)/2",
         "mean[t](a) -> mean[t](a)/2"), bits=4.5,
    ),
    Mistake(
        "root-added", "a root taken of an error that has none",
        "the mean of the squares is asked, and not its root",
        "look up whether a root stands in front of the mean",
        ("mean(a) -> sqrt(mean(a))", "mean[t](a) -> sqrt(mean[t](a))", "sum(a) -> sqrt(sum(a))"), bits=4.5,
    ),
    Mistake(
        "gate-before-the-product", "a gate taken before the product instead of after it, or the reverse",
        "r·(U h) and U (r·h) differ: the gate meets what comes out of the product, or what goes in",
        "look up on which side of the product the gate stands",
        ("a*(b @ c + n) -> b @ (a*c) + n", "a*(b @ c) -> b @ (a*c)", "b @ (a*c) -> a*(b @ c)"), bits=3.5,
    ),
    Mistake(
        "brackets-left-out", "brackets left out",
        "what stands before or behind the brackets belongs to everything inside them",
        "write the brackets out, and multiply or subtract each term",
        ("a - (b + c) -> a - b + c", "a - (b - c) -> a - b - c", "a*(b + c) -> a*b + c", "a*(b - c) -> a*b - c",
         "(b + c)*a -> b + c*a", "(b - c)*a -> b - c*a", "(a + b)/c -> a + b/c", "(a - b)/c -> a - b/c",
         "a/(b + c) -> a/b + c", "a/(b*c) -> a/b*c"), bits=3.5,
    ),
    # --- matrices ------------------------------------------------------------------------------------------------------
    Mistake(
        "transposed", "a matrix transposed, or not transposed",
        "W and its transpose have the same shape here, but rows and columns are exchanged",
        "going forward a row of W belongs to a result; going back it is a column",
        ("a.T @ b -> a @ b", "a @ b.T -> a @ b", "outer(a, b) -> outer(b, a)"), other.transposes, bits=3.5,
    ),
    Mistake(
        "joined-in-another-order", "two vectors joined in another order",
        "[h, x] and [x, h] meet other columns of the weights",
        "join the vectors in the order in which the columns of the weights stand",
        ("[a, b] -> [b, a]",), habit=True, bits=3.5,
    ),
    # --- sums and means ------------------------------------------------------------------------------------------------
    Mistake(
        "mean-for-sum", "a mean for a sum, or a sum for a mean",
        "a mean divides by the number of its terms, a sum does not",
        "check whether the formula divides by the number",
        ("sum(a) -> mean(a)", "mean(a) -> sum(a)", "sum[t](a) -> mean[t](a)", "mean[t](a) -> sum[t](a)"), bits=3,
    ),
    Mistake(
        "sum-left-out", "the sum over time left out",
        "a weight is used at every step, so its gradient has a term from every step",
        "add up the contributions of all steps",
        change=other.single_steps, bits=3,
    ),
    Mistake(
        "count-off-by-one", "a number of things off by one",
        "the number of entries, examples or steps was counted one too low or too high",
        "count again, from 1",
        change=other.other_counts, bits=5,
    ),
    # --- quantities ----------------------------------------------------------------------------------------------------
    Mistake(
        "wrong-step", "a value of the wrong step",
        "the quantity was taken one step too early or too late",
        "write the step into every index",
        change=other.other_steps, bits=3.5,
    ),
    Mistake(
        "state-not-carried", "the state not carried on",
        "every step starts from the state of the step before; the first state was used again",
        "put the state just computed into the next step",
        change=other.first_state, scope="name", bits=3.5,
    ),
    Mistake(
        "other-quantity", "another quantity in its place",
        "a quantity of the same shape was taken for the one that belongs there",
        "compare the letters of the line with the formula",
        change=other.other_quantities, bits=4,
    ),
    Mistake(
        "exchanged", "two quantities exchanged",
        "each stands where the other belongs",
        "compare the letters of the line with the formula",
        change=other.exchanges, scope="formula", bits=3.5,
    ),
    Mistake(
        "decimal-slip", "a constant with its point in another place",
        "the constant was put in ten times too large or too small",
        "compare the constant with the problem, digit by digit",
        change=other.decimal_slips, scope="name", bits=3.5,
    ),
    Mistake(
        "constant-complement", "a constant for what it leaves of one",
        "β and 1 − β were taken for each other",
        "check which of the two the line has",
        change=other.constant_complements, scope="name", bits=4.5,
    ),
    Mistake(
        "step-frozen", "the step's number not moved on",
        "the number of the step was taken as 1, though this is a later one",
        "count the steps from 1, and put in the number of this one",
        change=other.first_step, scope="name", bits=3.5,
    ),
    Mistake(
        "step-off-by-one", "the step's number off by one",
        "the number of the step before or after was put in",
        "count the steps from 1, and put in the number of this one",
        change=other.neighbouring_steps, scope="name", bits=4,
    ),
    # --- conventions, which the kinds state ---------------------------------------------------------------------------
    Mistake(
        OTHER_CONVENTION, "another convention than the one stated",
        "lectures differ here, and the problem says which form it means",
        "use the form that stands in the problem", bits=4,
    ),
    # --- several lines at once -----------------------------------------------------------------------------------------
    Mistake(
        "lines-exchanged", "two lines exchanged",
        "each was worked with what belongs to the other, such as the weights of another gate",
        "compare the letters of the lines with the formulas",
        change=other.lines_exchanged, scope="program", bits=3.5,
    ),
    Mistake(
        "constants-exchanged", "two given quantities exchanged throughout",
        "each was put in wherever the other belongs",
        "write the given quantities out once, each behind its letter",
        change=other.constants_exchanged, scope="program", bits=3.5,
    ),
)  # fmt: skip

MISTAKES: Mapping[str, Mistake] = {row.code: row for row in _ROWS}
