#!/bin/sh
# The tests of the pages: types first, then the browser. TAP of both, numbered through.
# Without Chromium they are skipped, and say so.
set -u
if test -z "$CHROMIUM"; then
	echo '1..0 # SKIP no chromium here'
	exit 0
fi
SRCDIR=$(cd "$SRCDIR" && pwd -P)
BUILDDIR=$(cd "$BUILDDIR" && pwd -P)
export SRCDIR BUILDDIR
cat >"$WEB_NPM/tsconfig.json" <<EOF
{ "extends": "$SRCDIR/node/web/tsconfig.json", "include": ["$SRCDIR/node/web/src"],
"compilerOptions": { "baseUrl": ".", "paths": {
"preact": ["$WEB_NPM/node_modules/preact"], "preact/*": ["$WEB_NPM/node_modules/preact/*"] } } }
EOF
if types=$("$WEB_NPM/node_modules/.bin/tsc" --noEmit -p "$WEB_NPM/tsconfig.json"); then
	echo 'ok 1 - the types hold'
	status=0
else
	echo "$types" | sed 's/^/# /'
	echo 'not ok 1 - the types hold'
	status=1
fi
"$NODE" "$SRCDIR/tests/pages/pages.mjs" || status=1
exit $status
