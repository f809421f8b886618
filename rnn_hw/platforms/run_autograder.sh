#!/usr/bin/env bash
# run_autograder of a Gradescope autograder: runs for each submission and leaves results.json.
set -uo pipefail
PROBLEM=@PROBLEM@
AUTOGRADER=${AUTOGRADER:-/autograder}
RNNHW=${RNNHW:-$AUTOGRADER/rnnhw/bin/rnnhw}

mkdir -p "$AUTOGRADER/results"
cd "$AUTOGRADER/source" || exit 1
if [ -z "$(find "$AUTOGRADER/submission" \( -iname '*.yaml' -o -iname '*.yml' \) -print -quit)" ]; then
    printf '{"score": 0, "output": "There is no answer file: hand in a file that ends in .yaml."}\n' \
        >"$AUTOGRADER/results/results.json"
    exit
fi
"$RNNHW" grade "$AUTOGRADER/submission" --problem "$PROBLEM" --no-key \
    --gradescope "$AUTOGRADER/results/results.json"
status=$?
# 2: the answer file is unusable, and results.json says why. Anything else is for the teacher to see.
[ "$status" -le 2 ] && [ -s "$AUTOGRADER/results/results.json" ]
