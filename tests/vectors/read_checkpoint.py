"""Checkpoints: head, rules, pieces. Written from docs/FORMAT.md alone, as read.py is."""
from read_segment import (KEYS, Facts, put_leaf, read_header, read_leaves,
	read_private, unpack, unzigzag)
from wire import MiB, Reader, fixed8, hashed, need, read_stream, stream_order, verify


def read_rule(r):
	rule = {}
	if r.u8(1, 2) == 1:
		rule["below"] = unzigzag(r.varint())
	else:
		n = r.varint(1, 65536)
		values = [unzigzag(r.varint())]
		for _ in range(n - 1):
			values.append(values[-1] + r.varint(1))
		need(values[-1] < 2 ** 63, "value out of its limits")
		rule["values"] = [shown(v) for v in values]
	if "below" in rule:
		rule["below"] = shown(rule["below"])
	rule["columns"] = [[r.varint(1, 999), r.varint(2, 47)] for _ in range(r.varint(1, 256))]
	tables = [table for table, _ in rule["columns"]]
	need(tables == sorted(set(tables)), "tables of a rule")
	return rule


def shown(value):
	return value if abs(value) <= 2 ** 53 else str(value)


def read_cut(r):
	cut = {"stream": read_stream(r), "through": r.varint(1, 2 ** 63 - 1), "hash": r.bytes(32),
		"pieces": r.varint(0, 65536)}
	cut["rest"] = r.bytes(32) if cut["pieces"] else bytes(32)
	need(not cut["pieces"] or any(cut["rest"]), "rest of zeroes")
	cut["through"] = shown(cut["through"])
	return cut


def read_places(r, most, wanted):
	places, at = [], 0
	for _ in range(wanted):
		at += r.varint()
		need(at < most, "place past the end")
		places.append(at)
		at += 1
	return places


def read_piece(data, county, before):
	"""One piece: its hash, where its rows stood, and its leaves read into them."""
	r = Reader(data)
	h = read_header(Reader(r.sized(2 * MiB)), piece=True)
	body = Reader(unpack(r, 8 * MiB))
	raw = body.bytes(h["facts length"])
	leaves, listed = hashed("kehou 1 leaves", b""), []
	private, sealed = hashed("kehou 1 private", b""), []
	if h["flags"] & 1:
		leaves, listed = read_leaves(body.sized(8 * MiB))
	if h["flags"] & 2:
		private, _, sealed = read_private(body.sized(8 * MiB))
	body.end()
	p = Reader(raw)
	count = p.varint(1, h["count"])
	places = Reader(p.sized(8 * MiB))
	facts = Facts(p.data[p.at:], h["stream"], count, KEYS)
	txs = read_places(places, h["count"], count)
	tables = []
	for number, table in sorted(facts.tables.items()):
		total = places.varint(len(table.txs), 65536)
		rows = read_places(places, total, len(table.txs))
		tables.append({"id": number, "of": total,
			"rows": [[row, txs[tx]] for row, tx in zip(rows, table.txs)]})
		table.places = {row: i for i, row in enumerate(rows)}
	places.end()
	for _, _, leaf in listed:
		if leaf is not None:
			put_leaf(leaf, facts)
	signed = (fixed8(county) + h["signed"] + before + hashed("kehou 1 facts", raw) + leaves
		+ private)
	everyone = listed + sealed
	return hashed("kehou 1 segment", signed), h, {"first": h["first"], "count": h["count"],
		"leaves": len(everyone), "erased": sum(held is None for _, _, held in everyone),
		"tables": tables}


def read_checkpoint(data, known):
	need(len(data) <= 8 * MiB, "too large")
	r = Reader(data)
	r.magic(b"P")
	c = {"county": r.county(), "scope": r.scope(), "number": r.varint(1), "time_s": r.time()}
	need(c["scope"] != 0, "the county's own records do not end")
	c["number"] = shown(c["number"])
	c["rules"] = [read_rule(r) for _ in range(r.varint(0, 64))]
	c["streams"] = r.list(1024, read_cut, lambda x: stream_order(x["stream"]))
	signed = r.before()
	signature = r.bytes(64)
	if known is not None:
		verify(bytes.fromhex(known["issuing_pk"]), signature, "kehou 1 checkpoint", signed)
	c["pieces"] = []
	for cut in c["streams"]:
		need(cut["stream"]["scope"] == c["scope"], "stream of another scope")
		before, last = bytes(32), 0
		for _ in range(cut["pieces"]):
			before, h, piece = read_piece(r.sized(8 * MiB), c["county"], before)
			need(h["stream"] == cut["stream"] and h["first"] > last, "piece out of place")
			last = h["first"] + h["count"] - 1
			need(last <= int(cut["through"]), "piece past the cut")
			c["pieces"].append(piece)
		need(before == cut["rest"], "pieces are not those that are signed")
	r.end()
	return c
