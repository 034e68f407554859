"""What the formats share: integers, lists, hashes, signatures, streams, vectors."""
import hashlib
import os
import sys

DEBIAN = "/usr/bin/python3"
EPOCHS = 1 << 39
TIME_END = 7258118400  # 2200-01-01T00:00:00Z
MiB = 1 << 20

try:
	import nacl.bindings
	import nacl.exceptions
except ImportError:
	# Debian's package is seen by Debian's Python alone, and another may come before it.
	if sys.executable != DEBIAN and os.access(DEBIAN, os.X_OK):
		os.execv(DEBIAN, [DEBIAN] + sys.argv)
	print("1..0 # SKIP needs PyNaCl: apt-get install python3-nacl")
	sys.exit(0)


class Refused(Exception):
	"""The bytes are not such an object."""


def need(condition, what):
	if not condition:
		raise Refused(what)


# --- Hashes, signatures, contexts -------------------------------------------------

def hashed(context, data):
	return hashlib.blake2b(context.encode() + b"\0" + data, digest_size=32).digest()


def verify(key, signature, context, data):
	try:
		nacl.bindings.crypto_sign_open(signature + hashed(context, data), key)
	except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError):
		raise Refused("signature under " + context) from None


def node_id(sign_key, seal_key):
	return hashed("kehou 1 node id", sign_key + seal_key)[:8]


def invitation_id(key):
	return hashed("kehou 1 invite id", key)[:16]


def public_of(seed):
	return nacl.bindings.crypto_sign_seed_keypair(seed)[0]


def sealing_public_of(secret):
	return nacl.bindings.crypto_scalarmult_base(secret)


def fixed8(number):
	return number.to_bytes(8, "little")


class Reader:
	"""What is left of some bytes. Everything outside its limits is refused."""

	def __init__(self, data):
		self.data, self.at = data, 0

	def before(self):
		return self.data[:self.at]

	def bytes(self, n):
		need(len(self.data) - self.at >= n, "ends early")
		self.at += n
		return self.data[self.at - n:self.at]

	def u8(self, *allowed):
		value = self.bytes(1)[0]
		need(not allowed or value in allowed, "byte %d out of its limits" % value)
		return value

	def varint(self, low=0, high=2 ** 64 - 1):
		value = 0
		for i in range(10):
			byte = self.bytes(1)[0]
			value |= (byte & 127) << 7 * i
			if byte < 128:
				need(byte or not i, "varint not in its shortest form")
				need(low <= value <= high, "%d out of its limits" % value)
				return value
		raise Refused("varint of more than 10 bytes")

	def time(self):
		value = self.varint()
		value = value >> 1 ^ -(value & 1)
		need(0 <= value < TIME_END, "time out of its limits")
		return value

	def sized(self, most):
		return self.bytes(self.varint(0, most))

	def name(self):
		raw = self.sized(191)
		try:
			text = raw.decode("utf-8")
		except UnicodeDecodeError:
			raise Refused("name not in UTF-8") from None
		need(raw, "name empty")
		need(not any(c < " " or "\x7f" <= c <= "\x9f" or c in "\u2028\u2029" for c in text),
			"name with a control character")
		return text

	def list(self, most, one, order):
		"""order(x) is what ascends from one element to the next."""
		count = self.varint(0, most)
		items, last = [], None
		for _ in range(count):
			items.append(one(self))
			mine = order(items[-1]) if order else None
			need(last is None or last < mine, "list not in order")
			last = mine
		return items

	def magic(self, letter):
		magic = self.bytes(4)
		need(magic[:3] == b"KH" + letter, "another magic")
		need(not b"2" <= magic[3:] <= b"9", "of a newer program")
		need(magic[3:] == b"1", "another magic")

	def county(self):
		return self.varint(100000, 999999)

	def school(self):
		return self.varint(1000000000, 9999999999)

	def scope(self):
		scope = self.varint(0, 9999999999)
		need(scope == 0 or scope >= 1000000000, "scope of no school")
		return scope

	def role_and_scope(self):
		role, scope = self.u8(1, 2, 3), self.scope()
		need((role == 2) == (scope != 0), "scope does not fit the role")
		return role, scope

	def end(self):
		need(self.at == len(self.data), "bytes left over")


# --- Stream and vector ------------------------------------------------------------

def read_stream(r, before=None):
	flags = r.u8(*range(32 if before else 4))
	s = {}
	s["node"] = before["node"] if flags & 4 else r.bytes(8)
	if flags & 8:
		s["epoch"] = before["epoch"]
	else:
		s["epoch"] = int.from_bytes(r.bytes(5), "little")
		need(0 < s["epoch"] < EPOCHS, "epoch out of its limits")
	s["scope"] = before["scope"] if flags & 16 else r.scope()
	s["lane"] = flags & 1
	s["fork"] = r.bytes(8) if flags & 2 else bytes(8)
	need(not flags & 2 or any(s["fork"]), "fork written and zero")
	for bit, field in ((4, "node"), (8, "epoch"), (16, "scope")):
		need(not before or flags & bit or s[field] != before[field], field + " repeated")
	return s


def stream_order(s):
	return s["node"], s["epoch"], s["scope"], s["lane"], s["fork"]


def read_vector(r):
	entries = []
	for _ in range(r.varint(0, 65536)):
		before = entries[-1]["stream"] if entries else None
		stream = read_stream(r, before)
		need(not before or stream_order(before) < stream_order(stream), "vector not in order")
		entries.append({"stream": stream, "through": r.varint(1)})
	return entries
