#!/bin/bash
# make check: installs what is missing, builds, runs all tests; the last line is `N passed, N failed`.
#   scripts/check.sh [layers|unit|regress|isolation|tap|web ...]   only these kinds
#   TESTS="name ..." scripts/check.sh regress                  only these tests
#   PGSCALE_SANITIZE=address,undefined scripts/check.sh unit    other sanitizers (default: undefined)
# Counted: layers as one test, GoogleTest by test, pg_regress and isolation by file, TAP and web by assertion.
. "$(dirname "$0")/lib.sh"

kinds=("$@")
[ ${#kinds[@]} -gt 0 ] || kinds=(layers unit regress isolation tap web)
for kind in "${kinds[@]}"; do
  case $kind in
  layers | unit | regress | isolation | tap | web) ;;
  *) die "usage: $0 [layers|unit|regress|isolation|tap|web ...]" ;;
  esac
done
wanted() { [[ " ${kinds[*]} " == *" $1 "* ]]; }

# ---- counting --------------------------------------------------------------------------------
passed=0
failed=0
started=$SECONDS
heading() {
  started=$SECONDS
  printf '== %s\n' "$1"
}
count() { # count PASSED FAILED
  passed=$((passed + $1))
  failed=$((failed + $2))
  printf '   %d passed, %d failed (%d s)\n' "$1" "$2" $((SECONDS - started))
}
show() { # show FILE LINES: the head of a report, indented
  [ -s "$1" ] || return 0
  sed "${2}q; s/^/   | /" "$1"
  [ "$(wc -l <"$1")" -le "$2" ] || echo "   | ... the rest is in $1"
}
show_end() {
  [ -s "$1" ] || return 0
  tail -n "$2" "$1" | sed 's/^/   | /'
}
finish() {
  [ $((passed + failed)) -gt 0 ] || die "nothing to test${TESTS:+ of the name $TESTS}"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  if [ "$failed" -eq 0 ]; then exit 0; else exit 1; fi
}

