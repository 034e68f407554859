#!/bin/sh
# Nothing is left untracked in the source tree by the build and the tests. The build
# notes what was there before it in gen/tree-before; this test runs after all others.
# tree.sh note FILE: make the note. Without arguments: compare, and test the comparison.
set -u
list()
{
	git -C "$1" ls-files --others --exclude-standard 2>/dev/null | LC_ALL=C sort
}
# Files in FOLDER that are not in the list FILE.
left_behind()
{
	list "$2" | LC_ALL=C comm -13 "$1" -
}
tracked()
{
	test "$(git -C "$1" rev-parse --show-toplevel 2>/dev/null)" = "$(cd "$1" && pwd -P)"
}

if test "${1-}" = note; then
	if tracked "$SRCDIR"; then list "$SRCDIR"; fi >"$2"
	exit 0
fi

echo 1..2
if ! tracked "$SRCDIR"; then
	echo 'ok 1 - nothing is left untracked # SKIP not a git checkout'
	echo 'ok 2 - a file left behind is found # SKIP not a git checkout'
	exit 0
fi
failed=0
found=$(left_behind "$BUILDDIR/gen/tree-before" "$SRCDIR")
if test -z "$found"; then
	echo 'ok 1 - nothing is left untracked'
else
	echo "$found" | sed 's/^/# left behind: /'
	echo 'not ok 1 - nothing is left untracked'
	failed=1
fi

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
git init -q "$scratch/tree" && echo '*.o' >"$scratch/tree/.gitignore"
echo >"$scratch/tree/old"
list "$scratch/tree" >"$scratch/before"
echo >"$scratch/tree/new"
echo >"$scratch/tree/ignored.o"
if test "$(left_behind "$scratch/before" "$scratch/tree")" = new; then
	echo 'ok 2 - a file left behind is found'
else
	echo 'not ok 2 - a file left behind is found'
	failed=1
fi
exit $failed
