"""Segments: packing, facts, leaves. Written from docs/FORMAT.md alone, as read.py is."""
import zlib

from wire import (MiB, Reader, Refused, fixed8, hashed, need, public_of, read_stream,
	read_vector, verify)
import nacl.bindings
import nacl.exceptions

WORD = 0xffffffff

# --- Packing ------------------------------------------------------------------------

POINTS = (1, 2, 3, 6, 10, 16, 27, 45, 73, 120, 194, 310, 488, 747, 1101, 1546, 2047, 2549,
	2994, 3348, 3607, 3785, 3901, 3975, 4022, 4050, 4068, 4079, 4085, 4089, 4092, 4093, 4094)
CLASS_WEIGHTS = (0, 16000, 20000, 24000, 27000, 29000, 31000, 33000)
CLASS_OF = [0, 1, 2, 3] + [4] * 3 + [5] * 6 + [6] * 27 + [7] * 216


def squash(x):
	if x > 2047:
		return 4095
	if x < -2047:
		return 1
	i, w = divmod(x + 2048, 128)
	return POINTS[i] * (128 - w) + POINTS[i + 1] * w + 64 >> 7


def make_stretch():
	table, x = [], -2047
	for v in range(4096):
		while x < 2047 and squash(x) < v:
			x += 1
		table.append(x)
	return table


STRETCH = make_stretch()


def mix(a, b):
	x = ((a + 1) * 0x9e3779b1 ^ (b + 0x7f4a7c15) * 0x85ebca6b) & WORD
	x ^= x >> 15
	x = x * 0x2c1b3c6d & WORD
	return x ^ x >> 13


class Models:
	"""Guesses a bit out of four contexts, and learns from it."""

	def __init__(self, length):
		bits = 10
		while bits < 20 and 1 << bits < 4 * length:
			bits += 1
		self.shift = 32 - bits
		self.guesses = [[32768] * (1 << bits) for _ in range(4)]
		self.counts = [bytearray(1 << bits) for _ in range(4)]
		self.weights = [list(CLASS_WEIGHTS) for _ in range(4)]
		self.hashes = (0, 0, 0, 0)

	def guess(self, node):
		self.used = []
		total = 0
		for m in range(4):
			slot = (self.hashes[m] + node * 0x9e3779b1 & WORD) >> self.shift
			s = STRETCH[self.guesses[m][slot] >> 4]
			kind = CLASS_OF[self.counts[m][slot]]
			total += self.weights[m][kind] * s
			self.used.append((m, slot, s, kind))
		self.q = squash(total >> 16)
		return 16 * self.q + 8

	def learn(self, bit):
		e = 4096 * bit - self.q
		for m, slot, s, kind in self.used:
			self.weights[m][kind] += s * e + 512 >> 10
			count = self.counts[m][slot]
			rate = 131072 // (2 * count + 3) & 0xffff
			guess = self.guesses[m][slot]
			if bit:
				guess += (65535 - guess) * rate >> 16
			else:
				guess -= guess * rate >> 16
			self.guesses[m][slot] = guess
			self.counts[m][slot] = min(count + 1, 60)


class Frames:
	"""Where a byte stands among frames, as the contexts of the models."""

	def __init__(self):
		self.number = 0         # of the frame
		self.left = 0           # bytes of it to come; 0: in a length
		self.now = bytearray()  # of it, so far
		self.last = b""         # the frame before
		self.lengths = 0, 0     # of the two that ended last, the older first
		self.length = self.shift = 0

	def hashes(self):
		if not self.left:
			f, above, c3 = 65535, 256, 0
			c1, c2 = (n % 256 + 1000 * self.shift for n in self.lengths)
		else:
			at, f = len(self.now), self.number
			above = self.last[at] if at < len(self.last) else 256
			c1, c2, c3 = (self.now[at - i] if at >= i else 256 for i in (1, 2, 3))
		return (mix(f, 1), mix(f, c1 | 0x1000), mix(f, above | 0x2000),
			mix(f, (c1 << 18 | c2 << 9 | c3) ^ 0x30000000))

	def end(self, size):
		self.last, self.now = bytes(self.now), bytearray()
		self.lengths = self.lengths[1], size
		self.number += 1
		self.length = self.shift = 0

	def add(self, byte):
		if self.left:
			self.now.append(byte)
			self.left -= 1
			if not self.left:
				self.end(len(self.now))
			return
		self.length |= (byte & 127) << self.shift
		self.shift += 7
		if byte < 128 or self.shift == 35:
			self.left = self.length
			if not self.left:
				self.end(0)


