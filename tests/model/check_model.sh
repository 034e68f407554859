#!/bin/sh
# Checks the models with spin, and that each rule left out is missed. Prints TAP.
# Run in a folder of its own: make check-model.
set -u
cases=0
failed=0

# try MODEL NAME WANTED DEFINE: spin finds as many errors as are wanted (0, or 1 for some).
try()
{
	cases=$((cases + 1))
	if ! spin -a ${4:+"-D$4"} "$SRCDIR/tests/model/$1.pml" >spin.log 2>&1 ||
		! ${CC:-cc} -O2 -w -DVECTORSZ=1024 -DCOLLAPSE -o pan pan.c >>spin.log 2>&1; then
		echo "not ok $cases - $2"
		sed 's/^/# /' spin.log
		failed=1
		return
	fi
	./pan -m100000 >pan.log 2>&1
	found=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
	# Cut off, a search has proved nothing.
	if test "$found" = "$3" && ! grep -q 'max search depth too small' pan.log; then
		echo "ok $cases - $2"
	else
		echo "not ok $cases - $2"
		grep -E 'errors:|assertion|depth' pan.log | sed 's/^/# /'
		failed=1
	fi
	sed -n 's/^ *\([0-9]* states, stored\).*/# \1/p' pan.log
}

try exchange 'the exchange delivers, confirms no more than it may, and reuses no number' 0 ''
try exchange 'without the sidecar a number means two things' 1 BREAK_SIDECAR
try exchange 'without a new epoch a number means two things' 1 BREAK_EPOCH
try exchange 'an acknowledgement that cannot be lowered loses what a hub put back lacks' 1 BREAK_LOWER
try exchange 'a hub put back that numbers from where it was is not listened to' 1 BREAK_FLOOR
try images 'of two images neither lacks what the other took, nobody else is called a copy' 0 ''
try images 'who does not compare what was heard of it says nothing of what it lacks' 1 BREAK_HEARD
try images 'a hub that does not say what it heard leaves the other image silent' 1 BREAK_SAY
try images 'who tells all and is not answered leaves the other image silent' 1 BREAK_ANSWER
try images 'an image that takes strange numbers for its own is not heard' 1 BREAK_OUTNUMBER
echo "1..$cases"
exit $failed
