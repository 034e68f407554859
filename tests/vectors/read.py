#!/usr/bin/python3
"""A second reader of the formats, written from docs/FORMAT.md alone, over the vectors.

Without arguments it reads every vector beside it, verifies the signatures, compares with
the .json of each and prints TAP. With files (read.py FILE.bin...) it prints what is in
them. Where it and the library disagree, the library, docs/FORMAT.md or a vector is wrong.
"""
import functools
import json
import os
import sys

sys.dont_write_bytecode = True  # the folder holds vectors alone
from wire import (EPOCHS, MiB, Reader, Refused, fixed8, hashed, invitation_id, need, node_id,
	public_of, read_stream, sealing_public_of, stream_order, verify)
import nacl.bindings
import nacl.exceptions

from read_backup import read_backup
from read_bundle import read_bundle
from read_checkpoint import read_checkpoint
from read_segment import read_segment

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = ("small", "several", "maximal")


# --- Certificate --------------------------------------------------------------------

def read_certificate(r, county, issuing):
	start = r.at
	c = {"sign_pk": r.bytes(32), "seal_pk": r.bytes(32)}
	c["role"], c["scope"] = r.role_and_scope()
	c["since"] = r.varint(1)
	c["invite"] = r.bytes(16)
	c["node"] = node_id(c["sign_pk"], c["seal_pk"])
	signed = fixed8(county) + r.data[start:r.at]
	verify(issuing, r.bytes(64), "kehou 1 certificate", signed)
	return c


def read_certificates(data, fields):
	"""The vectors of certificates: those of one roster; the county is not in them."""
	r = Reader(data)
	county, issuing = fields["county"], bytes.fromhex(fields["issuing_pk"])
	certificates = []
	while r.at < len(data):
		certificates.append(read_certificate(r, county, issuing))
	nodes = [c["node"] for c in certificates]
	need(nodes == sorted(set(nodes)), "list not in order")
	return {"county": county, "issuing_pk": issuing, "certificates": certificates}


# --- Roster -------------------------------------------------------------------------

OPEN, BOUND, WITHDRAWN = 0, 1, 2  # invitations, bits
CLASSES = (111, 112, 121, 122, 123, 210, 220)


def read_school(r):
	school = {"id": r.school(), "name": r.name(), "class": r.varint()}
	need(school["class"] in CLASSES, "class unknown")
	school["kind"] = r.u8(1, 2, 3, 4, 5, 6)
	return school


def read_invited(r):
	key = r.bytes(32)
	role, scope = r.role_and_scope()
	return {"id": invitation_id(key), "key": key, "role": role, "scope": scope,
		"state": r.u8(OPEN, BOUND, WITHDRAWN, BOUND | WITHDRAWN)}


def read_revocation(r):
	revocation = {"node": r.bytes(8)}
	if r.u8(0, 1):
		revocation["stream"] = read_stream(r)
		need(revocation["stream"]["node"] == revocation["node"], "stream of another node")
		revocation["through"] = r.varint(1)
		revocation["hash"] = r.bytes(32)
	return revocation


def revocation_order(revocation):
	stream = revocation.get("stream")
	return revocation["node"], stream_order(stream) if stream else ()


def read_right(r):
	return {"role": r.u8(1, 2, 3), "own": r.u8(0, 1), "table": r.varint(1, 999),
		"columns": r.varint(1), "from": r.varint(), "until": r.varint()}


def check_rights(roster):
	for right in roster["rights"]:
		start, end = right["from"], right["until"]
		need(max(start, end) <= roster["number"], "right of a later roster")
		need(end == 0 or end > start, "right that ends before it begins")


def read_sealing(r):
	return {"node": r.bytes(8), "since": r.varint(1), "seal_pk": r.bytes(32)}


def read_step(r, county, old):
	new = r.bytes(32)
	for key in old, new:
		verify(key, r.bytes(64), "kehou 1 root step", fixed8(county) + old + new)
	return new


def check_members(roster):
	"""What certificates, invitations and schools have to say about each other."""
	schools = {school["id"] for school in roster["schools"]}
	invites = {invite["id"]: invite for invite in roster["invites"]}
	bound = []
	for member in roster["certificates"] + roster["invites"]:
		need(member["role"] != 2 or member["scope"] in schools, "school not in the roster")
	for c in roster["certificates"]:
		need(c["since"] <= roster["number"], "certificate of a later roster")
		if any(c["invite"]):
			invite = invites.get(c["invite"])
			need(invite, "certificate without its invitation")
			need((invite["role"], invite["scope"]) == (c["role"], c["scope"]),
				"certificate unlike its invitation")
			bound.append(c["invite"])
	hubs = {c["node"] for c in roster["certificates"] if c["role"] == 1}
	for s in roster["sealings"]:
		need(s["node"] in hubs, "sealing key of no hub")
		need(s["since"] <= roster["number"], "sealing key of a later roster")
	need(sorted(bound) == [i["id"] for i in roster["invites"] if i["state"] & BOUND],
		"bound invitations are not those of the certificates")