class Range:
	def __init__(self, data):
		self.data, self.at = data, 4
		self.low, self.high = 0, WORD
		self.code = int.from_bytes((data + bytes(4))[:4], "big")

	def bit(self, p):
		middle = self.low + ((self.high - self.low) * p >> 16)
		bit = int(self.code <= middle)
		if bit:
			self.high = middle
		else:
			self.low = middle + 1
		while not (self.low ^ self.high) >> 24:
			self.low = self.low << 8 & WORD
			self.high = self.high << 8 & WORD | 255
			byte = self.data[self.at] if self.at < len(self.data) else 0
			self.code = self.code << 8 & WORD | byte
			self.at += 1
		return bit

	def end(self):
		need(len(self.data) <= self.at <= len(self.data) + 4, "range coder's input")


def range_decode(data, length):
	need(length <= 262144, "too large for the range coder")
	coder, models, frames = Range(data), Models(length), Frames()
	out = bytearray()

	def bit(node):
		value = coder.bit(models.guess(node))
		models.learn(value)
		return value

	while len(out) < length:
		models.hashes = frames.hashes()
		byte = 0
		if not bit(0):
			node = byte = 1
			while node < 8:
				node = 2 * node + bit(node)
			for _ in range(node - 8):
				byte = 2 * byte + bit(node << 8 | byte)
		out.append(byte)
		frames.add(byte)
	coder.end()
	return bytes(out)


def inflate(data, length):
	stream = zlib.decompressobj(-15)
	try:
		out = stream.decompress(data, length + 1)
	except zlib.error as reason:
		raise Refused("deflate: %s" % reason) from None
	need(stream.eof and not stream.unused_data, "deflate's input")
	return out


def unpack(r, most):
	method, length = r.u8(0, 1, 2), r.varint(0, most)
	data = r.bytes(len(r.data) - r.at)
	out = (lambda data, _: data, inflate, range_decode)[method](data, length)
	need(len(out) == length, "unpacked length")
	return out


# --- Values -------------------------------------------------------------------------

def unzigzag(value):
	return value >> 1 ^ -(value & 1)


def signed64(value):
	return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def read_value(r):
	kind = r.u8(0, 1, 2, 3)
	if kind == 0:
		return None
	if kind == 1:
		return unzigzag(r.varint())
	raw = r.sized(262144)
	if kind == 3:
		return raw
	try:
		text = raw.decode("utf-8")
	except UnicodeDecodeError:
		raise Refused("text not in UTF-8") from None
	need("\0" not in text, "text with U+0000")
	return text


# --- Facts: columns -------------------------------------------------------------------

CONSTANT, PREDICTED, RAW, DICTIONARY, DIFFERENCE, LIST = range(6)
SCOPE, TIME, STAFF, NEXT_ID, IN_LIST, LAST_BY, TIME_TOO = range(1, 8)
FRAMES = ((0,), (0,), (1,), (1,), (1, 2), (3,))  # of each mode


