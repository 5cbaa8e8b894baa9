#!/bin/bash
# Checks who may include and call whom (docs/architecture.md): scripts/check_layers.sh [CHECKOUT]
# and whether the tests that docs/partman_pains.md names are there.
# Prints every breach with its rule and the reason; says nothing else.
set -euo pipefail
shopt -s lastpipe # report, at the end of a pipe, counts in this shell
export LC_ALL=C.UTF-8
top=$(cd "${1:-$(dirname "$0")/..}" && pwd -P)

# The greps look at a copy without comments and string contents, line for line the same.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top"
files=()
while IFS= read -r -d '' file; do files+=("$file"); done \
  < <(find src -type f \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) -print0 | sort -z)
[ ${#files[@]} -gt 0 ] || { echo "no sources under $top/src" >&2; exit 1; }
perl -e '
  use strict; use warnings; use File::Basename; use File::Path;
  my $work = shift;
  sub blank { my $s = shift; $s =~ s/[^\n]/ /g; $s }
  for my $file (@ARGV) {
    local $/; open my $in, "<", $file or die "$file: $!"; my $text = <$in> // "";
    $text =~ s{
        (^[ \t]*\#[ \t]*include[^\n]*)                        # kept, to look at the name
      | (R"(\w*)\(.*?\)\3")                                   # raw string
      | (/\*.*?\*/ | //[^\n]*)                                # comment
      | ("(?:\\.|[^"\\\n])*" | \x27(?:\\.|[^\x27\\\n])*\x27)  # string, character
    }{ defined $1 ? $1 : blank($&) }gemsx;
    mkpath(dirname("$work/$file"));
    open my $out, ">", "$work/$file" or die "$work/$file: $!"; print $out $text;
  }
' "$work" "${files[@]}"
cd "$work"

breaches=0
# Reads breaches as FILE:LINE:TEXT and prints them under the rule they break.
report() {
  local rule=$1 why=$2 lines
  lines=$(cat)
  [ -n "$lines" ] || return 0
  echo "breach: $rule"
  echo "   why: $why"
  sed -E 's/^/        /; s/:[[:space:]]+/: /' <<<"$lines"
  breaches=$((breaches + $(wc -l <<<"$lines")))
}
# grep over the sources that match a path pattern; finding nothing is fine.
look() { # look PATH_REGEX GREP_REGEX
  local chosen=() file
  for file in "${files[@]}"; do
    if [[ $file =~ $1 ]]; then chosen+=("$file"); fi
  done
  [ ${#chosen[@]} -eq 0 ] || grep -HnE "$2" "${chosen[@]}" || true
}

cpp='\.(cpp|h)$'

# ---- the houses ------------------------------------------------------------------------------
printf '%s\n' "${files[@]}" | grep -vE '^src/(core|shim|pg|catalog|apply|remote|worker|api)/[^/]+$' |
  report "every source lies in src/{core,shim,pg,catalog,apply,remote,worker,api}, one level deep" \
    "the builds find sources by src/*/*, and the layer of a file is its directory" || true

printf '%s\n' "${files[@]}" | grep -E '^src/shim/.*\.cpp$|^src/(core|pg|catalog|apply|remote|worker|api)/.*\.c$' |
  report "C lies in src/shim, C++ everywhere else" \
    "an ereport in C++ would jump over destructors" || true

# ---- who includes whom -----------------------------------------------------------------------
# layer: the directories it may include from
lower() {
  case $1 in
  core) echo "core" ;;
  shim) echo "shim" ;;
  pg) echo "pg core shim" ;;
  catalog) echo "catalog pg core shim" ;;
  apply) echo "apply remote catalog pg core shim" ;;
  remote) echo "remote catalog pg core shim" ;;
  worker) echo "worker apply remote catalog pg core shim" ;;
  api) echo "api apply remote catalog pg core shim" ;;
  esac
}
included='^[^:]*:[0-9]+:[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">]'
for layer in core shim pg catalog apply remote worker api; do
  allowed=" $(lower "$layer") "
  upward=''
  foreign=''
  while IFS= read -r line; do
    [[ $line =~ $included ]] || continue
    header=${BASH_REMATCH[1]} path=${line%%:*}
    if [ -f "$top/src/$header" ]; then
      if [[ $allowed != *" ${header%%/*} "* ]]; then upward+=$line$'\n'; fi
      # C++ and the plain headers see the shim's plain headers only.
      if [[ $header =~ ^shim/(entry|compat)\.h$ && ! $path =~ ^src/shim/.*\.c$ && ! $path =~ ^src/shim/(entry|compat)\.h$ ]]; then
        foreign+=$line$'\n'
      fi
    elif [[ $path =~ ^src/shim/.*\.c$ || $path =~ ^src/shim/(entry|compat)\.h$ ]]; then
      : # the places where PostgreSQL's headers belong
    elif [[ $line == *'<'* && $header =~ ^[a-z_]+$ ]]; then
      : # the C++ standard library
    elif [[ $layer != core && $header =~ ^std(int|bool|def|arg)\.h$ ]]; then
      :
    elif [[ $layer == remote && $header == libpq-fe.h ]]; then
      :
    else
      foreign+=$line$'\n'
    fi
  done < <(look "^src/$layer/" '#[[:space:]]*include')
  printf '%s' "$upward" |
    report "src/$layer includes only from: ${allowed}" \
      "worker, api > apply, remote > catalog > pg > core, shim; never upwards, never sideways"
  if [ "$layer" = core ]; then
    why="core decides and is tested without a server: nothing but core/ and the C++ standard library"
  else
    why="PostgreSQL's macros and longjmp stay in src/shim/*.c (and shim/entry.h, shim/compat.h), libpq in src/remote"
  fi
  printf '%s' "$foreign" | report "src/$layer includes neither PostgreSQL's nor other foreign headers" "$why"