def read_roster(data, _fields=None):
	need(len(data) <= 4 * MiB, "too large")
	r = Reader(data)
	r.magic(b"R")
	county = r.county()
	roster = {"county": county, "name": r.name(), "number": r.varint(1)}
	root = roster["root_pk"] = r.bytes(32)
	roster["steps"] = []
	for _ in range(r.varint(0, 32)):
		root = read_step(r, county, root)
		roster["steps"].append(root)
	issuing = roster["issuing_pk"] = r.bytes(32)
	verify(root, r.bytes(64), "kehou 1 issuing", fixed8(county) + issuing)
	roster["schools"] = r.list(4096, read_school, lambda x: x["id"])
	roster["certificates"] = r.list(8192, lambda r: read_certificate(r, county, issuing),
		lambda x: x["node"])
	roster["invites"] = r.list(8192, read_invited, lambda x: x["id"])
	roster["revocations"] = r.list(8192, read_revocation, revocation_order)
	roster["rights"] = r.list(4096, read_right, lambda x: (x["role"], x["own"],
		x["table"], x["from"], x["columns"]))
	check_rights(roster)
	roster["sealings"] = r.list(64, read_sealing, lambda x: x["node"])
	signed = r.before()
	roster["hash"] = hashed("kehou 1 roster", signed)
	verify(issuing, r.bytes(64), "kehou 1 roster", signed)
	r.end()
	check_members(roster)
	return roster


# --- Invitation ---------------------------------------------------------------------

def read_invitation(data, _fields=None):
	r = Reader(data)
	r.magic(b"I")
	invitation = {"county": r.county()}
	role, scope = invitation["role"], invitation["scope"] = r.role_and_scope()
	invitation["seed"] = r.bytes(32)
	mine = invitation["id"] = invitation_id(public_of(invitation["seed"]))
	roster = read_roster(r.sized(4 * MiB))
	invitation["roster_hash"] = roster["hash"]
	signed = r.before()
	verify(roster["issuing_pk"], r.bytes(64), "kehou 1 invitation", signed)
	r.end()
	need(roster["county"] == invitation["county"], "roster of another county")
	found = [i for i in roster["invites"] if i["id"] == mine]
	need(found and (found[0]["role"], found[0]["scope"]) == (role, scope),
		"invitation not in its roster")
	need(found[0]["state"] == OPEN, "invitation used or withdrawn")
	revoked = {revocation["node"] for revocation in roster["revocations"]}
	need(any(c["role"] == 1 and c["node"] not in revoked for c in roster["certificates"]),
		"roster without a hub")
	return invitation


# --- Sealed invitation --------------------------------------------------------------

DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790")


def damm(digits):
	state = 0
	for digit in digits:
		state = int(DAMM[state][int(digit)])
	return state


@functools.lru_cache
def keys_of(digits):
	"""Id and key that the digits of a code stand for."""
	for group in range(5):
		need(damm(str(group + 1) + digits[6 * group:6 * group + 6]) == 0,
			"group %d of the code" % (group + 1))
	salt = hashed("kehou 1 code salt", b"")[:16]
	master = nacl.bindings.crypto_pwhash_alg(32, digits.encode(), salt, 2, 8 * MiB,
		nacl.bindings.crypto_pwhash_ALG_ARGON2ID13)
	return hashed("kehou 1 code id", master)[:16], hashed("kehou 1 code key", master)


def read_sealed(data, keys):
	r = Reader(data)
	r.magic(b"W")
	sealed = {"county": r.county(), "invite": r.bytes(16), "until": r.varint(0, (1 << 33) - 1)}
	head = r.before()
	nonce = r.bytes(24)
	box = r.sized(4 * MiB + 4096 + 16)
	need(len(box) >= 16, "box too short")
	r.end()
	if not keys:
		return sealed
	sealed["code_id"], key = keys_of(keys["digits"])
	try:
		invitation = read_invitation(
			nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, head, nonce, key))
	except nacl.exceptions.CryptoError:
		raise Refused("the code does not open it") from None
	need(invitation["id"] == sealed["invite"], "another invitation inside")
	sealed["seed"] = invitation["seed"]
	return sealed