class Column:
	"""Its description in the structure, and later its frames."""

	def __init__(self, r):
		head = r.u8()
		self.mode, self.prediction, self.nframes = head & 7, head >> 3 & 7, head >> 6
		need(self.mode <= LIST, "mode of a newer program")
		if self.prediction == IN_LIST:
			self.space = r.varint(0, 63)
		if self.prediction == LAST_BY:
			self.reference = [r.varint(0, 999) for _ in range(4)]
		if self.mode == CONSTANT:
			self.values = [read_value(r)]
		elif self.mode == DICTIONARY:
			self.values = [read_value(r) for _ in range(r.varint(0, 255))]
		elif self.mode == DIFFERENCE:
			self.scale = r.varint(1, 2 ** 63 - 1)

	def take_frames(self, frames):
		self.frames = [Reader(frames.sized(8 * MiB)) for _ in range(self.nframes)]
		self.frames += [Reader(b"")] * (3 - self.nframes)

	def cells(self, places, facts, table=None):
		"""The cells of places: each a pair of transaction and row."""
		need(self.nframes in FRAMES[self.mode], "number of frames")
		if self.mode == LIST:
			need(self.prediction == IN_LIST, "list without a space")
			cells = ListColumn(self, facts).cells([tx for tx, _ in places])
		else:
			read = (self.constant, self.predicted, self.raw, self.dictionary,
				self.difference)[self.mode]
			predict = self.predictor(facts, table)
			cells, self.before = [], 0
			for place in places:
				cells.append(read(predict, place, cells))
				if isinstance(cells[-1], int):
					self.before = cells[-1]
		for frame in self.frames:
			frame.end()
		return cells

	def constant(self, _predict, _place, _cells):
		return self.values[0]

	def predicted(self, predict, place, cells):
		return predict(place, cells)

	def raw(self, _predict, _place, _cells):
		return read_value(self.frames[0])

	def dictionary(self, predict, place, cells):
		index = self.frames[0].u8()
		if self.prediction:
			if not index:
				return predict(place, cells)
			index -= 1
		need(index < len(self.values), "not in the dictionary")
		return self.values[index]

	def difference(self, predict, place, cells):
		number = self.frames[0].u8()
		if number == 255:
			return read_value(self.frames[1])
		number = unzigzag(self.frames[1].varint() if number == 254 else number)
		base = predict(place, cells) if self.prediction else None
		if not isinstance(base, int):
			base = self.before
		return signed64(base + number * self.scale)

	def predictor(self, facts, table):
		if self.prediction == LAST_BY:
			return self.last_by(facts, table)
		return {
			0: lambda place, cells: None,
			IN_LIST: lambda place, cells: None,
			SCOPE: lambda place, cells: facts.stream["scope"],
			TIME: lambda place, cells: facts.times[place[0]] * 1000,
			TIME_TOO: lambda place, cells: facts.times[place[0]] * 1000,
			STAFF: lambda place, cells: facts.staff[place[0]] or None,
			NEXT_ID: lambda place, cells: min(cells[-1] + 1, 2 ** 63 - 1)
				if cells and isinstance(cells[-1], int) else (facts.stream["epoch"] << 24) + 1,
		}[self.prediction]

	def last_by(self, facts, table):
		there, by, value, own_by = self.reference
		source = facts.tables.get(there)
		need(source, "prediction from a table that is not before")
		own = source is table
		seen, done = {}, 0

		def predict(place, cells):
			nonlocal done
			tx, row = place
			while own and done < len(cells):
				if source.has(self.rows[done], by):
					seen[source.cell(self.rows[done], by)] = cells[done]
				done += 1
			while not own and done < len(source.txs) and source.txs[done] <= tx:
				if source.has(done, by) and source.has(done, value):
					seen[source.cell(done, by)] = source.cell(done, value)
				done += 1
			mine = by if own else own_by
			return seen.get(table.cell(row, mine)) if table.has(row, mine) else None

		return predict


class ListColumn:
	"""Mode 5."""

	def __init__(self, column, facts):
		self.tokens, self.places, self.values = column.frames
		self.log = facts.lists.setdefault(column.space, [])
		self.recent = []  # the newest first, each [numbers, free numbers]
		self.before = 0
		self.number, self.product = 0, 1 << 56

	def use(self, numbers):
		"""As a whole."""
		self.recent = [x for x in self.recent if x[0] is not numbers]
		self.recent.insert(0, [numbers, list(numbers)])
		del self.recent[32:]

	def next_value(self):
		self.before = signed64(self.before + unzigzag(self.values.varint()))
		return self.before

	def named(self, k):
		need(k <= len(self.recent), "no such list")
		self.recent.insert(0, self.recent.pop(k - 1))
		return self.recent[0]

	def place(self, choices):
		need(choices, "no place is free")
		if self.product * choices > 1 << 56:
			need(not self.number, "places not used up")
			left = len(self.places.data) - self.places.at
			self.number = int.from_bytes(self.places.bytes(min(7, left)), "little")
			self.product = 1
		self.product *= choices
		self.number, place = divmod(self.number, choices)
		return place

	def run(self, length):
		if not 4 <= length <= 256:
			return [self.single() for _ in range(length)], False
		k = self.tokens.u8()
		if k:
			numbers = self.named(k)[0]
			need(len(numbers) == length, "list of another length")
		else:
			numbers = [self.next_value() for _ in range(length)]
		self.use(numbers)
		return numbers, True

	def single(self):
		k = self.tokens.u8()
		if not k:
			return self.next_value()
		free = self.named(k)[1]
		return free.pop(self.place(len(free)))

	def cells(self, txs):
		cells, used, others, at = [], [], sorted(self.log, key=lambda x: x[0]), 0
		while len(cells) < len(txs):
			tx = txs[len(cells)]
			while at < len(others) and others[at][0] <= tx:
				self.use(others[at][1])
				at += 1
			numbers, whole = self.run(run_length(txs, len(cells)))
			cells += numbers
			if whole:
				used.append((tx, numbers))
		need(not self.number, "places not used up")
		self.log += used
		return cells