# The chosen test names: all of DIR/*SUFFIX, or those of them in TESTS.
choose() { # choose DIR SUFFIX
  local file name
  for file in "$TOP/$1"/*"$2"; do
    [ -f "$file" ] || continue
    name=$(basename "$file" "$2")
    if [ -z "${TESTS:-}" ] || [[ " $TESTS " == *" $name "* ]]; then echo "$name"; fi
  done
}

# ---- nothing is left running -----------------------------------------------------------------
# A long command runs in a process group of its own, so that the whole group can be ended.
job=
run() { # run LOG COMMAND...
  local log=$1 status=0
  shift
  set -m
  "$@" </dev/null >"$log" 2>&1 &
  job=$!
  set +m
  wait "$job" || status=$?
  job=
  return "$status"
}
# Servers and sockets of TAP tests that did not come to their end.
clean_after_tap() {
  local pid_file short
  if [ -f "$RUN_DIR/tap_short" ]; then
    short=$(cat "$RUN_DIR/tap_short")
    case $short in /tmp/pgscale.*) as_server rm -rf "$short" ;; esac
    rm "$RUN_DIR/tap_short"
  fi
  { as_server find "$RUN_DIR/tap" "$RUN_DIR/web" -name postmaster.pid 2>/dev/null || true; } | while read -r pid_file; do
    as_server "$TREE_BIN/pg_ctl" stop -D "${pid_file%/*}" -m immediate -s -w -t 20 >/dev/null 2>&1 </dev/null || true
  done
}
cleanup() {
  if [ -n "$job" ]; then
    kill -TERM -- "-$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  fi
  if [ -n "${RUN_DIR:-}" ]; then
    clean_after_tap
    "$TOP/scripts/cluster.sh" stop check
  fi
}

# ---- the kinds -------------------------------------------------------------------------------
check_layers() {
  heading "layers"
  if run "$RUN_DIR/log/layers.log" "$TOP/scripts/check_layers.sh"; then
    count 1 0
  else
    show "$RUN_DIR/log/layers.log" 100
    count 0 1
  fi
}

check_unit() {
  local log=$RUN_DIR/log/unit.log ok bad status=0 filter='*'
  compgen -G "$TOP/test/unit/*_test.cpp" >/dev/null || return 0
  heading "unit tests"
  if ! run "$log" build_unit; then
    show_end "$log" 60
    count 0 1
    return
  fi
  if [ -n "${TESTS:-}" ]; then
    # shellcheck disable=SC2086 # one pattern per word
    filter=$(printf '*%s*:' $TESTS)
  fi
  run "$log" "$TOP/build/unit/pgscale_unit_tests" --gtest_color=no --gtest_filter="$filter" || status=$?
  ok=$(grep -c '^\[       OK \]' "$log" || true)
  bad=$(grep -cE '^\[  FAILED  \] .* \([0-9]+ ms\)$' "$log" || true)
  if [ "$bad" -gt 0 ]; then
    grep -vE '^$|^\[( RUN   |       OK |-+|=+)' "$log" >"$log.failures" || true
    show "$log.failures" 200
  fi
  if [ "$status" -ne 0 ] && ! grep -q '^\[==========\] .* ran\.' "$log"; then
    bad=$((bad + 1))
    echo "   | the test program ended with status $status in:"
    show_end "$log" 10
  fi
  count "$ok" "$bad"
}
build_unit() { build_in_cmake pgscale_unit_tests; }
build_in_cmake() {
  # CMake refuses a build directory that was copied along with a checkout.
  if [ -f "$TOP/build/unit/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$TOP" "$TOP/build/unit/CMakeCache.txt"; then
    rm -rf "$TOP/build/unit"
  fi
  # No build type: without debug information the build takes a fourth less.
  cmake -S "$TOP" -B "$TOP/build/unit" -DCMAKE_BUILD_TYPE= -DPGSCALE_WERROR=ON -DPGSCALE_MODULE=OFF \
    -DPGSCALE_SANITIZE="${PGSCALE_SANITIZE-undefined}" &&
    CCACHE_SLOPPINESS=pch_defines,time_macros cmake --build "$TOP/build/unit" --target "$1" -j "$(nproc)"
}

# pg_regress and isolation run against one fresh cluster without shared_preload_libraries.
start_cluster() {
  local conf=$TOP/test/conf/regress.conf log=$RUN_DIR/log/cluster.log
  [ -f "$RUN_DIR/clusters/check/env" ] && return
  [ -f "$conf" ] || conf=
  # In the foreground: a half-started server would escape the group.
  if ! "$TOP/scripts/cluster.sh" start check "$conf" >"$log" 2>&1 </dev/null; then
    show_end "$log" 60
    return 1
  fi
}

# KIND is regress or isolation.  As the caller: the server user may not be able to read the checkout.
check_regress() {
  local kind=$1 runner input expected log=$RUN_DIR/log/$1.log out=$RUN_DIR/$1 status=0 ok tests name options
  if [ "$kind" = regress ]; then
    mapfile -t tests < <(choose test/sql .sql)
    input=$TOP/test expected=$TOP/expected
    runner=regress/pg_regress options=(--dbname=contrib_regression)
  else
    mapfile -t tests < <(choose test/isolation/specs .spec)
    input=$TOP/test/isolation expected=$TOP/test/isolation/expected
    runner=isolation/pg_isolation_regress options=(--dbname=isolation_regression)
  fi
  [ ${#tests[@]} -gt 0 ] || return 0
  heading "$kind"
  rm -rf "$out"
  # Beside the output, where servers up to 15 look for it; without an expected file the runner
  # would give up, with an empty one it shows the output of the new test.
  mkdir -p "$out/expected"
  find "$expected" -maxdepth 1 -name '*.out' -exec ln -s -t "$out/expected" {} + 2>/dev/null || true
  for name in "${tests[@]}"; do
    [ -e "$out/expected/$name.out" ] || : >"$out/expected/$name.out"
  done
  [ "$server_major" -lt 16 ] || options+=(--expecteddir="$out")
  if ! start_cluster; then
    count 0 ${#tests[@]}
    return
  fi
  eval "$("$TOP/scripts/cluster.sh" env check)"
  run "$log" "$pgxs_test/$runner" --bindir="$TREE_BIN" --inputdir="$input" --outputdir="$out" \
    "${options[@]}" "${tests[@]}" || status=$?

  # One line per test, "test NAME ... ok" up to 15 and "ok 1 - NAME" since 16.  What is not
  # reported ok has failed, be it by a crash of the runner.
  ok=$(grep -cE '^ok [0-9]|\.\.\. +ok( |$)' "$log" || true)
  if [ "$status" -ne 0 ] && [ "$ok" -eq ${#tests[@]} ]; then ok=$((ok - 1)); fi
  if [ "$ok" -lt ${#tests[@]} ]; then
    grep -E '^not ok|\.\.\. +FAILED|could not|FATAL' "$log" | sed 's/^/   | /' || true
    if [ -s "$out/regression.diffs" ]; then
      show "$out/regression.diffs" 200
      echo "   | if the new output is right: cp $out/results/NAME.out $expected/"
    else
      show_end "$log" 40
    fi
    as_server grep -E 'PANIC|terminated by signal|TRAP:' "$("$TOP/scripts/cluster.sh" log check)" |
      tail -n 10 | sed 's/^/   | /' || true
  fi
  count "$ok" $((${#tests[@]} - ok))
}

# Not prove: it mixes or hides the output of parallel tests, and the assertions are to be counted.
# Runs as the server user, from a copy that this user can read.
# shellcheck disable=SC2016 # expanded by the shell that runs it
tap_runner='
  cd "$1" && shift
  one="timeout --foreground -k 20 $TAP_TIMEOUT perl -I test/tap/lib $KIND/{}.pl >$TESTDIR/{}.tap 2>$TESTDIR/{}.err
    echo \$? >$TESTDIR/{}.status"
  printf "%s\n" "$@" | xargs -P 2 -I {} sh -c "$one"'
check_tap() { # check_tap KIND: tap or web
  local tests name promtool= tap=$RUN_DIR/$1 source=$RUN_DIR/source short ok=0 bad=0 one status
  mapfile -t tests < <(choose "test/$1" .pl)
  [ ${#tests[@]} -gt 0 ] || return 0
  heading "$1"
  rm -rf "$tap" "$source"
  mkdir "$source"
  cp -R "$TOP/test" "$TOP/sql" "$TOP/contrib" "$source"
  if [ "$1" = tap ]; then
    promtool=$("$TOP/scripts/promtool.sh") || true # the test that needs it fails without
  elif ! run "$RUN_DIR/log/sample_pages.log" make_sample_pages "$source/test/web"; then
    show_end "$RUN_DIR/log/sample_pages.log" 60
    count 0 1
    return
  fi
  chmod -R a+rX "$source"
  server_dir "$tap"
  as_server mkdir "$tap/ports"
  # Copied for each server of the tests, because initdb takes five times as long. In their locale, which is that of LANG.
  if ! run "$RUN_DIR/log/initdb.log" as_server env -u LC_ALL LC_MESSAGES=C "$TREE_BIN/initdb" -D "$tap/template" -A trust -N; then
    show_end "$RUN_DIR/log/initdb.log" 20
    count 0 1
    return
  fi
  short=$(as_server mktemp -d /tmp/pgscale.XXXXXX) # the paths of sockets are limited to 107 bytes
  echo "$short" >"$RUN_DIR/tap_short"
  run "$RUN_DIR/log/tap.log" as_server env PATH="$TREE_BIN:$PATH" TMPDIR="$short" PERL5LIB="$pgxs_test/perl" \
    PG_REGRESS="$pgxs_test/regress/pg_regress" PG_TEST_PORT_DIR="$tap/ports" PG_TEST_TIMEOUT_DEFAULT=120 \
    INITDB_TEMPLATE="$tap/template" TESTDIR="$tap" TESTDATADIR="$tap/tmp_check" TESTLOGDIR="$tap/tmp_check/log" \
    KIND="test/$1" TAP_TIMEOUT="${PGSCALE_TAP_TIMEOUT:-300}" PROMTOOL="$promtool" \
    bash -c "$tap_runner" tap "$source" "${tests[@]}" || true
  clean_after_tap
  for name in "${tests[@]}"; do
    status=$(cat "$tap/$name.status" 2>/dev/null || echo 1)
    [ -f "$tap/$name.tap" ] || status=1
    read -r -a one < <(count_tap "$status" < <(cat "$tap/$name.tap" 2>/dev/null))
    ok=$((ok + one[0]))
    bad=$((bad + one[1]))
    printf '   %s: %d passed, %d failed\n' "$name" "${one[0]}" "${one[1]}"
    if [ "${one[1]}" -gt 0 ]; then
      [ "$status" -ne 124 ] || echo "   | ran into the time limit"
      grep '^not ok' "$tap/$name.tap" | sed 's/^/   | /' || true
      show_end "$tap/$name.err" 40
      sed '/^The files belonging/,/-l logfile start$/d' "$tap/tmp_check/log/regress_log_$name" \
        >"$RUN_DIR/log/$name.log" 2>/dev/null || true # less what initdb says
      show_end "$RUN_DIR/log/$name.log" 40
      echo "   | logs: $tap/tmp_check/log"
    fi
  done
  count "$ok" "$bad"
}
make_sample_pages() { # make_sample_pages DIR
  build_in_cmake pgscale_sample_page &&
    "$TOP/build/unit/pgscale_sample_page" >"$1/sample.html" &&
    "$TOP/build/unit/pgscale_sample_page" empty >"$1/empty.html"
}
# Assertions of one file, "PASSED FAILED".  Skipped ones count as neither; a file that died or
# stopped before its plan has failed at least once.
count_tap() { # count_tap EXIT_STATUS <TAP
  awk -v status="$1" '
    /^ok /     { if (/# [Ss][Kk][Ii][Pp]/) skipped++; else passed++ }
    /^not ok / { if (/# TODO/) passed++; else failed++ }
    /^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
    END {
      seen = passed + failed + skipped
      if (planned && seen < plan) failed += plan - seen
      if (!failed && (status != 0 || !planned)) failed = 1
      print passed + 0, failed + 0
    }'
}

# ---- the run ---------------------------------------------------------------------------------
"$TOP/scripts/install_deps.sh" check
use_run_dir
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
clean_after_tap # of a run that was killed
if wanted layers; then check_layers; fi
if wanted unit; then check_unit; fi

if wanted regress || wanted isolation || wanted tap || wanted web; then
  heading "server tree, build, install"
  # Without debug information and with less optimization the build takes two thirds.
  if ! { "$TOP/scripts/server_tree.sh" >/dev/null && run "$RUN_DIR/log/install.log" build_and_install COPT="-Werror -g0 -O1"; }; then
    show "$RUN_DIR/log/install.log" 70
    count 0 1
    finish
  fi
  server_version=$("$TREE_BIN/pg_config" --version)
  server_major=$(sed -E 's/^[^0-9]*([0-9]+).*/\1/' <<<"$server_version")
  pgxs_test=$(dirname "$("$TREE_BIN/pg_config" --pgxs)")/../test
  printf '   %s (%d s)\n' "$server_version" $((SECONDS - started))
fi
if wanted regress; then check_regress regress; fi
if wanted isolation; then check_regress isolation; fi
if wanted tap; then check_tap tap; fi
if wanted web; then check_tap web; fi
finish
