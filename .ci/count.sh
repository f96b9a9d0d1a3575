# Adds up what the test runners' own closing lines say. Sourced by test.sh.
# shellcheck shell=bash

PASSED=0 FAILED=0 SKIPPED=0

# number_before WORD: the number in front of WORD in each line of standard input, added up.
number_before() { sed -n "s/.*[^0-9]\([0-9][0-9]*\) $1.*/\1/p" | add_up; }
add_up() { awk '{ sum += $1 } END { print sum + 0 }'; }

plain() { sed 's/\x1b\[[0-9;]*m//g' "$1"; }

count() {
  PASSED=$((PASSED + $1)); FAILED=$((FAILED + $2)); SKIPPED=$((SKIPPED + $3))
}

# Summary [   0.161s] 7 tests run: 5 passed (1 slow), 1 failed, 1 timed out, 0 skipped
count_nextest() {
  local closing
  closing=$(plain "$1" | grep -E '^ *Summary \[' | tail -1)
  count "$(number_before passed <<<"$closing")" \
    $(( $(number_before failed <<<"$closing") + $(number_before 'timed out' <<<"$closing") )) \
    "$(number_before skipped <<<"$closing")"
}

# test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
count_cargo_test() {
  local closing
  closing=$(plain "$1" | grep '^test result:' || true)
  count "$(number_before passed <<<"$closing")" "$(number_before failed <<<"$closing")" \
    "$(number_before ignored <<<"$closing")"
}

# "# pass 5", "# fail 0", "# cancelled 0", "# skipped 0", "# todo 0" at the end of a TAP file
count_tap() {
  local tail
  tail=$(grep -E '^# (pass|fail|cancelled|skipped|todo) ' "$1" || true)
  count "$(sed -n 's/^# pass //p' <<<"$tail" | add_up)" \
    "$(sed -nE 's/^# (fail|cancelled) //p' <<<"$tail" | add_up)" \
    "$(sed -nE 's/^# (skipped|todo) //p' <<<"$tail" | add_up)"
}

# "Ran 7 tests in 0.1s", then "OK (skipped=1)" or "FAILED (failures=1, errors=2, skipped=1)"
count_unittest() {
  local ran closing failed skipped
  ran=$(sed -nE 's/^Ran ([0-9]+) tests? in .*/\1/p' "$1" | tail -1)
  closing=$(grep -E '^(OK|FAILED)( |$)' "$1" | tail -1)
  failed=$({ grep -oE '(failures|errors|unexpected successes)=[0-9]+' <<<"$closing" || true; } | cut -d= -f2 | add_up)
  skipped=$({ grep -oE 'skipped=[0-9]+' <<<"$closing" || true; } | cut -d= -f2 | add_up)
  count $(( ${ran:-0} - failed - skipped )) "$failed" "$skipped"
}

# The numbers of Playwright's JSON report; a test that passed only at a second try has failed.
count_playwright() {
  local numbers
  numbers=$(node -e '
    const { stats } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(stats.expected, stats.unexpected + stats.flaky, stats.skipped);' "$1" 2>/dev/null) || numbers="0 0 0"
  # shellcheck disable=SC2086 # three numbers
  count $numbers
}