def run_length(txs, start):
	end = start
	while end < len(txs) and txs[end] == txs[start]:
		end += 1
	return end - start


# --- Facts: rows ------------------------------------------------------------------------

WHOLE, PART, DELETE = range(3)


class Table:
	def __init__(self, number, scope, keys):
		self.number, self.scope, self.keys = number, scope, keys
		self.txs, self.shapes = [], []  # of each row
		self.columns = {}               # id: cells by row
		self.places = None              # of a piece: rows by their place in the segment

	def has(self, row, column):
		return column in self.keys or self.shapes[row][2] >> column & 1

	def row(self, place):
		rows = range(len(self.txs)) if self.places is None else self.places
		need(place in rows, "leaf of a row that is not there")
		return place if self.places is None else rows[place]

	def cell(self, row, column):
		if column == self.keys[0]:
			return self.scope
		return self.columns.get(column, {}).get(row)


class Facts:
	"""keys: of each table, the ids of its key columns, out of the tables' definitions."""

	def __init__(self, data, stream, count, keys):
		self.stream, self.count, self.keys = stream, count, keys
		self.tables, self.lists, self.times, self.staff = {}, {}, [], []
		frames = Reader(data)
		self.structure(Reader(frames.sized(8 * MiB)))
		self.rows(frames)
		self.columns(frames)
		frames.end()

	def structure(self, r):
		self.row_shapes, table = [], 0
		for _ in range(r.varint(0, 4096)):
			table += r.varint(0, 999)
			op = r.u8(WHOLE, PART, DELETE)
			need(0 < table < 1000, "table id out of its limits")
			mask = r.varint() if op != DELETE else 0
			need(not any(mask >> i & 1 for i in self.keys.get(table, ())), "mask with a key")
			self.row_shapes.append((table, op, mask))
		self.tx_shapes = []
		for _ in range(r.varint(1, self.count)):
			runs = [(r.varint(0, len(self.row_shapes) - 1), r.varint(1, 65536))
				for _ in range(r.varint())]
			ids = [self.row_shapes[shape][0] for shape, _ in runs]
			need(ids == sorted(ids), "tables of a shape descend")
			self.tx_shapes.append(runs)
		self.time_column, self.staff_column = Column(r), Column(r)
		self.described = []
		while r.at < len(r.data):
			table, first, second = r.varint(1, 999), r.varint(), r.varint()
			stamp, length = Column(r), Column(r)
			ids = [i for mask in (first, second) for i in range(64) if mask >> i & 1]
			self.described.append((table, stamp, length, [(i, Column(r)) for i in ids]))

	def rows(self, frames):
		numbers = [0] * self.count
		if len(self.tx_shapes) > 1:
			r = Reader(frames.sized(8 * MiB))
			numbers = [r.varint(0, len(self.tx_shapes) - 1) for _ in numbers]
			r.end()
		self.rows_of = {}
		for tx, number in enumerate(numbers):
			for shape, rows in self.tx_shapes[number]:
				mine = self.rows_of.setdefault(self.row_shapes[shape][0], [])
				mine += [(tx, self.row_shapes[shape])] * rows
		need(sum(map(len, self.rows_of.values())) <= 65536, "too many rows")
		need(sorted(t[0] for t in self.described) == sorted(self.rows_of), "tables with rows")
		need(not any(column.prediction for column in [self.time_column, self.staff_column]
			+ [c for t in self.described for c in t[1:3]]), "prediction where none may be")

	def columns(self, frames):
		for column in [self.time_column, self.staff_column] + [column
				for _, stamp, length, columns in self.described
				for column in [stamp, length] + [c for _, c in columns]]:
			column.take_frames(frames)
		all_txs = [(tx, tx) for tx in range(self.count)]
		self.times = self.time_column.cells(all_txs, self)
		need(all(946684800 <= t < 7258118400 for t in self.times), "time out of its limits")
		self.staff = self.staff_column.cells(all_txs, self)
		for number, stamp, length, columns in self.described:
			self.read_table(number, stamp, length, columns)

	def read_table(self, number, stamp, length, columns):
		t = Table(number, self.stream["scope"], self.keys[number])
		for tx, shape in self.rows_of[number]:
			t.txs.append(tx)
			t.shapes.append(shape)
		places = list(zip(t.txs, range(len(t.txs))))
		self.tables[number] = t
		t.stamps = [difference + (self.times[tx] - 946684800) * 256
			for tx, difference in zip(t.txs, stamp.cells(places, self, t))]
		need(all(0 <= x < 6311433600 * 256 for x in t.stamps), "stamp out of its limits")
		t.lengths = length.cells(places, self, t)
		need(all(x < 2 ** 32 for x in t.lengths), "length out of its limits")
		need(all(x >= 1 and x % 2 == (shape[1] != DELETE)
			for x, shape in zip(t.lengths, t.shapes)), "length against operation")
		ids = [i for i, _ in columns]
		need(len(set(ids)) == len(ids) and t.keys[0] not in ids, "column twice")
		need(set(t.keys[1:]) <= set(ids), "key missing")
		for i, column in columns:
			mine = [place for place in places if t.has(place[1], i)]
			need(mine, "column that no row has")
			column.rows = [row for _, row in mine]
			t.columns[i] = dict(zip(column.rows, column.cells(mine, self, t)))
			need(i not in t.keys or None not in t.columns[i].values(), "NULL in a key")


