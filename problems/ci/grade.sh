#!/usr/bin/env bash
# What a course's CI job runs: grades the class beside this script and writes every form of report into a folder.
#
#   problems/ci/grade.sh [FOLDER]       FOLDER gets the reports; `reports` if left out
#
# RNNHW is the command, PASS the percentage of the points below which a sheet fails. The exit status is that of
# `rnnhw grade`: 0, 1 where a sheet fails, 2 where nothing could be graded. For a course of your own put your problem in
# place of lstm_forward.yaml, and the students' folders in place of class/; keep the forms that you need. Those of the
# platforms that take one mark (classroom, gradescope, markus, autolab, prairielearn) are for one student's files; of a
# class they show the sheet with the fewest points.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-reports}
mkdir -p "$out"

exec ${RNNHW:-rnnhw} grade "$here/class" --problem "$here/../lstm_forward.yaml" \
    --late 10 --late-list "$here/late.txt" --fail-under "${PASS:-0}" \
    --json "$out/class.json" --html "$out/class.html" --summary "$out/summary.md" \
    --csv "$out/gradebook.csv" --moodle "$out/moodle.csv" --canvas "$out/canvas.csv" \
    --junit "$out/junit.xml" --annotations "$out/annotations.txt" --classroom "$out/classroom.b64" \
    --gradescope "$out/gradescope.json" --markus "$out/markus.json" --autolab "$out/autolab.txt" \
    --prairielearn "$out/prairielearn.json"