done

# ---- errors ----------------------------------------------------------------------------------
look "^src/(core|catalog|apply|remote|worker|api)/.*$cpp" '\bpgs_[a-z0-9_]+[[:space:]]*\(' |
  report "C++ passes shim functions to pg::call and does not call them" \
    "a shim function may raise; only pg::call turns the longjmp into an exception"

look "^src/(core|catalog|apply|remote|worker|api)/.*$cpp" '\bcatch\b' |
  report "catch stands in src/pg only" \
    "after an error only an abort may touch the server: use pg::attempt or pg::transaction"

look '.' '\b(PG_TRY|PG_CATCH|PG_FINALLY|PG_END_TRY|PG_exception_stack|sigsetjmp|siglongjmp|setjmp|longjmp)\b' |
  { grep -v '^src/shim/guard\.c:' || true; } |
  report "PG_TRY stands in src/shim/guard.c only" \
    "one place where errors become values; anything else calls pgs_try"

look "^src/(core|pg|catalog|apply|remote|worker|api)/.*$cpp" '\b(std::(thread|jthread|async)|pthread_[a-z]+|sigaction|std::signal)\b' |
  report "no threads and no signal handlers in C++" \
    "PostgreSQL's process is single-threaded, and its signals set latches in C"

# ---- versions --------------------------------------------------------------------------------
look '.' '\bPG_VERSION_NUM\b|\bPG_MAJORVERSION(_NUM)?\b' | { grep -v '^src/shim/compat\.h:' || true; } |
  report "PG_VERSION_NUM stands in src/shim/compat.h only" \
    "everything else is written for the newest server, compat.h maps the older ones to it"

# ---- documents -------------------------------------------------------------------------------
# A cell is [name](../test/file): words of a comment, an assertion or a test in that file; the next one.
(cd "$top" && perl -ne '
  next unless /^\|/;
  my $line = $.;
  for my $cell (map { split /; (?=\[)/ } split / \| /) {
    my ($file, $words) = $cell =~ m{^\[[^]]+\]\(\.\./(test/[^)]+)\): (.+?)(?: \|)?$} or next;
    my $text = "";
    if (open my $in, "<", $file) { local $/; $text = <$in>; $text =~ s/\n(?:--|#) ?/ /g }
    print "docs/partman_pains.md:$line: $file: $words\n" if index($text, $words) < 0;
  }' docs/partman_pains.md) |
  report "a test that docs/partman_pains.md names is in its file, under these words" \
    "the table is the proof that each pain has a test; a test that is renamed is renamed there, too"

if [ "$breaches" -gt 0 ]; then
  echo "$breaches breaches of the layers"
  exit 1
fi