# --- Enrolment request ----------------------------------------------------------------

def read_request(data, fields):
	r = Reader(data)
	r.magic(b"Q")
	request = {"county": r.county(), "invite": r.bytes(16), "sign_pk": r.bytes(32),
		"seal_pk": r.bytes(32)}
	request["node"] = node_id(request["sign_pk"], request["seal_pk"])
	signed = r.before()
	by_invitation = r.bytes(64)
	verify(request["sign_pk"], r.bytes(64), "kehou 1 request", signed)
	r.end()
	if fields is not None:  # the invitation's key stands in the hub's roster
		key = public_of(bytes.fromhex(fields["invite_seed"]))
		need(invitation_id(key) == request["invite"], "another invitation")
		verify(key, by_invitation, "kehou 1 request", signed)
	return request


# --- Receipt and verdict --------------------------------------------------------------

def verify_by_hub(r, by, context, fields):
	signed = r.before()
	signature = r.bytes(64)
	r.end()
	if fields is not None:  # the signer's key stands in the roster
		key = public_of(bytes.fromhex(fields["hub_sign_seed"]))
		sealing = sealing_public_of(bytes.fromhex(fields["hub_seal_sk"]))
		need(node_id(key, sealing) == by, "another signer")
		verify(key, signature, context, signed)


def read_entry(r):
	entry = {"stream": read_stream(r), "stored": r.varint(1)}
	entry["merged"] = r.varint(0, entry["stored"])
	entry["merged_hash"] = r.bytes(32) if entry["merged"] else bytes(32)
	entry["exceptions"] = r.varint(0, 2 ** 32 - 1)
	return entry


def read_receipt(data, fields):
	need(len(data) <= MiB, "too large")
	r = Reader(data)
	r.magic(b"C")
	receipt = {"county": r.county(), "by": r.bytes(8), "epoch": r.varint(1, EPOCHS - 1),
		"supersedes": r.varint(0, EPOCHS - 1), "scope": r.scope(), "time_s": r.time(),
		"number": r.varint(1)}
	need(receipt["supersedes"] != receipt["epoch"], "supersedes itself")
	receipt["entries"] = r.list(4096, read_entry, lambda x: stream_order(x["stream"]))
	for entry in receipt["entries"]:
		need(entry["stream"]["scope"] == receipt["scope"], "stream of another scope")
	verify_by_hub(r, receipt["by"], "kehou 1 receipt", fields)
	return receipt


def read_verdict(data, fields):
	need(len(data) <= 512, "too large")
	r = Reader(data)
	r.magic(b"V")
	verdict = {"county": r.county(), "by": r.bytes(8), "stream": read_stream(r),
		"seq": r.varint(1), "row": r.varint(0, 2 ** 32 - 1), "reason": r.u8(1, 2, 3),
		"time_s": r.time()}
	verdict["row"] = verdict["row"] - 1 if verdict["row"] else "all"
	verify_by_hub(r, verdict["by"], "kehou 1 verdict", fields)
	return verdict


# --- Proof ------------------------------------------------------------------------------

def read_proof(data, fields):
	r = Reader(data)
	proof = {"node": r.bytes(8)}
	signature = r.bytes(64)
	r.end()
	if fields is not None:  # the signer's key stands in the roster, what stands in the call
		key = public_of(bytes.fromhex(fields["sign_seed"]))
		need(node_id(key, sealing_public_of(bytes.fromhex(fields["seal_sk"]))) == proof["node"],
			"another node")
		verify(key, signature, "kehou 1 proof", fields["what"].encode())
		proof["what"] = fields["what"]
	return proof


# --- The vectors ------------------------------------------------------------------------

# Reader, magic when it begins with one.
KINDS = {
	"backup": (read_backup, b"KHA"),
	"bundle": (read_bundle, b"KHB"),
	"certificate": (read_certificates, None),
	"checkpoint": (read_checkpoint, b"KHP"),
	"invitation": (read_invitation, b"KHI"),
	"proof": (read_proof, None),
	"receipt": (read_receipt, b"KHC"),
	"request": (read_request, b"KHQ"),
	"roster": (read_roster, b"KHR"),
	"sealed": (read_sealed, b"KHW"),
	"segment": (read_segment, None),
	"verdict": (read_verdict, b"KHV"),
}