# --- Leaves -----------------------------------------------------------------------------

def put_varint(value):
	out = b""
	while value > 127:
		out, value = out + bytes([value & 127 | 128]), value >> 7
	return out + bytes([value])


def read_leaf(r, private):
	"""Digest, whose it is (table and row), and what it holds, None when erased."""
	erased = r.u8(0, 1)
	whose = (r.varint(0, 999), r.varint()) if erased or private else None
	if erased:
		inner, held = r.bytes(32), None
	else:
		salt, held = r.bytes(16), r.sized(8 * MiB)
		inner = hashed("kehou 1 private leaf" if private else "kehou 1 leaf body", salt + held)
		held = (salt, held) if private else held
		if not private:
			body = Reader(held)
			whose = (body.varint(0, 999), body.varint())
	return hashed("kehou 1 leaf", put_varint(whose[0]) + put_varint(whose[1]) + inner), whose, held


def read_leaves(data):
	"""Digest of all; whose they are, and the bodies of those that are not erased."""
	r = Reader(data)
	leaves = [read_leaf(r, False) for _ in range(r.varint(1, 65536))]
	r.end()
	return hashed("kehou 1 leaves", b"".join(digest for digest, _, _ in leaves)), leaves


def read_private(data):
	"""Digest of all, generation of the key, and the leaves."""
	r = Reader(data)
	generation = r.varint(1, 2 ** 32 - 1)
	leaves = [read_leaf(r, True) for _ in range(r.varint(1, 65536))]
	r.end()
	return (hashed("kehou 1 private", fixed8(generation)
		+ b"".join(digest for digest, _, _ in leaves)), generation, leaves)


def open_private(h, generation, whose, held, key):
	salt, sealed = held
	place = (b"kehou 1 private\0" + h["stream bytes"] + put_varint(h["first"])
		+ put_varint(generation) + put_varint(whose[0]) + put_varint(whose[1]))
	try:
		return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, place,
			salt + bytes(8), key)
	except nacl.exceptions.CryptoError:
		raise Refused("private leaf does not open") from None


def put_leaf(body, facts):
	r = Reader(body)
	while r.at < len(body) and body[r.at]:
		table = facts.tables.get(r.varint(1, 999))
		need(table, "leaf of another table")
		row, mask = table.row(r.varint()), r.varint(1)
		for i in (i for i in range(64) if mask >> i & 1):
			need(i not in table.keys and table.has(row, i), "leaf with a cell that was not written")
			cells = table.columns.setdefault(i, {})
			need(row not in cells, "cell told twice")
			cells[row] = read_value(r)


