/* Two images of one disk at one school, and their hub: neither knows of the other, and
 * both speak under one name, so that one lacks what the other said it has
 * (docs/protocol.md, "Copies").
 *
 * The hub writes, the images take; bundles may be lost, late and overtaken, and come to
 * one image or to both.  Vectors are told by difference to what was acknowledged.
 * Checked: nobody is told of a copy where there is none, and when the faults end a few
 * exchanges bring everything to whichever image goes on, or to both.  exchange.pml has
 * the other direction.
 *
 * Each BREAK_… leaves one rule out; make check-model shows that each is then missed. */

#ifndef WRITES
#define WRITES 2
#endif
#ifndef SENDS
#define SENDS 2                /* bundles of each, before the faults end */
#endif
#ifndef ROOM
#define ROOM 1                 /* bundles on the way in one direction */
#endif
#define ROUNDS 4
#define KEPT 8                 /* what was said in bundles: the last ones; modulo */
#define EPOCH 8                /* a new epoch's numbers: never used before */

typedef image {
	bool there, copied;
	byte have;             /* segments, a bit each */
	byte sent, received, told, sents[KEPT]; /* 1 + how far the vector went; 0 none */
	byte sends;
};
image m[2];
byte written, sent, received, told, acked, said, said_in, sents[KEPT], sends;
byte epochs;
bool twins;

/* number, complete, vector, received; which image */
chan up = [ROOM] of { byte, bit, byte, byte };
/* number, received, heard, after, through, who took it */
chan down = [ROOM] of { byte, byte, byte, byte, byte, byte };

byte i, k, through, a_number, a_vector, a_received, b_number, b_received, b_heard,
    b_after, b_through;
bit a_complete;
bool news;

inline forget(x) {
	x.told = 0;
	k = 0;
	do
	:: k < KEPT -> x.sents[k] = 0; k++
	:: else -> break
	od
}

/* How far the segments of an image go without a gap. */
inline measure(x) {
	through = 0;
	do
	:: x.have & (1 << through) -> through++
	:: else -> break
	od
}

/* What the bundle says, if there is anything to say. */
inline image_makes(x) {
	measure(x);
	news = x.copied || x.told == 0 || x.sents[x.told % KEPT] < through + 1;
	if
	:: !news -> skip
	:: else ->
		if
		:: x.copied || x.told == 0 || x.sents[x.told % KEPT] == 0 ||
		    (x.have >> through) != 0 ->
			a_complete = 1; a_vector = through
		:: else ->
			a_complete = 0;
			a_vector = (x.sents[x.told % KEPT] < through + 1 -> through : 0)
		fi;
		x.sent++;
		x.sents[x.sent % KEPT] = through + 1;
		a_number = x.sent; a_received = x.received
	fi
}

inline hub_takes() {
	if
	:: a_number <= received ->     /* late, or another's: it is answered */
		told = 0
	:: else ->
		if
		:: a_complete ->
			acked = 0; told = 0;
#ifndef BREAK_ANSWER
			said_in = sent + 1     /* who tells all is answered */
#endif
		:: else -> skip
		fi;
		acked = (a_vector > acked -> a_vector : acked);
		received = a_number;
		told = (a_received < told -> 0 : a_received)
	fi
}

inline hub_makes() {
	if
#ifndef BREAK_SAY
	:: said != acked + 1 -> said = acked + 1; said_in = sent + 1
#else
	:: said == 0 -> said = 1; said_in = sent + 1
#endif
	:: else -> skip
	fi;
	news = written > acked || said_in > told || told == 0 ||
	    sents[told % KEPT] < written + 1;
	if
	:: !news -> skip
	:: else ->
		sent++;
		sents[sent % KEPT] = written + 1;
		b_number = sent; b_received = received; b_heard = acked;
		b_after = acked; b_through = written
	fi
}