def plain(value):
	"""As the .json has it: bytes as hex, numbers above 2^53 as strings."""
	if isinstance(value, dict):
		return {key: plain(x) for key, x in value.items()}
	if isinstance(value, list):
		return [plain(x) for x in value]
	if isinstance(value, bytes):
		return value.hex()
	return str(value) if isinstance(value, int) and value > 1 << 53 else value


def differences(got, wanted, path=""):
	if isinstance(got, dict) and isinstance(wanted, dict):
		for key in sorted(got.keys() | wanted.keys()):
			yield from differences(got.get(key), wanted.get(key), path + "." + key)
	elif isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
		for i, (mine, theirs) in enumerate(zip(got, wanted)):
			yield from differences(mine, theirs, "%s[%d]" % (path, i))
	elif got != wanted:
		yield "%s: read %.80s, wanted %.80s" % (path, got, wanted)


def refused(read, data, known):
	try:
		read(data, known)
	except Refused:
		return True
	return False


def unnoticed(read, data, known, step):
	"""Changes of one bit, of the end and of the magic's version that are not refused."""
	for i in range(0, len(data), step):
		changed = bytearray(data)
		changed[i] ^= 1 << i % 8
		if not refused(read, bytes(changed), known):
			yield "byte %d changed" % i
	# The range coder reads up to four zeros after its end, there or not; not a fifth.
	for what, changed in (("cut short", data[:-1]), ("five bytes more", data + bytes(5))):
		if not refused(read, changed, known):
			yield what


class Tap:
	number = failed = 0

	def say(self, name, findings):
		findings = list(findings)
		self.number += 1
		self.failed += bool(findings)
		for line in findings[:20]:
			print("#", line)
		print("not ok" if findings else "ok", self.number, "-", name)


def check_vector(tap, kind, size):
	read = KINDS[kind][0]
	name = "%s, %s" % (kind, size)
	path = os.path.join(HERE, kind, size)
	with open(path + ".bin", "rb") as f:
		data = f.read()
	with open(path + ".json", encoding="utf-8") as f:
		wanted = json.load(f)
	# Bundles have parts in place of fields; segments neither fields nor keys.
	known = {**wanted.pop("keys", {}), **wanted.get("fields", wanted)}
	got_kind, wanted = wanted.pop("kind", kind), wanted.get("fields", wanted)
	try:
		fields = plain(read(data, known))
	except Refused as reason:
		tap.say(name + ": reads as its .json says", ["refused: %s" % reason])
		return
	print("# %s: %d bytes, %.150s" % (name, len(data), json.dumps(fields, ensure_ascii=False)))
	found = list(differences(fields, wanted))
	if got_kind != kind:
		found.append("kind is " + got_kind)
	tap.say(name + ": reads as its .json says", found)
	# Every byte of the small ones; of the large ones about a hundred, spread; of segments
	# fewer, as the range coder takes seconds for the largest.
	step = 1 if len(data) < 1000 else len(data) // 100 | 1
	if kind == "segment":
		step = len(data) // max(3, 20000 // len(data)) | 1
	tap.say(name + ": no change goes unnoticed", unnoticed(read, data, known, step))


def check_all():
	tap = Tap()
	kinds = sorted(x for x in os.listdir(HERE) if os.path.isdir(os.path.join(HERE, x)))
	for kind in sorted(KINDS.keys() | set(kinds)):
		names = set(os.listdir(os.path.join(HERE, kind))) if kind in kinds else set()
		wanted = {size + end for size in SIZES for end in (".bin", ".json")}
		tap.say(kind + ": has small, several and maximal",
			["missing: " + x for x in sorted(wanted - names)]
			+ ["not known: " + x for x in sorted(names - wanted)])
		if kind not in KINDS:
			tap.say(kind + ": can be read", ["no reader for it"])
			continue
		for size in SIZES:
			if {size + ".bin", size + ".json"} <= names:
				check_vector(tap, kind, size)
	print("1..%d" % tap.number)
	return 1 if tap.failed else 0


def show(paths):
	"""Signatures whose keys stand elsewhere are not verified here."""
	for path in paths:
		with open(path, "rb") as f:
			data = f.read()
		kinds = [(kind, read) for kind, (read, magic) in KINDS.items() if data[:3] == magic]
		try:
			need(kinds, "no magic that this reader knows")
			fields = {kind: plain(read(data, None)) for kind, read in kinds}
		except Refused as reason:
			print("%s: refused: %s" % (path, reason), file=sys.stderr)
			return 1
		print(json.dumps(fields, ensure_ascii=False, indent=1))
	return 0


sys.exit(show(sys.argv[1:]) if sys.argv[1:] else check_all())
