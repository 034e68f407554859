/* The exchange between one school and its hub: numbers, acknowledgement, receipts,
 * epochs, and both sides put back to an older state (docs/protocol.md).
 *
 * Bundles may be lost, late, copied and overtaken.  Checked: no sequence number means
 * two things, nothing is called confirmed that no hub ever had, and when the faults end
 * a few exchanges deliver and confirm all that the school still has.  images.pml has the
 * other direction, and two images of one disk.
 *
 *	spin -a exchange.pml && cc -O2 -o pan pan.c && ./pan
 *
 * Each BREAK_… leaves one rule out; make check-model shows that each is then missed. */

#define EPOCHS 2               /* of the school; one restore makes at most one more */
#define SEQS 2                 /* transactions in one epoch */
#define CELLS 4
#define CELL(e, k) ((e) * SEQS + (k))
#ifndef WRITES
#define WRITES 2
#endif
#define SENDS 2                /* bundles a side, before the faults end */

#ifndef ROOM
#define ROOM 1                 /* bundles on the way in one direction */
#endif

typedef school_db {            /* what a restore puts back */
	byte log[CELLS];       /* transaction at each place, 0 none */
	byte logged[EPOCHS], sealed[EPOCHS], acked[EPOCHS];
	byte epoch, number, received;
	byte r_epoch, r_number, r_merged[EPOCHS];
};
typedef hub_db {
	byte log[CELLS];
	byte merged[EPOCHS];
	byte epoch, number, received, receipt;
};
school_db s, s_saved;
hub_db h, h_saved;
byte left_epoch, left_len;     /* the sidecar: what left last */
byte writes, s_sends, h_sends;
byte s_floor, h_floor;         /* time outruns numbers: never used before */
bool s_restored, h_restored, s_has_saved, h_has_saved;
bool ever[5];                  /* transactions that a hub had */

/* number; through and after for each epoch; contents */
chan up = [ROOM] of { byte, byte, byte, byte, byte, byte, byte, byte, byte };
/* number, hub epoch, receipt number, merged for each epoch */
chan down = [ROOM] of { byte, byte, byte, byte, byte };

byte i, k, a_number, a_n0, a_n1, a_f0, a_f1, a_c[CELLS], b_number, b_epoch, b_receipt,
    b_m0, b_m1;

inline copy_school(to, from) {
	i = 0;
	do
	:: i < CELLS -> to.log[i] = from.log[i]; i++
	:: else -> break
	od;
	i = 0;
	do
	:: i < EPOCHS ->
		to.logged[i] = from.logged[i]; to.sealed[i] = from.sealed[i];
		to.acked[i] = from.acked[i]; to.r_merged[i] = from.r_merged[i];
		i++
	:: else -> break
	od;
	to.epoch = from.epoch; to.number = from.number; to.received = from.received;
	to.r_epoch = from.r_epoch; to.r_number = from.r_number
}

inline copy_hub(to, from) {
	i = 0;
	do
	:: i < CELLS -> to.log[i] = from.log[i]; i++
	:: else -> break
	od;
	to.merged[0] = from.merged[0]; to.merged[1] = from.merged[1];
	to.epoch = from.epoch; to.number = from.number; to.received = from.received;
	to.receipt = from.receipt
}

inline write() {
	writes++;
	s.log[CELL(s.epoch, s.logged[s.epoch])] = writes;
	s.logged[s.epoch]++
}

/* Seals, says in the sidecar what leaves, then fills a_. */
inline school_makes() {
	s.sealed[s.epoch] = s.logged[s.epoch];
	left_epoch = s.epoch;
#ifndef BREAK_SIDECAR
	left_len = s.logged[s.epoch];
#endif
	s.number++;
	s_floor = (s.number > s_floor -> s.number : s_floor)
}

inline hub_takes() {
	h.received = (a_number > h.received -> a_number : h.received);
	i = 0;
	do
	:: i < EPOCHS ->
		k = (i == 0 -> a_f0 : a_f1);
		do
		:: k < (i == 0 -> a_n0 : a_n1) ->
			if
			:: k < h.merged[i] ->   /* known: it must be the same */
				assert(h.log[CELL(i, k)] == a_c[CELL(i, k)])
			:: k == h.merged[i] ->
				h.log[CELL(i, k)] = a_c[CELL(i, k)];
				h.merged[i]++;
				ever[a_c[CELL(i, k)]] = true
			:: else -> skip         /* early: it waits, nothing is said */
			fi;
			k++
		:: else -> break
		od;
		i++
	:: else -> break
	od
}

inline hub_makes() {
	h.number++;
	h_floor = (h.number > h_floor -> h.number : h_floor);
	h.receipt++
}