inline image_takes(x) {
	if
#ifndef BREAK_OUTNUMBER
	:: b_received > x.sent ->      /* never made: a copy made it */
		x.sent = b_received;
		forget(x);
		if
		:: !x.copied ->
			x.copied = true;
			epochs++;
			x.sent = EPOCH * epochs
		:: else -> skip
		fi
#endif
	:: else -> skip
	fi;
	if
	:: b_number <= x.received -> forget(x)
	:: else ->
		x.received = b_number;
		if
		:: b_received < x.told -> forget(x)
		:: b_received >= x.told && b_received <= x.sent ->
			x.told = b_received;
#ifndef BREAK_HEARD
			if
			:: x.sents[x.told % KEPT] != 0 &&
			    x.sents[x.told % KEPT] != b_heard + 1 -> forget(x)
			:: else -> skip
			fi
#endif
		:: else -> skip
		fi
	fi;
	do
	:: b_after < b_through -> x.have = x.have | (1 << b_after); b_after++
	:: else -> break
	od;
	assert(!x.copied || twins)
}

inline twin() {
	twins = true;
	m[1].there = true;
	m[1].copied = m[0].copied;
	m[1].have = m[0].have;
	m[1].sent = m[0].sent;
	m[1].received = m[0].received;
	m[1].told = m[0].told;
	i = 0;
	do
	:: i < KEPT -> m[1].sents[i] = m[0].sents[i]; i++
	:: else -> break
	od
}

/* What is left in passing would only make states. */
inline clear() {
	a_number = 0; a_complete = 0; a_vector = 0; a_received = 0;
	b_number = 0; b_received = 0; b_heard = 0; b_after = 0; b_through = 0;
	i = 0; k = 0; through = 0; news = false
}

inline exchange(x) {
	image_makes(x);
	if
	:: news -> hub_takes()
	:: else -> skip
	fi;
	hub_makes();
	if
	:: news -> image_takes(x)
	:: else -> skip
	fi
}

init {
	byte round;

	m[0].there = true;
	do
	:: atomic { written < WRITES -> written++ }
	:: atomic { !twins -> twin(); clear() }
	:: atomic { m[0].sends < SENDS && nfull(up) -> m[0].sends++; image_makes(m[0]);
		if
		:: news -> up!a_number, a_complete, a_vector, a_received
		:: else -> skip
		fi;
		clear() }
	:: atomic { m[1].there && m[1].sends < SENDS && nfull(up) -> m[1].sends++;
		image_makes(m[1]);
		if
		:: news -> up!a_number, a_complete, a_vector, a_received
		:: else -> skip
		fi;
		clear() }
	:: atomic { sends < SENDS + 1 && nfull(down) -> sends++; hub_makes();
		if
		:: news -> down!b_number, b_received, b_heard, b_after, b_through, 0
		:: else -> skip
		fi;
		clear() }
	:: atomic { nempty(up) ->      /* in any order; taken or lost */
		up??a_number, a_complete, a_vector, a_received;
		if
		:: hub_takes()
		:: skip
		fi;
		clear() }
	:: atomic { nempty(down) ->
		if
		:: down??b_number, b_received, b_heard, b_after, b_through, 0;
			if
			:: image_takes(m[0])
			:: m[1].there ->
				image_takes(m[1])
			:: m[1].there -> /* first the one, later perhaps the other */
				down!b_number, b_received, b_heard, b_after, b_through, 1;
				image_takes(m[0])
			:: m[1].there ->
				down!b_number, b_received, b_heard, b_after, b_through, 2;
				image_takes(m[1])
			:: skip
			fi
		:: down??b_number, b_received, b_heard, b_after, b_through, 1 ->
			image_takes(m[1])
		:: down??b_number, b_received, b_heard, b_after, b_through, 2 ->
			image_takes(m[0])
		fi;
		clear() }
	:: break
	od;
	/* The faults end; one image is switched off, the other goes on. */
	atomic {
		if
		:: true -> i = 0
		:: m[1].there -> i = 1
		fi;
		do
		:: round < ROUNDS -> exchange(m[i]); round++
		:: else -> break
		od;
		assert(acked == written);
		assert(m[i].have == (1 << written) - 1)
	}
}
