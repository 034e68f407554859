#!/bin/sh
# Checks exchange.pml with spin, and that each rule left out is missed. Prints TAP.
# Run in a folder of its own: make check-model.
set -u
model=$SRCDIR/tests/model/exchange.pml
cases=0
failed=0

# try NAME WANTED DEFINE: spin finds as many errors as are wanted (0, or 1 for some).
try()
{
	cases=$((cases + 1))
	if ! spin -a ${3:+"-D$3"} "$model" >spin.log 2>&1 ||
		! ${CC:-cc} -O2 -w -DVECTORSZ=1024 -DCOLLAPSE -o pan pan.c >>spin.log 2>&1; then
		echo "not ok $cases - $1"
		sed 's/^/# /' spin.log
		failed=1
		return
	fi
	./pan -m100000 >pan.log 2>&1
	found=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
	# Cut off, a search has proved nothing.
	if test "$found" = "$2" && ! grep -q 'max search depth too small' pan.log; then
		echo "ok $cases - $1"
	else
		echo "not ok $cases - $1"
		grep -E 'errors:|assertion|depth' pan.log | sed 's/^/# /'
		failed=1
	fi
	sed -n 's/^ *\([0-9]* states, stored\).*/# \1/p' pan.log
}

try 'the exchange delivers, confirms no more than it may, and reuses no number' 0 ''
try 'without the sidecar a number means two things' 1 BREAK_SIDECAR
try 'without a new epoch a number means two things' 1 BREAK_EPOCH
try 'an acknowledgement that cannot be lowered loses what a hub put back lacks' 1 BREAK_LOWER
try 'a hub put back that numbers from where it was is not listened to' 1 BREAK_FLOOR
echo "1..$cases"
exit $failed