inline school_takes() {
	if
	:: b_number > s.received ->      /* only the newest says what the hub has */
#ifndef BREAK_LOWER
		s.acked[0] = b_m0; s.acked[1] = b_m1;
#else
		s.acked[0] = (b_m0 > s.acked[0] -> b_m0 : s.acked[0]);
		s.acked[1] = (b_m1 > s.acked[1] -> b_m1 : s.acked[1]);
#endif
		if
		:: b_epoch != s.r_epoch || b_receipt > s.r_number ->
			s.r_epoch = b_epoch; s.r_number = b_receipt;
			s.r_merged[0] = b_m0; s.r_merged[1] = b_m1
		:: else -> skip
		fi;
		s.received = b_number
	:: else -> skip
	fi
}

/* The database is an older one.  Behind the sidecar: a new epoch, and what was not
 * sealed goes on there. */
inline restore_school() {
	copy_school(s, s_saved);
	s_restored = true;
	if
#ifndef BREAK_EPOCH
	:: left_epoch == s.epoch && left_len > s.sealed[s.epoch] ->
		s.epoch = 1;               /* it was 0: one restore is tried */
		do
		:: s.sealed[0] + s.logged[1] < s.logged[0] ->
			s.log[CELL(1, s.logged[1])] = s.log[CELL(0, s.sealed[0] + s.logged[1])];
			s.logged[1]++
		:: else -> break
		od;
		s.logged[0] = s.sealed[0];
		s.number = s_floor
#endif
	:: else -> s.number = s_floor
	fi
}

inline restore_hub() {
	copy_hub(h, h_saved);
	h_restored = true;
	h.epoch++;
	h.receipt = 0;
#ifndef BREAK_FLOOR
	h.number = h_floor
#endif
}

/* What is called confirmed was with a hub. */
inline facts_hold() {
	i = 0;
	do
	:: i < EPOCHS ->
		k = 0;
		do
		:: k < s.r_merged[i] && k < s.sealed[i] ->
			assert(ever[s.log[CELL(i, k)]]);
			k++
		:: else -> break
		od;
		i++
	:: else -> break
	od
}

inline exchange() {
	school_makes();
	a_c[0] = s.log[0]; a_c[1] = s.log[1]; a_c[2] = s.log[2]; a_c[3] = s.log[3];
	a_number = s.number; a_n0 = s.sealed[0]; a_n1 = s.sealed[1];
	a_f0 = s.acked[0]; a_f1 = s.acked[1];
	hub_takes();
	hub_makes();
	b_number = h.number; b_epoch = h.epoch; b_receipt = h.receipt;
	b_m0 = h.merged[0]; b_m1 = h.merged[1];
	school_takes()
}

init {
	atomic {
		h.epoch = 1;
		s.number = 0
	};
	do
	:: atomic { writes < WRITES && s.logged[s.epoch] < SEQS -> write() }
	:: atomic { s_sends < SENDS && nfull(up) -> s_sends++; school_makes();
		up!s.number, s.sealed[0], s.sealed[1], s.acked[0], s.acked[1],
		    s.log[0], s.log[1], s.log[2], s.log[3] }
	:: atomic { h_sends < SENDS && nfull(down) -> h_sends++; hub_makes();
		down!h.number, h.epoch, h.receipt, h.merged[0], h.merged[1] }
	:: atomic { nempty(up) ->      /* taken, and gone or copied; in any order */
		if
		:: up??a_number, a_n0, a_n1, a_f0, a_f1, a_c[0], a_c[1], a_c[2], a_c[3]
		:: up?<a_number, a_n0, a_n1, a_f0, a_f1, a_c[0], a_c[1], a_c[2], a_c[3]>
		fi;
		hub_takes() }
	:: atomic { nempty(down) ->
		if
		:: down?b_number, b_epoch, b_receipt, b_m0, b_m1
		:: down?<b_number, b_epoch, b_receipt, b_m0, b_m1>
		fi;
		school_takes();
		facts_hold() }
	:: atomic { nempty(up) ->      /* lost, or overtaken by the next */
		up?a_number, a_n0, a_n1, a_f0, a_f1, a_c[0], a_c[1], a_c[2], a_c[3];
		if
		:: skip
		:: up!a_number, a_n0, a_n1, a_f0, a_f1, a_c[0], a_c[1], a_c[2], a_c[3]
		fi }
	:: atomic { nempty(down) ->
		down?b_number, b_epoch, b_receipt, b_m0, b_m1;
		if
		:: skip
		:: down!b_number, b_epoch, b_receipt, b_m0, b_m1
		fi }
	:: atomic { !s_has_saved -> s_has_saved = true; copy_school(s_saved, s) }
	:: atomic { !h_has_saved -> h_has_saved = true; copy_hub(h_saved, h) }
	:: atomic { s_has_saved && !s_restored -> restore_school(); facts_hold() }
	:: atomic { h_has_saved && !h_restored -> restore_hub() }
	:: break
	od;
	/* The faults end. */
	atomic {
		exchange(); facts_hold();
		exchange(); facts_hold();
		exchange(); facts_hold();
		assert(h.merged[0] >= s.sealed[0] && h.merged[1] >= s.sealed[1]);
		assert(s.r_epoch == h.epoch);
		assert(s.r_merged[0] >= s.logged[0] && s.r_merged[1] >= s.logged[1])
	}
}