# --- Segment ----------------------------------------------------------------------------

def read_header(r, piece=False):
	version = r.u8()
	need(version <= 1, "of a newer program")
	need(version == 1, "version out of its limits")
	h = {"flags": r.u8(*range(4, 8)) if piece else r.u8(0, 1, 2, 3)}
	h["signature"] = b"" if piece else r.bytes(64)
	start = r.at
	h["stream"] = read_stream(r)
	h["stream bytes"] = r.data[start:r.at]
	h["first"], h["count"], h["roster"] = r.varint(1), r.varint(1, 65536), r.varint()
	need(h["first"] + h["count"] < 2 ** 63, "sequence out of its limits")
	h["knows"] = read_vector(r)
	h["signed"] = r.data[start:r.at]
	h["facts length"] = r.varint()
	r.end()
	return h


# What the vectors' tables have as keys; a reader knows it from the tables' definitions.
KEYS = {30: range(1, 6), 31: range(1, 7), 32: range(1, 7), 33: range(1, 7)}


def open_segment(data, known):
	"""Header and facts, verified with the author's seed and the hash of the one before."""
	r = Reader(data)
	h = read_header(Reader(r.sized(2 * MiB)))
	body = Reader(unpack(r, 8 * MiB))
	raw = body.bytes(h["facts length"])
	leaves, listed = hashed("kehou 1 leaves", b""), []
	private, generation, sealed = hashed("kehou 1 private", b""), 0, []
	if h["flags"] & 1:
		leaves, listed = read_leaves(body.sized(8 * MiB))
	if h["flags"] & 2:
		private, generation, sealed = read_private(body.sized(8 * MiB))
	body.end()
	signed = (fixed8(known["county"]) + h["signed"] + known["previous"]
		+ hashed("kehou 1 facts", raw) + leaves + private)
	verify(known["author"], h["signature"], "kehou 1 segment", signed)
	h["hash"] = hashed("kehou 1 segment", signed)
	facts = Facts(raw, h["stream"], h["count"], KEYS)
	for _, _, leaf in listed:
		if leaf is not None:
			put_leaf(leaf, facts)
	h["erased"] = [list(whose) for _, whose, held in listed + sealed if held is None]
	if "school_key" in known:
		for _, whose, held in sealed:
			if held is not None:
				put_leaf(open_private(h, generation, whose, held, known["school_key"]), facts)
	return h, facts


def shown_row(table, row, last):
	"""As the .json has it: masks count columns from 0, and ids there count from 1."""
	_, op, mask = table.shapes[row]
	cells = [table.cell(row, i) for i in range(1, last + 1)]
	return [table.txs[row], op, table.lengths[row], str(table.stamps[row]), mask >> 1,
		[{"text": c} if isinstance(c, str) else c if c is None else str(c) for c in cells]]


def shown_table(table, wanted):
	rows = range(len(table.txs)) if wanted == "all" else sorted({0, len(table.txs) - 1})
	return {"id": table.number, "rows": len(table.txs),
		wanted: [shown_row(table, row, COLUMNS[table.number]) for row in rows]}


# Columns of the vectors' tables.
COLUMNS = {30: 12, 31: 10, 32: 13, 33: 12}


def read_segment(data, known):
	seed = bytes.fromhex(known["sign_seed"]).ljust(32, b"\0")
	key = bytes.fromhex(known["school_key"]).ljust(32, b"\0")
	wanted = "all" if "all" in known["tables"][0] else "first_and_last"
	h, facts = open_segment(data, {"county": known["county"], "author": public_of(seed),
		"school_key": key,
		"previous": bytes.fromhex(known["previous"]).ljust(32, b"\0")})
	return {"county": known["county"], "sign_seed": known["sign_seed"],
		"previous": known["previous"], "first": h["first"], "count": h["count"],
		"roster": h["roster"], "school_key": known["school_key"], "erased": h["erased"],
		"time": [facts.times[0], facts.times[-1]], "hash": h["hash"],
		"tables": [shown_table(t, wanted) for _, t in sorted(facts.tables.items())]}
